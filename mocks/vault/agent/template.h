// Template: the part of consul-template's language that secrets files are written in
// (https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md):
//
//   {{ with secret "PATH" }} ... {{ end }}         one secret; PATH may end in ?version=N
//   {{ .Data.data.KEY }} {{ .Data.metadata.KEY }}  a field; "<no value>" when it is not there
//   {{ index .Data.data "KEY" }}                   the same, for names that are no identifiers
//   {{ if .Data.data.KEY }} ... {{ end }}          only where the field is there and not empty
//   {{ range $k, $v := .Data }} ... {{ end }}      also .Data.data; {{ $k }} {{ $v }} inside
//   {{- and -}}                                    trim white space beside the action
//
// A template is compiled once and rendered without JSON where the data allows it. Values go into
// the file as they are: nothing is quoted, as consul-template quotes nothing, so a value with a
// line break spoils a file of KEY=VALUE lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/vault/store/kv.h"
#include "rotator/ports/result.h"

namespace mocks::vault {

// Bound: pieces of one template, texts between actions counted; a longer one is not compiled.
inline constexpr std::size_t max_template_nodes = 256;

class Template {
 public:
  // The Vault Agent template of the rotation guide: OIDC_CLIENT_SECRET={{ .Data.data.client_secret
  // }} from portal-kv/data/oidc/portal.
  static Template guide();
  // What the injector writes when no template is annotated: every key of .Data, which for KV
  // version 2 are "data: map[...]" and "metadata: map[...]".
  static ports::Result<Template> injector_default(std::string_view path);
  // Error of code configuration, with the offset, when the text is outside the language above.
  static ports::Result<Template> compile(std::string_view text);

  // The secret's path with /data/ in it where the template's author wrote it, without ?version=.
  const std::string& path() const { return path_; }
  // The version it is pinned to; 0 = none.
  std::int64_t pinned_version() const { return pinned_version_; }

  // The file's content for this version of that key. Never fails: what is not there is "<no
  // value>".
  std::string render(const KvVersion& version, const KvKey& key) const;

 private:
  struct Node {
    enum class Kind : std::uint8_t {
      text,        // literal
      data,        // .Data.data.KEY
      metadata,    // .Data.metadata.KEY
      if_data,     // if .Data.data.KEY, up to `end`
      range_all,   // range $k, $v := .Data, up to `end`
      range_data,  // range $k, $v := .Data.data, up to `end`
      key,         // $k
      value,       // $v
    };
    Kind kind = Kind::text;
    std::string text = {};  // the literal, or KEY
    std::size_t end = 0;    // of an if or a range: the node after its last one
  };
  class Compiler;

  void render_nodes(std::size_t from, std::size_t to, const KvVersion& version, const KvKey& key,
                    std::string_view range_key, std::string_view range_value,
                    std::string& out) const;

  std::vector<Node> nodes_;
  std::string path_;
  std::int64_t pinned_version_ = 0;
};

}  // namespace mocks::vault
