// JsonDocument and JsonView: a JSON text (RFC 8259) checked to its last byte, then asked for what
// is wanted of it. Around simdjson, because a rotation reads far more of a Deployment and its pods
// than it wants, and because a document leaves no copy of a secret behind: its memory is wiped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rotator {

class JsonWriter;

// Bounds: past them a text is no JSON.
inline constexpr std::size_t max_json_text = std::size_t{64} << 20;  // bytes
inline constexpr std::size_t max_json_depth = 128;                   // arrays and objects

// One value of a JsonDocument; copied at will. Lives as long as the document. A value that is
// absent reads as null.
class JsonView {
 public:
  class Iterator;

  JsonView() = default;

  bool is_null() const;
  bool is_flag() const;
  bool is_text() const;
  bool is_array() const;
  bool is_object() const;

  // The member of that name, the last one when there are several; absent when there is none or this
  // is no object.
  JsonView member(std::string_view name) const;
  JsonView member(std::initializer_list<std::string_view> path) const;

  // Nothing when this is no string.
  std::optional<std::string> text() const;
  // Whether this is a string of just that value.
  bool says(std::string_view value) const;
  // Nothing when this is no integer (a fraction or an exponent makes it none) or does not fit.
  std::optional<std::int64_t> integer() const;
  bool flag() const;

  // Elements of an array or members of an object; 0 for anything else.
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  Iterator begin() const;
  Iterator end() const;
  JsonView front() const;

  // Writes it as compact JSON: strings and 64-bit integers as they were, other numbers by the
  // shortest digits that mean the same double.
  void write(JsonWriter& out) const;

 private:
  friend class JsonDocument;
  // simdjson's element or iterator: where it is, in which document; zeros when absent.
  using Place = std::array<std::uint64_t, 2>;
  explicit JsonView(Place place) : place_(place) {}
  bool absent() const { return place_[0] == 0; }

  Place place_{};
};

// Over an array's elements, or an object's members.
class JsonView::Iterator {
 public:
  JsonView operator*() const;
  // The member's name; empty in an array.
  std::string_view name() const;
  Iterator& operator++();
  bool operator==(const Iterator& other) const { return place_ == other.place_; }

 private:
  friend class JsonView;
  Iterator(Place place, bool named) : place_(place), named_(named) {}

  Place place_;
  bool named_;
};

class JsonDocument {
 public:
  // Nothing when `text` is no JSON, and for an integer beyond 64 bits or a number beyond a double.
  static std::optional<JsonDocument> parse(std::string_view text);
  // The same, where a text that is no JSON may as well be a null.
  static JsonDocument parse_or_null(std::string_view text);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonView root() const;
  // NOLINTNEXTLINE(google-explicit-constructor): a document reads as its root.
  operator JsonView() const { return root(); }

 private:
  struct State;
  JsonDocument();
  std::unique_ptr<State> state_;
};

}  // namespace rotator
