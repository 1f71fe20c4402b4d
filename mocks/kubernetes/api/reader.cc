#include "mocks/kubernetes/api/reader.h"

#include "mocks/kubernetes/json/fields_json.h"
#include "mocks/kubernetes/json/json_text.h"

namespace mocks::kubernetes {
namespace {

// The inconsistent continuation that a 410 offers reads what is there now.
constexpr std::int64_t any_version = -1;

struct Continue {
  std::int64_t version = 0;
  std::string start = {};  // the first key of the page
};

std::string encode(const Continue& token) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  JsonText json;
  json.open('{').member("v", "meta.k8s.io/v1").member("rv", token.version);
  json.member("start", token.start + std::string(1, '\0')).close('}');
  const std::string text = json.take();
  std::string out;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : text) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += alphabet[(buffer >> (bits - 6)) & 63U];
  }
  if (bits > 0) out += alphabet[(buffer << (6 - bits)) & 63U];
  return out;
}

std::optional<Continue> decode_token(std::string_view token) {
  std::string text;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char c : token) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<std::uint32_t>(c - '0') + 52;
    else if (c == '-')
      value = 62;
    else if (c == '_')
      value = 63;
    else if (c == '=')
      break;
    else
      return std::nullopt;
    buffer = (buffer << 6U) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    text += static_cast<char>((buffer >> bits) & 0xffU);
  }
  const auto json = JsonDocument::parse(text);
  if (!json) return std::nullopt;
  const JsonView version = detail::member_of(json->root(), "rv");
  const JsonView start = detail::member_of(json->root(), "start");
  if (!version.is_integer() || !start.is_string()) return std::nullopt;
  Continue out{.version = version.integer(), .start = std::string(start.text())};
  if (!out.start.empty() && out.start.back() == '\0') out.start.pop_back();
  return out;
}

}  // namespace

struct Reader::Page {
  std::uint64_t version = 0;
  const Store::Objects* all = nullptr;  // the store's own, or `past`
  Store::Objects past = {};
  std::string start = {};  // keys from here on
  std::vector<ObjectPointer> objects = {};
  std::string next = {};  // continue token; empty on the last page
  std::size_t remaining = 0;
  bool show_remaining = false;
};

bool in_scope(const Object& object, const ApiCall& call) {
  return call.kubernetes_namespace.empty() || call.resource == "namespaces" ||
         object.kubernetes_namespace() == call.kubernetes_namespace;
}

Answer Reader::show(int status, const ApiCall& call, const Object& object, const KindInfo& kind) {
  JsonText json;
  switch (call.form) {
    case Form::object: render_object(json, object, kind); break;
    case Form::partial: render_partial(json, object); break;
    case Form::table:
      begin_table(json, kind,
                  R"({"resourceVersion":")" + std::to_string(object.resource_version) + "\"}",
                  true);
      add_row(json, object, kind, call.row_object, registry_.wall_now());
      end_table(json);
      break;
  }
  return answer_json(status, json.end_line().take());
}

Outcome<Answer> Reader::get(const ApiCall& call, const KindInfo& kind) {
  const auto options = list_options(call, kind);
  if (!options) return refuse(options.error());
  const Store& store = registry_.store();
  if (options->resource_version.value_or(0) > store.version()) {
    return refuse(version_too_large(*options->resource_version, store.version()));
  }
  const std::string_view where = kind.namespaced ? call.kubernetes_namespace : std::string_view();
  const ObjectPointer object = store.find(kind.kind, where, call.name);
  if (object == nullptr) return refuse(not_found(kind, call.name));
  if (call.subresource == "scale") {
    return answer_json(200, render_scale(static_cast<const Workload&>(*object)));
  }
  return show(200, call, *object, kind);
}

Outcome<void> Reader::choose_objects(const ListOptions& options, Page& page, const KindInfo& kind) {
  const Store& store = registry_.store();
  page.version = store.version();
  page.all = &store.all(kind.kind);
  std::optional<std::uint64_t> exact;
  if (!options.continue_token.empty()) {
    const auto token = decode_token(options.continue_token);
    if (!token) return refuse(bad_request("continue key is not valid: invalid base64 or JSON"));
    page.start = token->start;
    if (token->version != any_version) exact = static_cast<std::uint64_t>(token->version);
  } else if (options.match == "Exact") {
    exact = options.resource_version;
  } else if (options.resource_version.value_or(0) > store.version()) {
    return refuse(version_too_large(*options.resource_version, store.version()));
  }
  if (!exact) return {};
  if (*exact > store.version()) return refuse(version_too_large(*exact, store.version()));
  if (*exact >= store.oldest()) {
    page.version = *exact;
    page.past = store.at(kind.kind, *exact);
    page.all = &page.past;
    return {};
  }
  Failure failure = expired_list();
  if (!options.continue_token.empty()) {
    failure.continue_token = encode({.version = any_version, .start = page.start});
    failure.message =
        "The provided continue parameter is too old to display a consistent list result. You can "
        "start a new list without the continue parameter, or use the continue token in this "
        "response to retrieve the remainder of the results. Continuing with the provided token "
        "results in an inconsistent list - objects that were created, modified, or deleted between "
        "the time the first chunk was returned and now may show up in the list.";
  }
  return refuse(std::move(failure));
}

Outcome<Answer> Reader::list(const ApiCall& call, const KindInfo& kind) {
  const auto options = list_options(call, kind);
  if (!options) return refuse(options.error());
  Page page;
  if (const auto chosen = choose_objects(*options, page, kind); !chosen) {
    return refuse(chosen.error());
  }
  // From the watch cache (resourceVersion=0) a list comes whole.
  const bool cached = options->resource_version == 0U && options->continue_token.empty();
  const auto limit =
      options->limit > 0 && !cached ? static_cast<std::size_t>(options->limit) : SIZE_MAX;
  for (auto one = page.all->lower_bound(page.start); one != page.all->end(); ++one) {
    if (!in_scope(*one->second, call) || !matches(*one->second, *options)) continue;
    if (page.objects.size() < limit) {
      page.objects.push_back(one->second);
      continue;
    }
    if (page.next.empty()) {
      page.next = encode({.version = static_cast<std::int64_t>(page.version), .start = one->first});
    }
    ++page.remaining;
  }
  page.show_remaining = options->labels.requirements.empty() && options->fields.empty();
  return answer_json(200, render_page(call, page, kind));
}

std::string Reader::render_page(const ApiCall& call, const Page& page, const KindInfo& kind) {
  JsonText head;
  head.open('{').member("resourceVersion", std::to_string(page.version));
  if (!page.next.empty()) {
    head.member("continue", page.next);
    if (page.show_remaining) {
      head.member("remainingItemCount", static_cast<std::int64_t>(page.remaining));
    }
  }
  const std::string metadata = head.close('}').take();
  JsonText json(256 + page.objects.size() * (call.form == Form::object ? 4096 : 1024));
  if (call.form == Form::table) {
    begin_table(json, kind, metadata, true);
    for (const ObjectPointer& object : page.objects) {
      add_row(json, *object, kind, call.row_object, registry_.wall_now());
    }
    end_table(json);
    return json.take();
  }
  if (call.form == Form::partial) {
    json.open('{').member("kind", "PartialObjectMetadataList");
    json.member("apiVersion", "meta.k8s.io/v1");
  } else {
    json.open('{').member("kind", std::string(kind.name) + "List");
    json.member("apiVersion", api_version(kind));
  }
  json.key("metadata").raw(metadata).key("items").open('[');
  for (const ObjectPointer& object : page.objects) {
    if (call.form == Form::partial) {
      render_partial(json, *object);
    } else {
      render_item(json, *object, kind);
    }
  }
  return json.close(']').close('}').end_line().take();
}

}  // namespace mocks::kubernetes
