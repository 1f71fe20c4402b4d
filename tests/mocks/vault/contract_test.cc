// The mock keeps the contract of every Vault, in process and over HTTPS. Each case is a body of
// tests/contract/vault_contract.h: the asserts stand there.
#include "tests/contract/loopback.h"
#include "tests/contract/vault_contract.h"
#include "tests/mocks/vault/world.h"

BOOST_AUTO_TEST_SUITE(contract_test)

namespace {

using Body = std::function<void(const contract::VaultSubject&)>;

constexpr const char* mount = "contract-kv";

void in_virtual_time(const Body& body) {
  vault_test::World world;
  world.vault.enable_kv(mount);
  body({.send = [&](const ports::Request& request) { return world.vault.handle(request).response; },
        .mount = mount});
}

void in_real_time(const Body& body) {
  vault_test::Facts facts;
  contract::Loopback loopback([&](mocks::Scheduler& scheduler) {
    auto vault = std::make_unique<mocks::vault::Vault>(scheduler, facts, mocks::sim::Draws(7));
    vault->enable_kv(mount);
    return vault;
  });
  body({.send = [&](const ports::Request& request) { return loopback.send(request); },
        .mount = mount});
  BOOST_TEST(loopback.server().counts().requests > 0U, "nothing was asked over HTTPS");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(in_process)
VAULT_CONTRACT(in_virtual_time)
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(over_https)
VAULT_CONTRACT(in_real_time)
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
