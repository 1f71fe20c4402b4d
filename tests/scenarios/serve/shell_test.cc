// What `rehearse serve --env` prints, read back by a real shell.
#include "scenarios/serve/shell.h"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <string>

BOOST_AUTO_TEST_SUITE(serve_shell)

namespace {

// What `sh` prints for this script.
std::string shell(const std::string& script) {
  std::FILE* const pipe = popen(script.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string said;
  char buffer[256];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    said.append(buffer, got);
  BOOST_TEST(pclose(pipe) == 0);
  return said;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_shell_reads_back_exactly_the_values_whatever_is_in_them) {
  for (const std::string value : {"plain", "", "two words", "it's", "'",
                                  "$(touch /nowhere) `ls` $HOME", "a\nb\n", "\\ \" ! *", "-n ~"}) {
    const auto said = shell(scenarios::exports({{"VALUE", value}, {"NEXT", "next"}}) +
                            "printf '%s|%s' \"$VALUE\" \"$(printenv NEXT)\"");
    BOOST_TEST(said == value + "|next");
  }
}

BOOST_AUTO_TEST_SUITE_END()
