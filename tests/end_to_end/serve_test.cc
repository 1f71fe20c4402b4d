// `rehearse serve` as a fixture: from a shell's one line to nothing left. Real processes, real
// HTTPS, any free ports.
#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <future>
#include <ostream>
#include <string>

#include "scenarios/child.h"

BOOST_AUTO_TEST_SUITE(serve)

namespace {

namespace fs = std::filesystem;

struct Said {
  int code = -1;
  std::string output = {};
  std::string error = {};
};

std::ostream& operator<<(std::ostream& out, const Said& said) {
  return out << "exit code " << said.code << "\n" << said.output << said.error;
}

// A folder of its own, for TMPDIR and HOME; what was served there ends with it.
class Place {
 public:
  Place() {
    std::string made = (fs::temp_directory_path() / "serve-test-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(made.data()) != nullptr);
    path_ = made;
    for (const auto& folder : {path_ / "tmp", path_ / "home"}) fs::create_directory(folder);
  }
  ~Place() {
    script("for f in \"$TMPDIR\"/*/serve.pid; do rehearse stop --folder \"${f%/*}\"; done");
    fs::remove_all(path_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  // By bash, which knows `rehearse`; a user's umask.
  Said script(const std::string& text) const {
    const std::string tools = std::string(OVERLAP_BINARY_DIR) + "/scenarios";
    std::promise<scenarios::ChildExit> ended;
    const auto child = scenarios::Child::start(
        {"bash", "-uc", "umask 022; " + text},
        {{"PATH", tools + ":/usr/bin:/bin"},
         {"TMPDIR", (path_ / "tmp").string()},
         {"HOME", (path_ / "home").string()}},
        {}, [&ended](const scenarios::ChildExit& how) { ended.set_value(how); });
    if (!child) BOOST_FAIL(child.error().message);
    const auto how = ended.get_future().get();
    return {.code = how.code, .output = how.standard_output, .error = how.standard_error};
  }
  bool empty() const { return fs::is_empty(path_ / "tmp"); }

 private:
  fs::path path_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_line_of_a_shell_brings_up_a_world_and_another_ends_it) {
  const Place place;
  const auto said = place.script(R"sh(set -e
    eval "$(rehearse serve --env --background)"
    # Ready: everything answers at once, with what is in the environment.
    curl -sSf -H "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/portal-kv/data/oidc/portal" |
      jq -r .data.metadata.version
    curl -sSf "https://$IDP_TENANT_DOMAIN/.well-known/openid-configuration" |
      jq -r .issuer | sed "s/$IDP_TENANT_DOMAIN/IDP/"
    curl -sSf "$OVERLAP_METRICS_URL/api/v1/query?query=portal_login_failures_total" | jq -r .status
    kubectl get pods -l app=portal-backend -o name | wc -l
    echo "$OIDC_CLIENT_ID"; test -r "$OVERLAP_ROTATION"
    # Nobody else may read any of it, and no token stands in argv.
    pid=$(cat "$OVERLAP_FOLDER/serve.pid")
    stat -c %a "$OVERLAP_FOLDER"
    find "$OVERLAP_FOLDER" -type f ! -name '*.crt' ! -perm 600 -print
    tr '\0' ' ' </proc/$pid/cmdline | grep -c "$VAULT_TOKEN" || true
    # No second one there, and its process is named.
    rehearse serve --background 2>&1 | sed "s/ $pid;/ PID;/; s/.*in use/in use/; s/ --folder [^ ]*\`/\`/"
    rehearse stop
    readlink /proc/$pid/exe || echo ended
    test -e "$OVERLAP_FOLDER" || echo gone)sh");
  BOOST_TEST(said.code == 0, said);
  BOOST_TEST(said.output ==
                 "1\nhttps://IDP\nsuccess\n4\n0oaportal\n700\n0\n"
                 "in use by process PID; end it with `rehearse stop`, or name another with "
                 "--folder\nended\ngone\n",
             said);
  BOOST_TEST(place.empty());
}

BOOST_AUTO_TEST_CASE(its_control_api_is_there_for_whoever_has_the_folder) {
  const Place place;
  const auto said = place.script(R"sh(set -e
    eval "$(rehearse serve --env --background)"
    control() { curl -sS -H @"$OVERLAP_FOLDER/control-header" "$@"; }
    curl -sS -o /dev/null -w '%{http_code}\n' "$OVERLAP_CONTROL_URL/v1/state"
    curl -sS -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $OVERLAP_CONTROL_TOKEN" "$OVERLAP_CONTROL_URL/v1/state"
    [ "$(control "$OVERLAP_CONTROL_URL/v1/openapi.json")" = "$(rehearse schema control)" ] && echo described
    read_kv() { curl -sS -H "X-Vault-Token: $VAULT_TOKEN" "$VAULT_ADDR/v1/portal-kv/data/oidc/portal"; }
    secret=$(read_kv | jq -r .data.data.client_secret)
    fingerprint=$(printf %s "$secret" | sha256sum | cut -c1-16)
    control "$OVERLAP_CONTROL_URL/v1/state" |
      jq --arg it "$fingerprint" '.secrets[] | select(.fingerprint == $it) | .used_by.pods | length'
    control "$OVERLAP_CONTROL_URL/v1/requests?secret=$fingerprint&client=curl*" | jq '.requests | length'
    control "$OVERLAP_CONTROL_URL/v1/acts" -d '{"seal": "vault"}' | jq -r .done
    read_kv | jq -r '.errors[0]'
    kubectl rollout restart deployment/portal-backend >/dev/null
    control -X POST "$OVERLAP_CONTROL_URL/v1/reset" | jq -r .name
    read_kv | jq -r .data.metadata.version
    kubectl get deployment portal-backend -o 'jsonpath={.metadata.generation}'
    rehearse stop)sh");
  BOOST_TEST(said.code == 0, said);
  BOOST_TEST(
      said.output == "401\n200\ndescribed\n4\n1\nseal\nVault is sealed\nguide/zero_downtime\n1\n1",
      said);
  BOOST_TEST(place.empty());
}

BOOST_AUTO_TEST_CASE(the_guides_commands_run_as_they_stand_there) {
  const Place place;
  const auto said = place.script(
      "eval \"$(rehearse serve --env --background --compression 20)\" && bash '" +
      std::string(OVERLAP_SOURCE_DIR) + "/tests/end_to_end/guide_verbatim.sh' && rehearse stop");
  BOOST_TEST(said.code == 0, said);
  BOOST_TEST(said.output ==
                 "2\ndeployment.apps/portal-backend restarted\n"
                 "deployment \"portal-backend\" successfully rolled out\n"
                 "2\n1\n1\n1\n1\n200\n1\n",
             said);
  BOOST_TEST(place.empty());
}

// The steps of the guide at each vendor: what is accepted before, between and after.
BOOST_AUTO_TEST_CASE(each_vendors_own_calls_rotate_the_secret) {
  struct Vendor {
    std::string name = {};
    std::string scenario = {};
    std::string between = {};
    std::string retired = {};  // what the calls answer that retire the old one
  };
  const std::string rolled_out =
      "deployment.apps/portal-backend restarted\n"
      "deployment \"portal-backend\" successfully rolled out\n";
  for (const Vendor& vendor : {Vendor{"okta", "zero_downtime", "secrets 2, old 200", "200\n204\n"},
                               Vendor{"entra", "entra", "secrets 2, old 200", "204\n"},
                               Vendor{"keycloak", "keycloak", "secrets 2, old 200", "204\n"},
                               Vendor{"auth0", "auth0", "secrets 1, old 401", ""}}) {
    const Place place;
    const std::string sources = OVERLAP_SOURCE_DIR;
    const auto said =
        place.script("eval \"$(rehearse serve --env --background --compression 20 '" + sources +
                     "/scenarios/guide/" + vendor.scenario + ".yaml')\" && bash '" + sources +
                     "/tests/end_to_end/vendor_steps.sh' " + vendor.name + " && rehearse stop");
    BOOST_TEST(said.code == 0, said);
    BOOST_TEST(said.output == "secrets 1, old 200\n" + vendor.between + ", new 200\n" + rolled_out +
                                  vendor.retired + "secrets 1, old 401, new 200\n",
               said);
    BOOST_TEST(place.empty());
  }
}

BOOST_AUTO_TEST_CASE(prints_assignments_and_nothing_else_and_keeps_them_in_the_folder) {
  const Place place;
  const auto said = place.script(R"sh(set -e
    printed=$(rehearse serve --env --background --folder "$TMPDIR/it's a \$(world)" 2>&1)
    printf '%s\n' "$printed" | grep -vc "^export [A-Z_]*='.*'$" || true
    cd "$TMPDIR/it's a \$(world)"
    [ "$printed" = "$(cat env.sh)" ] && echo kept
    . ./env.sh
    curl -sSf -o /dev/null -w '%{http_code}\n' "$VAULT_ADDR/v1/sys/health"
    rehearse stop)sh");
  BOOST_TEST(said.code == 0, said);
  BOOST_TEST(said.output == "0\nkept\n200\n", said);
  BOOST_TEST(place.empty());
}

BOOST_AUTO_TEST_CASE(serves_at_chosen_ports_and_says_which_one_is_taken) {
  const Place place;
  const auto said = place.script(R"sh(set -e
    eval "$(rehearse serve --env --background)"
    port=${VAULT_ADDR##*:}
    second="$TMPDIR/second"
    rehearse serve --env --background --folder "$second" --port-vault "$port" 2>&1 |
      sed "s/$port/PORT/"
    echo "${PIPESTATUS[0]}"
    rehearse stop
    rehearse serve --env --background --folder "$second" --port-vault "$port" >/dev/null
    curl -sSf --cacert "$second/ca.crt" -o /dev/null -w '%{http_code}\n' "$VAULT_ADDR/v1/sys/health"
    rehearse stop --folder "$second")sh");
  BOOST_TEST(said.code == 0, said);
  BOOST_TEST(said.output ==
                 "rehearse: vault: cannot listen on 127.0.0.1:PORT: Address already in use; "
                 "choose another port with --port-vault\n65\n200\n",
             said);
  BOOST_TEST(place.empty());
}

BOOST_AUTO_TEST_CASE(sigterm_in_the_foreground_is_exit_code_0_and_leaves_nothing) {
  const Place place;
  const auto said = place.script(R"sh(
    coproc rehearse serve --env --logins
    server=$COPROC_PID
    while read -r line <&"${COPROC[0]}"; do
      case $line in *OVERLAP_ROTATION=*) break;; esac
    done
    ls "$TMPDIR" | wc -l
    kill "$server"; wait "$server"; echo "$?")sh");
  BOOST_TEST(said.code == 0, said);
  BOOST_TEST(said.output == "1\n0\n", said);
  BOOST_TEST(place.empty());
}

BOOST_AUTO_TEST_CASE(what_fails_in_the_background_is_told_before_it_returns) {
  const Place place;
  const auto said = place.script(R"sh(
    eval "$(rehearse serve --env --background no.yaml)"
    rehearse serve no.yaml --background; echo $?
    rehearse stop; echo $?)sh");
  BOOST_TEST(said.output == "65\n65\n", said);
  BOOST_TEST(has(said.error, "rehearse: no.yaml"), said);
  BOOST_TEST(has(said.error, "no `rehearse serve` has this folder"), said);
  BOOST_TEST(place.empty());
}

BOOST_AUTO_TEST_SUITE_END()
