#include "mocks/json_view.h"

#include <simdjson.h>
#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "rotator/ports/check.h"

namespace mocks {
namespace {

using nlohmann::json;
namespace dom = simdjson::dom;

// Bounds of what a thread keeps for its next documents.
constexpr std::size_t max_spare_documents = 4;
constexpr std::size_t max_spare_text = 64 << 10;  // bytes of the text that one has room for

// simdjson's element is a place of two words, the document and the position in it: so the header
// can hold one without simdjson's.
using Place = std::array<std::uint64_t, 2>;
static_assert(std::is_trivially_copyable_v<dom::element> && sizeof(dom::element) == sizeof(Place));

dom::element at(const Place& place) { return std::bit_cast<dom::element>(place); }

// What the kind says cannot fail.
template <typename Wanted>
Wanted sure(simdjson::simdjson_result<Wanted> result) {
  Wanted value{};
  ports::check(std::move(result).get(value) == simdjson::SUCCESS,
               "a JSON value is of the type asked for");
  return value;
}

JsonView::Kind kind_of(dom::element value) {
  switch (value.type()) {
    case dom::element_type::OBJECT: return JsonView::Kind::object;
    case dom::element_type::ARRAY: return JsonView::Kind::array;
    case dom::element_type::STRING: return JsonView::Kind::string;
    case dom::element_type::INT64:
    case dom::element_type::UINT64: return JsonView::Kind::integer;
    case dom::element_type::DOUBLE: return JsonView::Kind::real;
    case dom::element_type::BOOL: return JsonView::Kind::boolean;
    case dom::element_type::NULL_VALUE: break;
  }
  return JsonView::Kind::null;
}

// Bound by simdjson's nesting.
json tree_of(dom::element value) {
  switch (value.type()) {
    case dom::element_type::OBJECT: {
      json::object_t object;
      for (const auto [name, member] : sure(value.get_object()))
        object.insert_or_assign(std::string(name), tree_of(member));
      return object;
    }
    case dom::element_type::ARRAY: {
      json::array_t array;
      for (const auto element : sure(value.get_array())) array.push_back(tree_of(element));
      return array;
    }
    case dom::element_type::STRING: return std::string(sure(value.get_string()));
    case dom::element_type::INT64: {
      const std::int64_t number = sure(value.get_int64());
      // nlohmann/json keeps what has no sign as unsigned.
      if (number > 0) return static_cast<std::uint64_t>(number);
      return number;
    }
    case dom::element_type::UINT64: return sure(value.get_uint64());
    case dom::element_type::DOUBLE: return sure(value.get_double());
    case dom::element_type::BOOL: return sure(value.get_bool());
    case dom::element_type::NULL_VALUE: break;
  }
  return nullptr;
}

bool nests_deeper(const json& tree, std::size_t depth) {
  if (!tree.is_structured()) return false;
  return depth == 0 || std::any_of(tree.begin(), tree.end(), [depth](const json& member) {
           return nests_deeper(member, depth - 1);
         });
}

// A text is read whole between two calls of ours, so one parser a thread will do.
dom::parser& parser_for(std::size_t max_depth) {
  thread_local dom::parser parser;
  // simdjson counts the level of the values inside, too.
  if (parser.max_depth() != max_depth + 1)
    ports::check(parser.allocate(parser.capacity(), max_depth + 1) == simdjson::SUCCESS,
                 "there is memory for a JSON parser");
  return parser;
}

}  // namespace

// ---- The document

struct JsonDocument::State {
  dom::document document;
  dom::element root;

  // Memory is kept from one document to the next: most are small and short-lived.
  static std::vector<std::unique_ptr<State>>& spare() {
    thread_local std::vector<std::unique_ptr<State>> kept;
    return kept;
  }
  static std::unique_ptr<State> take() {
    auto& kept = spare();
    if (kept.empty()) return std::make_unique<State>();
    auto state = std::move(kept.back());
    kept.pop_back();
    return state;
  }
};

JsonDocument::JsonDocument(std::unique_ptr<State> state) : state_(std::move(state)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;

JsonDocument& JsonDocument::operator=(JsonDocument&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

JsonDocument::~JsonDocument() {
  if (!state_ || state_->document.capacity() > max_spare_text) return;
  auto& kept = State::spare();
  if (kept.size() < max_spare_documents) kept.push_back(std::move(state_));
}

std::optional<JsonDocument> JsonDocument::parse_plain(std::string_view text,
                                                      std::size_t max_depth) {
  JsonDocument document(State::take());
  State& state = *document.state_;
  const auto error = parser_for(max_depth)
                         .parse_into_document(state.document, text.data(), text.size())
                         .get(state.root);
  if (error != simdjson::SUCCESS) return std::nullopt;
  return document;
}

std::optional<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t max_depth) {
  if (auto document = parse_plain(text, max_depth)) return document;
  return of(json::parse(text, nullptr, false), max_depth);
}

std::optional<JsonDocument> JsonDocument::of(const json& tree, std::size_t max_depth) {
  if (tree.is_discarded() || nests_deeper(tree, max_depth)) return std::nullopt;
  return parse_plain(tree.dump(-1, ' ', false, json::error_handler_t::replace), max_depth);
}

JsonView JsonDocument::root() const {
  return {std::bit_cast<Place>(state_->root), kind_of(state_->root)};
}

// ---- The view

bool JsonView::boolean() const { return is_boolean() && sure(at(place_).get_bool()); }

std::int64_t JsonView::integer() const {
  if (!is_integer()) return 0;
  const auto number = at(place_);
  return number.is_int64() ? sure(number.get_int64())
                           : static_cast<std::int64_t>(sure(number.get_uint64()));
}

double JsonView::real() const { return is_number() ? sure(at(place_).get_double()) : 0; }

std::string_view JsonView::text() const {
  return is_string() ? sure(at(place_).get_string()) : std::string_view();
}

std::optional<JsonView> JsonView::find(std::string_view name) const {
  std::optional<JsonView> found;
  if (!is_object()) return found;
  for (const auto [key, value] : sure(at(place_).get_object()))
    if (key == name) found = JsonView(std::bit_cast<Place>(value), kind_of(value));
  return found;
}

std::vector<JsonMember> JsonView::members() const {
  std::vector<JsonMember> members;
  if (!is_object()) return members;
  const auto object = sure(at(place_).get_object());
  members.reserve(object.size());
  bool sorted = true;
  for (const auto [name, value] : object) {
    sorted = sorted && (members.empty() || members.back().name < name);
    members.push_back({name, JsonView(std::bit_cast<Place>(value), kind_of(value))});
  }
  if (sorted) return members;
  std::sort(members.begin(), members.end(), [](const JsonMember& a, const JsonMember& b) {
    const int order = a.name.compare(b.name);
    return order != 0 ? order < 0 : a.value.place_[1] > b.value.place_[1];
  });
  // Of one name the last one given comes first.
  members.erase(
      std::unique(members.begin(), members.end(),
                  [](const JsonMember& a, const JsonMember& b) { return a.name == b.name; }),
      members.end());
  return members;
}

std::vector<JsonView> JsonView::elements() const {
  std::vector<JsonView> elements;
  if (!is_array()) return elements;
  const auto array = sure(at(place_).get_array());
  elements.reserve(array.size());
  for (const auto value : array)
    elements.push_back(JsonView(std::bit_cast<Place>(value), kind_of(value)));
  return elements;
}

bool JsonView::empty() const {
  if (is_object()) return sure(at(place_).get_object()).size() == 0;
  return !is_array() || sure(at(place_).get_array()).size() == 0;
}

json JsonView::tree() const { return is_null() ? json() : tree_of(at(place_)); }

std::string JsonView::dump() const { return tree().dump(); }

}  // namespace mocks
