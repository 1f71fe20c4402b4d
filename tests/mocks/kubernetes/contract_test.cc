// The mock keeps the contract of the Kubernetes API, in process and over HTTPS. Each case is a body
// of tests/contract/kubernetes_contract.h: the asserts stand there.
#include "tests/contract/kubernetes_contract.h"
#include "tests/contract/loopback.h"
#include "tests/mocks/kubernetes/world.h"

BOOST_AUTO_TEST_SUITE(contract_test)

namespace {

using Body = std::function<void(const contract::KubernetesSubject&)>;
using Pieces = std::vector<std::string>;

// One Deployment with a file in each of its pods; how it is reached is the caller's to say.
contract::KubernetesSubject seed(mocks::kubernetes::ApiServer& api,
                                 mocks::kubernetes::FileRuntime& runtime) {
  contract::KubernetesSubject subject;
  subject.admin_token = kubernetes_test::admin_token;
  subject.rotator_token = kubernetes_test::rotator_token;
  subject.kubernetes_namespace = "portal";
  subject.deployment = "web";
  subject.lease = "lock";
  subject.container = "app";
  subject.file = "/vault/secrets/oidc";
  subject.content = "OIDC_CLIENT_SECRET=synthetic-value-1\n";
  runtime.set_file(subject.file, subject.content);
  api.set_pod_runtime(runtime);
  api.seed_workload({.kubernetes_namespace = "portal", .name = "web", .replicas = 3});
  return subject;
}

void in_virtual_time(const Body& body) {
  kubernetes_test::World world;
  contract::KubernetesSubject subject = seed(world.server, world.runtime);
  subject.send = [&](const ports::Request& request) {
    return world.server.handle(request).response;
  };
  subject.stream = [&](const ports::Request& request, ports::Response& head) {
    mocks::Answer answer = world.server.handle(request);
    head = answer.response;
    Pieces pieces;
    while (answer.channel != nullptr) {
      auto piece = answer.channel->pop();
      if (!piece) break;
      pieces.push_back(std::move(*piece));
    }
    return pieces;
  };
  body(subject);
}

// Until the stream ends, or says that all that was there has been sent.
Pieces read_stream(contract::Loopback& loopback, ports::Request request, ports::Response& head) {
  request.origin = loopback.origin();
  const ports::Instant deadline = loopback.later();
  const bool upgrade = ports::find_header(request.headers, "Upgrade").has_value();
  if (upgrade) {
    std::erase_if(request.headers, [](const ports::Header& header) {
      return header.name == "Upgrade" || header.name == "Connection" ||
             header.name == "Sec-WebSocket-Protocol";
    });
  }
  ports::HttpClient& client = loopback.client();
  const auto stream = contract::must_succeed(
      upgrade ? client.open_websocket(request, {"v5.channel.k8s.io"}, deadline)
              : client.open_stream(request, deadline));
  head = stream->head();
  Pieces pieces;
  while (loopback.clock().now() < deadline) {
    ports::Piece piece = contract::must_succeed(stream->next(deadline));
    if (piece.kind != ports::Piece::Kind::data) break;
    pieces.push_back(std::move(piece.data));
    if (pieces.back().find("\"BOOKMARK\"") != std::string::npos) break;
  }
  return pieces;
}

void in_real_time(const Body& body) {
  kubernetes_test::Facts facts;
  mocks::kubernetes::FileRuntime runtime;
  contract::KubernetesSubject subject;
  contract::Loopback loopback([&](mocks::Scheduler& scheduler) {
    auto api = std::make_unique<mocks::kubernetes::ApiServer>(
        scheduler, facts, mocks::sim::Draws(7), kubernetes_test::steady_options());
    subject = seed(*api, runtime);
    return api;
  });
  subject.send = [&](const ports::Request& request) { return loopback.send(request); };
  subject.stream = [&](const ports::Request& request, ports::Response& head) {
    return read_stream(loopback, request, head);
  };
  body(subject);
  BOOST_TEST(loopback.server().counts().requests > 0U, "nothing was asked over HTTPS");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(in_process)
KUBERNETES_CONTRACT(in_virtual_time)
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(over_https)
KUBERNETES_CONTRACT(in_real_time)
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
