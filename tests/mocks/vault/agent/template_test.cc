// consul-template's subset: what it renders and what it refuses.
#include "mocks/vault/agent/template.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(file_template)

namespace {

using mocks::vault::KvKey;
using mocks::vault::KvVersion;
using mocks::vault::Template;

const KvVersion version{
    .number = 3,
    .created = ports::WallTime(std::chrono::milliseconds(1'767'323'045'500)),
    .data = R"({"a-b":"dash","client_secret":"s \"1\"","list":[1,null,true],"n":7})"};

std::string rendered(std::string_view text) {
  const auto compiled = Template::compile(text);
  return compiled ? compiled->render(version, KvKey{.current = 3}) : compiled.error().message;
}

}  // namespace

BOOST_AUTO_TEST_CASE(renders_the_guides_template) {
  BOOST_TEST(Template::guide().render(version, {}) == "OIDC_CLIENT_SECRET=s \"1\"\n");
  BOOST_TEST(Template::guide().path() == "portal-kv/data/oidc/portal");
}

BOOST_AUTO_TEST_CASE(trims_white_space_where_the_markers_say_so) {
  BOOST_TEST(rendered("a  {{- with secret \"m/data/x\" -}} \n b{{ end }} c") == "ab c");
  BOOST_TEST(rendered("a  {{ with secret \"m/data/x\" }} b {{ end }} c") == "a   b  c");
}

BOOST_AUTO_TEST_CASE(renders_fields_of_any_type_and_says_no_value) {
  BOOST_TEST(rendered("{{with secret \"m/x\"}}{{.Data.data.n}} {{.Data.data.list}} "
                      "{{index .Data.data \"a-b\"}} {{.Data.data.gone}}{{end}}") ==
             "7 [1 <nil> true] dash <no value>");
  BOOST_TEST(rendered("{{with secret \"m/x\"}}{{.Data.metadata.version}} "
                      "{{.Data.metadata.created_time}}{{end}}") == "3 2026-01-02T03:04:05.5Z");
}

BOOST_AUTO_TEST_CASE(leaves_out_what_hangs_on_a_field_that_is_not_there) {
  const std::string both =
      "{{with secret \"m/x\"}}a{{if .Data.data.n}}b{{.Data.data.n}}{{end}}c"
      "{{if .Data.data.gone}}d{{end}}e{{end}}";
  BOOST_TEST(rendered(both) == "ab7ce");
  BOOST_TEST(rendered("{{with secret \"m/x\"}}{{if .Data.metadata.version}}a{{end}}{{end}}") ==
             "template: offset 21: if wants a field of .Data.data");
}

BOOST_AUTO_TEST_CASE(ranges_over_the_data_in_order) {
  BOOST_TEST(rendered("{{with secret \"m/x\"}}{{range $k, $v := .Data.data}}{{$k}}={{$v}};{{end}}"
                      "{{end}}") == "a-b=dash;client_secret=s \"1\";list=[1 <nil> true];n=7;");
}

BOOST_AUTO_TEST_CASE(the_injectors_default_shows_data_and_metadata_as_maps) {
  const auto compiled = Template::injector_default("m/data/x");
  BOOST_REQUIRE(compiled.has_value());
  BOOST_TEST(compiled->render(version, {}) ==
             "data: map[a-b:dash client_secret:s \"1\" list:[1 <nil> true] n:7]\n"
             "metadata: map[created_time:2026-01-02T03:04:05.5Z custom_metadata:<nil> "
             "deletion_time: destroyed:false version:3]\n");
}

BOOST_AUTO_TEST_CASE(a_path_may_be_pinned_to_a_version) {
  const auto compiled =
      Template::compile("{{with secret \"m/data/x?version=2\"}}{{.Data.data.a}}{{end}}");
  BOOST_REQUIRE(compiled.has_value());
  BOOST_TEST(compiled->path() == "m/data/x");
  BOOST_TEST(compiled->pinned_version() == 2);
}

BOOST_AUTO_TEST_CASE(refuses_what_it_would_render_otherwise_than_consul_template) {
  for (const char* text :
       {"", "no secret at all", "{{ with secret \"m/x\" }}", "{{ end }}", "{{ .Data.data.a }}",
        "{{ with secret \"m/x\" }}{{ .Data.data.a | toJSON }}{{ end }}",
        "{{ with secret \"m/x\" \"ttl=1h\" }}{{ end }}", "{{ with secret m/x }}{{ end }}",
        "{{ with secret \"m/x\" }}{{ $v }}{{ end }}", "{{ with secret \"m/x", "{{-}}",
        "{{ with secret \"m/x?version=two\" }}{{ end }}", "{{ key \"consul\" }}",
        "{{ with secret \"m/x\" }}{{ with secret \"m/y\" }}{{ end }}{{ end }}"})
    BOOST_TEST(!Template::compile(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
