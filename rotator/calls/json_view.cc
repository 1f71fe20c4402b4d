#include "rotator/calls/json_view.h"

#include <simdjson.h>
#include <string.h>

#include <bit>
#include <type_traits>
#include <utility>

#include "rotator/calls/json_writer.h"
#include "rotator/ports/check.h"

namespace rotator {
namespace {

namespace dom = simdjson::dom;

// What simdjson hands out are places of two words, copied at will: so a header can hold them
// without its own.
template <typename Held>
Held held(const std::array<std::uint64_t, 2>& place) {
  static_assert(std::is_trivially_copyable_v<Held> && sizeof(Held) == sizeof place);
  return std::bit_cast<Held>(place);
}

template <typename Held>
std::array<std::uint64_t, 2> place_of(const Held& thing) {
  static_assert(std::is_trivially_copyable_v<Held>);
  return std::bit_cast<std::array<std::uint64_t, 2>>(thing);
}

// What was checked before cannot fail now.
template <typename Wanted>
Wanted sure(simdjson::simdjson_result<Wanted> result) {
  Wanted value{};
  ports::check(std::move(result).get(value) == simdjson::SUCCESS,
               "a JSON value is of the type asked for");
  return value;
}

// A document is parsed whole between two calls of ours, so one parser a thread will do. It keeps
// positions only, nothing of the text.
dom::parser& parser() {
  thread_local dom::parser parser(max_json_text);
  if (parser.max_depth() != max_json_depth)
    ports::check(parser.allocate(4096, max_json_depth) == simdjson::SUCCESS,
                 "there is memory for a JSON parser");
  return parser;
}

}  // namespace

struct JsonDocument::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  // Holds every string of the text; as long as simdjson's document::allocate makes it.
  ~State() {
    if (!document.string_buf) return;
    const std::size_t bytes = 5 * document.capacity() / 3 + simdjson::SIMDJSON_PADDING;
    explicit_bzero(document.string_buf.get(), bytes);
  }

  dom::document document;
  dom::element root;
};

JsonDocument::JsonDocument() : state_(std::make_unique<State>()) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

std::optional<JsonDocument> JsonDocument::parse(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";  // RFC 8259 section 8.1: may be ignored
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  if (text.empty() || text.size() > max_json_text) return std::nullopt;
  // simdjson reads a few bytes past the end.
  std::string padded;
  padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  padded = text;
  JsonDocument document;
  const auto error =
      parser()
          .parse_into_document(document.state_->document, padded.data(), padded.size(), false)
          .get(document.state_->root);
  explicit_bzero(padded.data(), padded.size());
  if (error != simdjson::SUCCESS) return std::nullopt;
  return document;
}

JsonDocument JsonDocument::parse_or_null(std::string_view text) {
  if (auto document = parse(text)) return std::move(*document);
  return *parse("null");
}

JsonView JsonDocument::root() const { return JsonView(place_of(state_->root)); }

bool JsonView::is_null() const { return absent() || held<dom::element>(place_).is_null(); }
bool JsonView::is_flag() const { return !absent() && held<dom::element>(place_).is_bool(); }
bool JsonView::is_text() const { return !absent() && held<dom::element>(place_).is_string(); }
bool JsonView::is_array() const { return !absent() && held<dom::element>(place_).is_array(); }
bool JsonView::is_object() const { return !absent() && held<dom::element>(place_).is_object(); }

JsonView JsonView::member(std::string_view name) const {
  JsonView found;
  if (!is_object()) return found;
  for (const auto [key, value] : sure(held<dom::element>(place_).get_object()))
    if (key == name) found = JsonView(place_of(value));
  return found;
}

JsonView JsonView::member(std::initializer_list<std::string_view> path) const {
  JsonView at = *this;
  for (const auto name : path) at = at.member(name);
  return at;
}

std::optional<std::string> JsonView::text() const {
  if (!is_text()) return std::nullopt;
  return std::string(sure(held<dom::element>(place_).get_string()));
}

bool JsonView::says(std::string_view value) const {
  return is_text() && sure(held<dom::element>(place_).get_string()) == value;
}

std::optional<std::int64_t> JsonView::integer() const {
  if (absent() || held<dom::element>(place_).type() != dom::element_type::INT64)
    return std::nullopt;
  return sure(held<dom::element>(place_).get_int64());
}

bool JsonView::flag() const { return is_flag() && sure(held<dom::element>(place_).get_bool()); }

std::size_t JsonView::size() const {
  if (is_array()) return sure(held<dom::element>(place_).get_array()).size();
  return is_object() ? sure(held<dom::element>(place_).get_object()).size() : 0;
}

JsonView::Iterator JsonView::begin() const {
  if (is_array()) return {place_of(sure(held<dom::element>(place_).get_array()).begin()), false};
  if (!is_object()) return {{}, false};
  return {place_of(sure(held<dom::element>(place_).get_object()).begin()), true};
}

JsonView::Iterator JsonView::end() const {
  if (is_array()) return {place_of(sure(held<dom::element>(place_).get_array()).end()), false};
  if (!is_object()) return {{}, false};
  return {place_of(sure(held<dom::element>(place_).get_object()).end()), true};
}

JsonView JsonView::front() const { return empty() ? JsonView() : *begin(); }

void JsonView::write(JsonWriter& out) const {
  if (is_object()) {
    out.open_object();
    for (auto at = begin(); at != end(); ++at) {
      out.name(at.name());
      (*at).write(out);
    }
    out.close_object();
  } else if (is_array()) {
    out.open_array();
    for (const auto element : *this) element.write(out);
    out.close_array();
  } else if (is_null()) {
    out.null();
  } else {
    const auto element = held<dom::element>(place_);
    switch (element.type()) {
      case dom::element_type::STRING: out.text(sure(element.get_string())); break;
      case dom::element_type::BOOL: out.flag(sure(element.get_bool())); break;
      case dom::element_type::INT64: out.number(sure(element.get_int64())); break;
      case dom::element_type::UINT64: out.number(sure(element.get_uint64())); break;
      default: out.number(sure(element.get_double())); break;
    }
  }
}

JsonView JsonView::Iterator::operator*() const {
  return JsonView(place_of(named_ ? held<dom::object::iterator>(place_).value()
                                  : *held<dom::array::iterator>(place_)));
}

std::string_view JsonView::Iterator::name() const {
  return named_ ? held<dom::object::iterator>(place_).key() : std::string_view();
}

JsonView::Iterator& JsonView::Iterator::operator++() {
  if (named_)
    place_ = place_of(++held<dom::object::iterator>(place_));
  else
    place_ = place_of(++held<dom::array::iterator>(place_));
  return *this;
}

}  // namespace rotator
