#include "mocks/vault/agent/template.h"

#include <charconv>

#include "mocks/json_view.h"
#include "mocks/vault/store/json_text.h"

namespace mocks::vault {
namespace {

using ports::ErrorCode;
using ports::fail;
using ports::Result;

constexpr std::string_view no_value = "<no value>";
constexpr std::string_view white = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(white);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(white) - from + 1);
}

// "text" -> text; nothing when it is not one quoted word.
std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  const std::string_view inner = quoted ? text.substr(1, text.size() - 2) : std::string_view();
  return inner.find('"') == std::string_view::npos ? inner : std::string_view();
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
                              std::string_view::npos;
}

// What `if` asks: whether a text field is there and not empty. Of other types, whether it is there.
bool holds(const KvVersion& version, std::string_view name) {
  if (const auto text = string_field(version.data, name)) return !text->empty();
  const auto data = JsonDocument::parse(version.data);
  return data && data->root().find(name).has_value();
}

// A field of the data as Go prints it.
std::string data_value(const KvVersion& version, std::string_view name) {
  if (auto text = string_field(version.data, name)) return std::move(*text);
  const auto data = JsonDocument::parse(version.data);
  const auto value = data ? data->root().find(name) : std::nullopt;
  return value ? go_value(*value) : std::string(no_value);
}

std::string custom_value(const KvKey& key) {
  if (!key.custom) return "<nil>";
  std::string out;
  for (const auto& [name, value] : *key.custom)
    out += (out.empty() ? "" : " ") + name + ":" + value;
  return "map[" + out + "]";
}

std::string metadata_value(const KvVersion& version, const KvKey& key, std::string_view name) {
  if (name == "created_time") return rfc3339(version.created);
  if (name == "custom_metadata") return custom_value(key);
  if (name == "deletion_time") return rfc3339(version.deletion);
  if (name == "destroyed") return version.destroyed ? "true" : "false";
  if (name == "version") return std::to_string(version.number);
  return std::string(no_value);
}

std::string metadata_map(const KvVersion& version, const KvKey& key) {
  std::string out;
  for (const char* name :
       {"created_time", "custom_metadata", "deletion_time", "destroyed", "version"})
    out += (out.empty() ? "" : " ") + std::string(name) + ":" + metadata_value(version, key, name);
  return "map[" + out + "]";
}

}  // namespace

class Template::Compiler {
 public:
  explicit Compiler(std::string_view text) : text_(text) {}

  Result<Template> compile() {
    std::size_t at = 0;
    bool trim_next = false;
    while (at < text_.size()) {
      const std::size_t open = std::min(text_.find("{{", at), text_.size());
      std::string_view literal = text_.substr(at, open - at);
      const bool trims = text_.substr(open, 3) == "{{-";
      if (trim_next)
        literal.remove_prefix(std::min(literal.find_first_not_of(white), literal.size()));
      if (trims) literal = literal.substr(0, literal.find_last_not_of(white) + 1);
      if (!literal.empty()) add({.kind = Node::Kind::text, .text = std::string(literal)});
      if (open == text_.size()) break;
      const std::size_t close = text_.find("}}", open);
      if (close == std::string_view::npos) return bad(open, "unclosed action");
      trim_next = text_.substr(close - 1, 1) == "-";
      const std::size_t from = open + (trims ? 3 : 2);
      const std::size_t to = trim_next ? close - 1 : close;
      if (to < from) return bad(open, "empty action");
      if (const char* problem = action(trimmed(text_.substr(from, to - from))))
        return bad(open, problem);
      if (out_.nodes_.size() > max_template_nodes) return bad(open, "too many nodes");
      at = close + 2;
    }
    if (!open_.empty()) return bad(text_.size(), "unexpected EOF: an end is missing");
    if (out_.path_.empty()) return bad(0, "no secret is read");
    return std::move(out_);
  }

 private:
  static constexpr std::size_t with_block = static_cast<std::size_t>(-1);

  static tl::unexpected<ports::Error> bad(std::size_t offset, const std::string& what) {
    return fail(ErrorCode::configuration,
                "template: offset " + std::to_string(offset) + ": " + what);
  }

  void add(Node node) { out_.nodes_.push_back(std::move(node)); }

  // Takes one action; what is wrong with it, or nothing.
  const char* action(std::string_view words) {
    if (words.starts_with("/*")) return words.ends_with("*/") ? nullptr : "unclosed comment";
    if (words == "end") {
      if (open_.empty()) return "unexpected end";
      if (open_.back() != with_block) out_.nodes_[open_.back()].end = out_.nodes_.size();
      open_.pop_back();
      return nullptr;
    }
    if (words.starts_with("with ")) return with(trimmed(words.substr(5)));
    if (words.starts_with("if ")) return only_if(trimmed(words.substr(3)));
    if (words.starts_with("range ")) return range(trimmed(words.substr(6)));
    if (out_.path_.empty()) return "a field outside of with secret";
    if (words.starts_with('$')) {
      const std::string name(words.substr(1));
      if (range_key_.empty() || (name != range_key_ && name != range_value_))
        return "undefined variable";
      add({.kind = name == range_key_ ? Node::Kind::key : Node::Kind::value});
      return nullptr;
    }
    return field(words);
  }

  const char* with(std::string_view words) {
    if (!words.starts_with("secret ")) return "only with secret is understood";
    const std::string_view quoted = unquoted(trimmed(words.substr(7)));
    if (quoted.empty()) return "secret wants one quoted path";
    if (!out_.path_.empty()) return "only one secret a template is understood";
    const std::size_t mark = quoted.find('?');
    out_.path_ = quoted.substr(0, mark);
    open_.push_back(with_block);
    if (mark == std::string_view::npos) return nullptr;
    const std::string_view query = quoted.substr(mark + 1);
    if (!query.starts_with("version=")) return "only ?version= is understood";
    const auto [end, failure] =
        std::from_chars(query.data() + 8, query.data() + query.size(), out_.pinned_version_);
    if (failure != std::errc{} || end != query.data() + query.size() || out_.pinned_version_ < 0)
      return "the version is not a number";
    return nullptr;
  }

  // .Data.data.KEY
  const char* only_if(std::string_view words) {
    if (out_.path_.empty()) return "if outside of with secret";
    const auto begin = out_.nodes_.size();
    if (field(words) != nullptr || out_.nodes_.back().kind != Node::Kind::data)
      return "if wants a field of .Data.data";
    out_.nodes_.back().kind = Node::Kind::if_data;
    open_.push_back(begin);
    return nullptr;
  }

  // $k, $v := .Data
  const char* range(std::string_view words) {
    if (out_.path_.empty()) return "range outside of with secret";
    const std::size_t comma = words.find(',');
    const std::size_t assign = words.find(":=");
    if (comma == std::string_view::npos || assign == std::string_view::npos || assign < comma)
      return "range wants $key, $value := ...";
    const std::string_view key = trimmed(words.substr(0, comma));
    const std::string_view value = trimmed(words.substr(comma + 1, assign - comma - 1));
    const std::string_view over = trimmed(words.substr(assign + 2));
    if (!key.starts_with('$') || !value.starts_with('$')) return "range wants $key, $value := ...";
    if (over != ".Data" && over != ".Data.data") return "range over .Data or .Data.data only";
    for (const std::size_t open : open_)
      if (open != with_block && out_.nodes_[open].kind != Node::Kind::if_data)
        return "range in range is not understood";
    range_key_ = key.substr(1);
    range_value_ = value.substr(1);
    open_.push_back(out_.nodes_.size());
    add({.kind = over == ".Data" ? Node::Kind::range_all : Node::Kind::range_data});
    return nullptr;
  }

  const char* field(std::string_view words) {
    constexpr std::string_view data = ".Data.data.";
    constexpr std::string_view metadata = ".Data.metadata.";
    constexpr std::string_view index = "index .Data.data ";
    if (words.starts_with(data) && is_name(words.substr(data.size()))) {
      add({.kind = Node::Kind::data, .text = std::string(words.substr(data.size()))});
      return nullptr;
    }
    if (words.starts_with(metadata) && is_name(words.substr(metadata.size()))) {
      add({.kind = Node::Kind::metadata, .text = std::string(words.substr(metadata.size()))});
      return nullptr;
    }
    if (words.starts_with(index) && !unquoted(trimmed(words.substr(index.size()))).empty()) {
      add({.kind = Node::Kind::data,
           .text = std::string(unquoted(trimmed(words.substr(index.size()))))});
      return nullptr;
    }
    return "not understood";
  }

  std::string_view text_;
  Template out_;
  std::vector<std::size_t> open_;  // the node of each open range, or with_block
  std::string range_key_;
  std::string range_value_;
};

Result<Template> Template::compile(std::string_view text) { return Compiler(text).compile(); }

Template Template::guide() {
  static const Template compiled = *compile(
      "{{- with secret \"portal-kv/data/oidc/portal\" -}}\n"
      "OIDC_CLIENT_SECRET={{ .Data.data.client_secret }}\n"
      "{{- end }}\n");
  return compiled;
}

Result<Template> Template::injector_default(std::string_view path) {
  return compile("{{ with secret \"" + std::string(path) +
                 "\" }}{{ range $k, $v := .Data }}{{ $k }}: {{ $v }}\n{{ end }}{{ end }}");
}

std::string Template::render(const KvVersion& version, const KvKey& key) const {
  std::string out;
  render_nodes(0, nodes_.size(), version, key, {}, {}, out);
  return out;
}

void Template::render_nodes(std::size_t from, std::size_t to, const KvVersion& version,
                            const KvKey& key, std::string_view range_key,
                            std::string_view range_value, std::string& out) const {
  for (std::size_t i = from; i < to; ++i) {
    const Node& node = nodes_[i];
    switch (node.kind) {
      case Node::Kind::text: out += node.text; break;
      case Node::Kind::data: out += data_value(version, node.text); break;
      case Node::Kind::metadata: out += metadata_value(version, key, node.text); break;
      case Node::Kind::if_data:
        if (!holds(version, node.text)) i = node.end - 1;
        break;
      case Node::Kind::key: out += range_key; break;
      case Node::Kind::value: out += range_value; break;
      case Node::Kind::range_all: {
        const auto data = JsonDocument::parse(version.data);
        const auto shown = data ? go_value(data->root()) : std::string();
        render_nodes(i + 1, node.end, version, key, "data", shown, out);
        render_nodes(i + 1, node.end, version, key, "metadata", metadata_map(version, key), out);
        i = node.end - 1;
        break;
      }
      case Node::Kind::range_data: {
        if (const auto data = JsonDocument::parse(version.data))
          for (const auto& [name, value] : data->root().members())
            render_nodes(i + 1, node.end, version, key, name, go_value(value), out);
        i = node.end - 1;
        break;
      }
    }
  }
}

}  // namespace mocks::vault
