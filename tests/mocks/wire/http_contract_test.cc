// The contract of ports::HttpClient, by the real client against a mock behind real HTTPS.
// Each case is a body of http_client_contract.h: the asserts stand there.
#include "tests/contract/http_client_contract.h"

#include "tests/contract/loopback.h"

BOOST_AUTO_TEST_SUITE(http_contract)

HTTP_CLIENT_CONTRACT(contract::LoopbackWire)

BOOST_AUTO_TEST_SUITE_END()
