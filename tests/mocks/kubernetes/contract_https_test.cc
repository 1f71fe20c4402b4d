// The contract against the mock over loopback HTTPS, by the product's own client.
#include <mutex>

#include "mocks/sim/faults.h"
#include "tests/contract/kubernetes_contract.h"
#include "tests/contract/loopback.h"
#include "tests/mocks/kubernetes/world.h"

BOOST_AUTO_TEST_SUITE(contract_over_https)

namespace {

using namespace std::literals;

constexpr const char* content = "OIDC_CLIENT_SECRET=synthetic-value-1\n";
constexpr auto patience = 20s;  // generous: a call answers in milliseconds

class SecureCluster {
 public:
  SecureCluster()
      : api_(scheduler_, facts_, mocks::sim::Draws(7), kubernetes_test::steady_options()) {
    {
      const std::lock_guard lock(world_);
      workload_.set_file("/vault/secrets/oidc", content);
      api_.set_workload(workload_);
      api_.seed_deployment({.kubernetes_namespace = "portal", .name = "web", .replicas = 3});
    }
    mocks::wire::ServerOptions options;
    options.name = "kubernetes";
    options.certificate_file = certificates_.server.certificate_file;
    options.key_file = certificates_.server.key_file;
    server_ = contract::must_succeed(
        mocks::wire::Server::start(api_, world_, scheduler_, faults_, std::move(options)));
    ports::HttpOptions http;
    http.origins[server_->origin()].ca_file = certificates_.ca_file;
    client_ = contract::must_succeed(ports::new_http_client(clock_, stop_, std::move(http)));
  }
  ~SecureCluster() {
    server_->stop();
    scheduler_.stop();
  }
  SecureCluster(const SecureCluster&) = delete;
  SecureCluster& operator=(const SecureCluster&) = delete;

  ports::Response send(ports::Request request) {
    request.origin = server_->origin();
    return contract::must_succeed(client_->send(request, clock_.now() + patience));
  }

  // Until the stream ends, or says that all that was there has been sent.
  std::vector<std::string> stream(ports::Request request, ports::Response& head) {
    request.origin = server_->origin();
    const ports::Instant deadline = clock_.now() + patience;
    const bool upgrade = ports::find_header(request.headers, "Upgrade").has_value();
    if (upgrade) {
      std::erase_if(request.headers, [](const ports::Header& header) {
        return header.name == "Upgrade" || header.name == "Connection" ||
               header.name == "Sec-WebSocket-Protocol";
      });
    }
    const auto stream = contract::must_succeed(
        upgrade ? client_->open_websocket(request, {"v5.channel.k8s.io"}, deadline)
                : client_->open_stream(request, deadline));
    head = stream->head();
    std::vector<std::string> pieces;
    while (clock_.now() < deadline) {
      ports::Piece piece = contract::must_succeed(stream->next(deadline));
      if (piece.kind != ports::Piece::Kind::data) break;
      pieces.push_back(std::move(piece.data));
      if (pieces.back().find("\"BOOKMARK\"") != std::string::npos) break;
    }
    return pieces;
  }

 private:
  contract::TestCertificates certificates_;
  ports::StopSignal stop_;
  ports::SystemClock clock_{stop_};
  std::mutex world_;
  mocks::wire::RealTimeScheduler scheduler_{world_};
  mocks::sim::NoFaults faults_;
  kubernetes_test::Facts facts_;
  kubernetes_test::FileWorkload workload_;
  kubernetes_test::ApiServer api_;
  std::unique_ptr<mocks::wire::Server> server_;
  std::unique_ptr<ports::HttpClient> client_;
};

void over_https(const std::function<void(const contract::KubernetesSubject&)>& body) {
  SecureCluster cluster;
  contract::KubernetesSubject subject;
  subject.send = [&](const ports::Request& request) { return cluster.send(request); };
  subject.stream = [&](const ports::Request& request, ports::Response& head) {
    return cluster.stream(request, head);
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

KUBERNETES_CONTRACT(over_https)

BOOST_AUTO_TEST_SUITE_END()
