// CONTRACT_CASE: a body of a contract as a Boost test case of the same name, so that a report names
// the body that failed. `run` makes a fresh subject, reached in one way, and hands it to the body.
#pragma once

#include <boost/test/unit_test.hpp>

#define CONTRACT_CASE(run, body) \
  BOOST_AUTO_TEST_CASE(body) { run(contract::body); }
