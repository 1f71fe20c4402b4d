// The contract against the mock in process.
#include "tests/contract/kubernetes_contract.h"
#include "tests/mocks/kubernetes/world.h"

BOOST_AUTO_TEST_SUITE(contract_in_process)

namespace {

using kubernetes_test::World;

constexpr const char* content = "OIDC_CLIENT_SECRET=synthetic-value-1\n";

std::vector<std::string> pieces_now(mocks::Answer& answer) {
  std::vector<std::string> pieces;
  if (answer.channel == nullptr) return pieces;
  while (auto piece = answer.channel->pop()) pieces.push_back(std::move(*piece));
  return pieces;
}

void in_process(const std::function<void(const contract::KubernetesSubject&)>& body) {
  World world;
  world.workload.set_file("/vault/secrets/oidc", content);
  world.seed({.replicas = 3});
  contract::KubernetesSubject subject;
  subject.send = [&](const ports::Request& request) {
    return world.server.handle(request).response;
  };
  subject.stream = [&](const ports::Request& request, ports::Response& head) {
    mocks::Answer answer = world.server.handle(request);
    head = answer.response;
    return pieces_now(answer);
  };
  subject.admin_token = kubernetes_test::admin_token;
  subject.rotator_token = kubernetes_test::rotator_token;
  subject.kubernetes_namespace = "portal";
  subject.deployment = "web";
  subject.lease = "lock";
  subject.container = "app";
  subject.file = "/vault/secrets/oidc";
  subject.content = content;
  body(subject);
}

}  // namespace

KUBERNETES_CONTRACT(in_process)

BOOST_AUTO_TEST_SUITE_END()
