// The mock in process keeps the contract of every Vault.
#include "tests/contract/vault_contract.h"

#include "tests/mocks/vault/world.h"

BOOST_AUTO_TEST_SUITE(contract_in_process)

BOOST_AUTO_TEST_CASE(the_mock_keeps_every_clause) {
  vault_test::World world;
  world.vault.enable_kv("contract-kv");
  const contract::VaultUnderTest server{.send = [&world](const ports::Request& request) {
    return world.vault.handle(request).response;
  }};
  for (const auto& [name, clause] : contract::vault_clauses())
    BOOST_TEST_CONTEXT(name) clause(server);
}

BOOST_AUTO_TEST_SUITE_END()
