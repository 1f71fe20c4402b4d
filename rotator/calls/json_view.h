// JsonDocument and JsonView: a JSON text (RFC 8259) checked to its last byte, then read where it
// lies. Nothing is copied until a value is asked for, so that a list of pods costs one pass over
// its bytes, and a text that holds secrets leaves no copies behind: wipe the text and it is gone.
//
// Strict: one value, UTF-8 without surrogates, whole escapes, numbers by the grammar. Of a name
// that an object has twice the last one counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rotator {

// Bounds: past them a text is no JSON.
inline constexpr std::size_t max_json_text = std::size_t{64} << 20;  // bytes
inline constexpr std::size_t max_json_depth = 128;                   // arrays and objects

// One value of a JsonDocument; copied at will. Lives as long as the document and its text. A value
// that is absent reads as null.
class JsonView {
 public:
  enum class Kind : std::uint8_t { null, yes, no, number, text, array, object };
  class Iterator;

  JsonView() = default;

  bool is_null() const { return kind() == Kind::null; }
  bool is_flag() const { return kind() == Kind::yes || kind() == Kind::no; }
  bool is_text() const { return kind() == Kind::text; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_object() const { return kind() == Kind::object; }
  // A number without fraction and exponent.
  bool is_integer() const { return node_ != nullptr && node_->integer; }

  // The member of that name; absent when there is none or this is no object.
  JsonView member(std::string_view name) const;
  JsonView member(std::initializer_list<std::string_view> path) const;

  // The value without escapes; nothing when this is no string.
  std::optional<std::string> text() const;
  // Whether this is a string of just that value.
  bool says(std::string_view value) const;
  // Nothing when this is no integer or does not fit.
  std::optional<std::int64_t> integer() const;
  bool flag() const { return kind() == Kind::yes; }

  // Elements of an array or members of an object; 0 for anything else.
  std::size_t size() const { return node_ == nullptr ? 0 : node_->children; }
  bool empty() const { return size() == 0; }
  Iterator begin() const;
  Iterator end() const;
  JsonView front() const;

  // Its own JSON text, byte for byte; empty when absent.
  std::string_view raw() const;

 private:
  friend class JsonDocument;
  friend class JsonParser;
  // Nodes lie in the order of the text: a container, then all that is inside; a member's name
  // before its value.
  struct Node {
    std::uint32_t at = 0;  // in the text; a string's without its quotes
    std::uint32_t length = 0;
    std::uint32_t span = 1;  // nodes of this value, itself included
    std::uint32_t children = 0;
    Kind kind = Kind::null;
    bool escaped = false;
    bool integer = false;
  };

  JsonView(const char* text, const Node* node) : text_(text), node_(node) {}
  Kind kind() const { return node_ == nullptr ? Kind::null : node_->kind; }
  std::string_view inside() const { return {text_ + node_->at, node_->length}; }

  const char* text_ = nullptr;
  const Node* node_ = nullptr;
};

// Over an array's elements, or an object's members.
class JsonView::Iterator {
 public:
  JsonView operator*() const { return {text_, named_ ? node_ + 1 : node_}; }
  // The member's name; absent in an array.
  JsonView name() const { return named_ ? JsonView(text_, node_) : JsonView(); }
  Iterator& operator++();
  bool operator==(const Iterator& other) const { return node_ == other.node_; }

 private:
  friend class JsonView;
  Iterator(const char* text, const Node* node, bool named)
      : text_(text), node_(node), named_(named) {}

  const char* text_;
  const Node* node_;
  bool named_;
};

class JsonDocument {
 public:
  // Nothing when `text` is no JSON. `text` must outlive the document and stay where it is.
  static std::optional<JsonDocument> parse(std::string_view text);
  // The same, where a text that is no JSON may as well be a null.
  static JsonDocument parse_or_null(std::string_view text);

  JsonView root() const { return {text_, nodes_.data()}; }
  // NOLINTNEXTLINE(google-explicit-constructor): a document reads as its root.
  operator JsonView() const { return root(); }

 private:
  friend class JsonParser;
  const char* text_ = nullptr;
  std::vector<JsonView::Node> nodes_;
};

}  // namespace rotator
