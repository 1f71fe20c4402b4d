// Commands in a portal's container.
#include "mocks/portal/command.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(command)

namespace {

using namespace std::chrono_literals;
using mocks::portal::Disk;
using mocks::portal::run_command;

struct Container {
  mocks::vault::File file{.content = "OIDC_CLIENT_SECRET=synthetic-one",
                          .modified = ports::WallTime{1'767'600'000s + 900ms},
                          .inode = 42,
                          .mode = 0644};
  mocks::kubernetes::ExecResult run(const std::vector<std::string>& argv) const {
    return run_command(argv, Disk{.path = "/vault/secrets/oidc", .file = &file});
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(shows_the_file_and_complains_of_any_other) {
  const Container container;
  const auto good = container.run({"cat", "/vault/secrets/oidc"});
  BOOST_TEST(good.exit_code == 0);
  BOOST_TEST(good.standard_output == "OIDC_CLIENT_SECRET=synthetic-one");
  const auto both = container.run({"cat", "/etc/none", "/vault/secrets/oidc"});
  BOOST_TEST(both.exit_code == 1);
  BOOST_TEST(both.standard_error == "cat: /etc/none: No such file or directory\n");
  BOOST_TEST(both.standard_output == "OIDC_CLIENT_SECRET=synthetic-one");
}

BOOST_AUTO_TEST_CASE(has_no_file_where_nothing_was_rendered) {
  const Disk empty{.path = "/vault/secrets/oidc"};
  BOOST_TEST(run_command({"cat", "/vault/secrets/oidc"}, empty).exit_code == 1);
  BOOST_TEST(run_command({"stat", "-c", "%Y", "/vault/secrets/oidc"}, empty).exit_code == 1);
}

BOOST_AUTO_TEST_CASE(tells_when_the_file_was_written) {
  const Container container;
  BOOST_TEST(container.run({"stat", "-c", "%Y", "/vault/secrets/oidc"}).standard_output ==
             "1767600000\n");
  BOOST_TEST(container.run({"/usr/bin/stat", "-c", "%n %s %i %a %F %%", "/vault/secrets/oidc"})
                 .standard_output == "/vault/secrets/oidc 32 42 644 regular file %\n");
  BOOST_TEST(container.run({"stat"}).exit_code == 1);
}

BOOST_AUTO_TEST_CASE(knows_few_commands_and_no_shell) {
  const Container container;
  BOOST_TEST(container.run({"id"}).standard_output == "uid=100 gid=1000 groups=1000\n");
  BOOST_TEST(container.run({"id", "-u"}).standard_output == "100\n");
  BOOST_TEST(container.run({"true"}).exit_code == 0);
  BOOST_TEST(container.run({"false"}).exit_code == 1);
  BOOST_TEST(!container.run({"sh", "-c", "true"}).found);
  BOOST_TEST(container.run({"cat", "/vault/secrets/oidc"}).found);
}

BOOST_AUTO_TEST_SUITE_END()
