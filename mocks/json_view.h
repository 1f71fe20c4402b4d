// JsonDocument and JsonView: JSON that clients send, asked for what is wanted of it without a tree
// of its own. simdjson reads the text; the truth is read_json's (see there): integers beyond 64
// bits are doubles, of a name that an object gives twice the last value counts, and a text is
// refused exactly when read_json refuses it or when it nests too deeply.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mocks {

struct JsonMember;

// One value of a JsonDocument; copied at will, good as long as the document. A view of nothing is
// null.
class JsonView {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, real, string, array, object };

  JsonView() = default;

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_boolean() const { return kind_ == Kind::boolean; }
  bool is_integer() const { return kind_ == Kind::integer; }  // without fraction and exponent
  bool is_number() const { return kind_ == Kind::integer || kind_ == Kind::real; }
  bool is_string() const { return kind_ == Kind::string; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_object() const { return kind_ == Kind::object; }

  // What is of another kind reads as false, 0 or "".
  bool boolean() const;
  std::int64_t integer() const;  // of an integer; one above the largest wraps around
  double real() const;           // of any number
  std::string_view text() const;

  // The member of that name, or nothing.
  std::optional<JsonView> find(std::string_view name) const;
  // An object's members, sorted by name, each name once; an array's elements.
  std::vector<JsonMember> members() const;
  std::vector<JsonView> elements() const;
  // No member, or no element; also of what can have none.
  bool empty() const;

  // The same value, free of the document.
  nlohmann::json tree() const;
  // nlohmann::json::dump() of it: members sorted, an integer by its digits.
  std::string dump() const;

 private:
  friend class JsonDocument;
  // simdjson's element: where it is, in which document.
  using Place = std::array<std::uint64_t, 2>;
  JsonView(Place place, Kind kind) : place_(place), kind_(kind) {}

  Place place_{};
  Kind kind_ = Kind::null;
};

struct JsonMember {
  std::string_view name = {};
  JsonView value = {};
};

class JsonDocument {
 public:
  static constexpr std::size_t default_depth = 1024;  // arrays and objects in one another

  // Nothing when `text` is not one JSON value (RFC 8259), or nests deeper than `max_depth`.
  static std::optional<JsonDocument> parse(std::string_view text,
                                           std::size_t max_depth = default_depth);
  // A tree as a document; nothing when it was discarded or nests too deeply. In strings, U+FFFD
  // stands for what is not UTF-8.
  static std::optional<JsonDocument> of(const nlohmann::json& tree,
                                        std::size_t max_depth = default_depth);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonView root() const;

 private:
  friend nlohmann::json read_json(std::string_view text);
  struct State;
  // Nothing, too, for what simdjson refuses though it is JSON.
  static std::optional<JsonDocument> parse_plain(std::string_view text, std::size_t max_depth);
  explicit JsonDocument(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mocks
