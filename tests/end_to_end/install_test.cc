// What `cmake --install` puts below a prefix runs from any folder, without the sources.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "scenarios/child.h"

BOOST_AUTO_TEST_SUITE(installation)

namespace {

namespace fs = std::filesystem;

// A folder of its own, which is also where the programs are run; both end with this.
struct Prefix {
  Prefix() : before(fs::current_path()) {
    std::string made = (fs::temp_directory_path() / "installed-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(made.data()) != nullptr);
    path = made;
    fs::create_directory(path / "elsewhere");
    fs::current_path(path / "elsewhere");
  }
  ~Prefix() {
    fs::current_path(before);
    fs::remove_all(path);
  }
  Prefix(const Prefix&) = delete;
  Prefix& operator=(const Prefix&) = delete;

  fs::path before;
  fs::path path;
};

scenarios::ChildExit run(const std::vector<std::string>& argv) {
  std::promise<scenarios::ChildExit> ended;
  const auto child =
      scenarios::Child::start(argv, {{"PATH", "/usr/bin:/bin"}}, {},
                              [&ended](const scenarios::ChildExit& how) { ended.set_value(how); });
  if (!child) BOOST_FAIL(argv.front() << ": " << child.error().message);
  return ended.get_future().get();
}

}  // namespace

BOOST_AUTO_TEST_CASE(runs_its_own_scenarios_from_any_folder) {
  const Prefix prefix;
  const std::string build = OVERLAP_BINARY_DIR;
  for (const char* room : {"/rotator", "/scenarios"}) {
    const auto installed =
        run({"cmake", "--install", build + room, "--prefix", prefix.path.string()});
    BOOST_REQUIRE_MESSAGE(installed.code == 0, installed.standard_error);
  }
  const auto share = prefix.path / "share";
  for (const char* file : {"doc/overlap/deploy/cronjob.yaml", "doc/overlap/rotation.example.yaml",
                           "overlap/scenarios/field/provider_down.yaml"})
    BOOST_TEST(fs::is_regular_file(share / file), file);

  // Of the whole guide one scenario is left, and one is there that only this installation has.
  const auto guide = share / "overlap/scenarios/guide";
  for (const auto& entry : fs::directory_iterator(guide))
    if (entry.path().filename() != "single_secret.yaml") fs::remove(entry.path());
  fs::copy_file(guide / "single_secret.yaml", guide / "of_this_installation.yaml");
  const auto ran = run({(prefix.path / "bin/rehearse").string(), "run"});
  BOOST_TEST(ran.code == 0, ran.standard_error);
  for (const char* name : {"guide/of_this_installation", "guide/single_secret"})
    BOOST_TEST(ran.standard_output.find(name) != std::string::npos, ran.standard_output);
  const auto named = run({(prefix.path / "bin/rehearse").string(), "run", "field/silent_no_op"});
  BOOST_TEST(named.code == 0, named.standard_error);
  BOOST_TEST(run({(prefix.path / "bin/rotator").string(), "--version"}).code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
