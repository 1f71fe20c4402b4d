// kubectl, whichever is installed (Debian's is 1.20): the guide's commands and what a person types
// beside them.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/conformance/served_world.h"

BOOST_AUTO_TEST_SUITE(kubectl)

namespace {

using conformance::Environment;
using conformance::Said;
using conformance::ServedWorld;

namespace data = boost::unit_test::data;

Said kubectl(std::vector<std::string> arguments, const Environment& with = {}) {
  arguments.insert(arguments.begin(), "kubectl");
  return ServedWorld::get().run(arguments, with);
}

Environment as_the_rotator() { return {{"KUBECONFIG", ServedWorld::get().told("kubeconfig")}}; }

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string status_of(const std::string& path) {
  const Said said =
      kubectl({"get", "deployment", "portal-backend", "-n", "platform", "-o", "jsonpath=" + path});
  BOOST_TEST(said.code == 0, said);
  return said.output;
}

std::string a_pod() {
  const Said said = kubectl({"get", "pods", "-n", "platform", "-l", "app=portal-backend", "-o",
                             "jsonpath={.items[0].metadata.name}"});
  BOOST_TEST(said.code == 0, said);
  return said.output;
}

void wait_for_the_rollout() {
  const Said said = kubectl(
      {"rollout", "status", "deployment/portal-backend", "-n", "platform", "--timeout=180s"});
  BOOST_TEST(said.code == 0, said);
  BOOST_TEST(has(said.output, "deployment \"portal-backend\" successfully rolled out\n"), said);
}

}  // namespace

BOOST_AUTO_TEST_CASE(prints_pods_by_label_and_as_a_table) {
  const Said names =
      kubectl({"get", "pods", "-n", "platform", "-l", "app=portal-backend", "-o", "name"});
  BOOST_TEST(names.code == 0, names);
  BOOST_TEST(names.output.starts_with("pod/portal-backend-"), names);
  const Said none = kubectl({"get", "pods", "-n", "platform", "-l", "app=nothing"});
  BOOST_TEST(none.error == "No resources found in platform namespace.\n", none);
  const Said table = kubectl({"get", "deployments", "-n", "platform"});
  BOOST_TEST(has(table.output, "NAME             READY   UP-TO-DATE   AVAILABLE   AGE\n"), table);
  BOOST_TEST(status_of("{.spec.replicas}/{.metadata.name}") == "4/portal-backend");
}

BOOST_AUTO_TEST_CASE(restarts_and_waits_and_undoes) {
  wait_for_the_rollout();
  const std::string before = status_of("{.metadata.generation}");
  const Said restart =
      kubectl({"rollout", "restart", "deployment/portal-backend", "-n", "platform"});
  BOOST_TEST(restart.output == "deployment.apps/portal-backend restarted\n", restart);
  wait_for_the_rollout();
  BOOST_TEST(status_of("{.metadata.generation}") != before);
  BOOST_TEST(status_of("{.status.updatedReplicas}/{.status.availableReplicas}") == "4/4");
  const Said history =
      kubectl({"rollout", "history", "deployment/portal-backend", "-n", "platform"});
  BOOST_TEST(has(history.output, "REVISION  CHANGE-CAUSE\n"), history);
  const Said undo = kubectl({"rollout", "undo", "deployment/portal-backend", "-n", "platform"});
  BOOST_TEST(undo.output == "deployment.apps/portal-backend rolled back\n", undo);
  wait_for_the_rollout();
  const Said available = kubectl({"wait", "--for=condition=available", "deployment/portal-backend",
                                  "-n", "platform", "--timeout=20s"});
  BOOST_TEST(available.output == "deployment.apps/portal-backend condition met\n", available);
}

// kubectl up to 1.29 speaks SPDY in both rows, later ones WebSocket in the first.
BOOST_DATA_TEST_CASE(runs_commands_in_pods, data::make({"true", "false"}), websockets) {
  const Environment with = {{"KUBECTL_REMOTE_COMMAND_WEBSOCKETS", websockets}};
  const auto in_the_pod = [&](const std::vector<std::string>& command) {
    std::vector<std::string> all = {"exec", a_pod(), "-n", "platform", "-c", "portal", "--"};
    all.insert(all.end(), command.begin(), command.end());
    return kubectl(all, with);
  };
  const Said file = in_the_pod({"cat", "/vault/secrets/oidc"});
  BOOST_TEST(file.code == 0);
  BOOST_TEST(file.output.starts_with("OIDC_CLIENT_SECRET="));
  BOOST_TEST(file.error.empty(), file.error);
  const Said none = in_the_pod({"cat", "/none"});
  BOOST_TEST(none.code == 1, none);
  BOOST_TEST(none.error ==
                 "cat: /none: No such file or directory\n"
                 "command terminated with exit code 1\n",
             none);
  BOOST_TEST(none.output.empty(), none);
  const Said program = in_the_pod({"synthetic-program"});
  BOOST_TEST(program.code != 0, program);
  BOOST_TEST(has(program.error, "executable file not found in $PATH"), program);
  const Said container =
      kubectl({"exec", a_pod(), "-n", "platform", "-c", "nothing", "--", "id"}, with);
  BOOST_TEST(has(container.error, "container nothing is not valid for pod portal-backend-"),
             container);
}

BOOST_AUTO_TEST_CASE(annotates_patches_pauses_and_resumes) {
  const Said annotated = kubectl({"annotate", "deployment", "portal-backend", "-n", "platform",
                                  "example.com/note=synthetic", "--overwrite"});
  BOOST_TEST(annotated.output == "deployment.apps/portal-backend annotated\n", annotated);
  BOOST_TEST(status_of(R"({.metadata.annotations.example\.com/note})") == "synthetic");
  const Said patched = kubectl({"patch", "deployment", "portal-backend", "-n", "platform",
                                "--type=merge", "-p", R"({"spec":{"paused":true}})"});
  BOOST_TEST(patched.output == "deployment.apps/portal-backend patched\n", patched);
  const Said refused =
      kubectl({"rollout", "restart", "deployment/portal-backend", "-n", "platform"});
  BOOST_TEST(refused.code == 1, refused);
  BOOST_TEST(has(refused.error, "can't restart paused deployment"), refused);
  const Said resumed =
      kubectl({"rollout", "resume", "deployment/portal-backend", "-n", "platform"});
  BOOST_TEST(resumed.output == "deployment.apps/portal-backend resumed\n", resumed);
  BOOST_TEST(status_of("{.spec.paused}").empty());
}

BOOST_AUTO_TEST_CASE(creates_reads_and_deletes_a_lease) {
  auto& world = ServedWorld::get();
  const Said created = world.script(R"sh(cat <<'YAML' | kubectl create --validate=false -f -
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: synthetic-lock, namespace: platform}
spec: {holderIdentity: somebody, leaseDurationSeconds: 15}
YAML
)sh");
  BOOST_TEST(created.output == "lease.coordination.k8s.io/synthetic-lock created\n", created);
  const Said table = kubectl({"get", "lease", "-n", "platform"});
  BOOST_TEST(has(table.output, "synthetic-lock   somebody   "), table);
  const Said deleted = kubectl({"delete", "lease", "synthetic-lock", "-n", "platform"});
  BOOST_TEST(has(deleted.output, "lease.coordination.k8s.io \"synthetic-lock\" deleted"), deleted);
  const Said gone = kubectl({"get", "lease", "synthetic-lock", "-n", "platform"});
  BOOST_TEST(gone.error ==
                 "Error from server (NotFound): leases.coordination.k8s.io \"synthetic-lock\" not "
                 "found\n",
             gone);
}

BOOST_AUTO_TEST_CASE(describes_what_happened) {
  const Said events = kubectl({"get", "events", "-n", "platform"});
  BOOST_TEST(has(events.output, "LAST SEEN   TYPE     REASON"), events);
  BOOST_TEST(has(events.output, "ScalingReplicaSet   deployment/portal-backend"), events);
  const Said sorted = kubectl({"get", "events", "-n", "platform", "--sort-by=.lastTimestamp"});
  BOOST_TEST(has(sorted.output, "LAST SEEN   TYPE     REASON"), sorted);
  const Said deployment = kubectl({"describe", "deployment", "portal-backend", "-n", "platform"});
  BOOST_TEST(deployment.code == 0, deployment);
  BOOST_TEST(has(deployment.output, "NewReplicaSet:   portal-backend-"), deployment);
  BOOST_TEST(has(deployment.output, "4 desired | 4 updated | 4 total | 4 available | 0 unavail"),
             deployment);
  const Said pod = kubectl({"describe", "pod", a_pod(), "-n", "platform"});
  BOOST_TEST(pod.code == 0, pod);
  BOOST_TEST(has(pod.output, "Controlled By:  ReplicaSet/portal-backend-"), pod);
}

BOOST_AUTO_TEST_CASE(is_told_what_it_may_do) {
  const std::vector<std::string> question = {"auth", "can-i",   "delete", "deployments.apps",
                                             "-n",   "platform"};
  const Said operator_may = kubectl(question);
  const Said rotator_may = kubectl(question, as_the_rotator());
  // From 1.32 on kubectl asks in protobuf, which the mock does not read.
  const bool protobuf = has(operator_may.error, "(UnsupportedMediaType)");
  if (protobuf) {
    BOOST_TEST(has(operator_may.error, "accepted media types include: application/json"));
  } else {
    BOOST_TEST(operator_may.output == "yes\n", operator_may);
    BOOST_TEST(rotator_may.output == "no\n", rotator_may);
  }
  BOOST_TEST(rotator_may.code == 1, rotator_may);
  const Said denied =
      kubectl({"delete", "deployment", "portal-backend", "-n", "platform"}, as_the_rotator());
  BOOST_TEST(denied.code == 1, denied);
  BOOST_TEST(has(denied.error,
                 "Error from server (Forbidden): deployments.apps \"portal-backend\" is forbidden: "
                 "User \"system:serviceaccount:platform:rotator\" cannot delete resource"),
             denied);
}

BOOST_AUTO_TEST_CASE(is_refused_with_a_wrong_token) {
  const Said said = ServedWorld::get().script(R"sh(
    umask 077
    sed 's#"token": .*#"token": "synthetic-wrong-token"#' "$KUBECONFIG" >"$HOME/wrong.kubeconfig"
    kubectl --kubeconfig "$HOME/wrong.kubeconfig" get pods -n platform)sh");
  BOOST_TEST(said.code == 1, said);
  BOOST_TEST(has(said.error, "(Unauthorized)"), said);
}

BOOST_AUTO_TEST_SUITE_END()
