// Whose a folder is: claimed once, told from what a dead server left, and taken away without a
// trace of the server or a loss to anybody else.
#include "scenarios/serve/folder.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "scenarios/private_file.h"

BOOST_AUTO_TEST_SUITE(serve_folder)

namespace {

namespace fs = std::filesystem;
using scenarios::ServeFolder;

struct Place {
  Place() {
    std::string made = (fs::temp_directory_path() / "folder-test-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(made.data()) != nullptr);
    path = made;
  }
  ~Place() { fs::remove_all(path); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string folder() const { return (path / "world").string(); }
  fs::path path;
};

// A process of its own that has the folder; locks are a process's, so this one cannot be it.
class Server {
 public:
  // At SIGTERM it ends as a server does, taking away what it has.
  explicit Server(const std::string& folder) {
    int ready[2];
    BOOST_REQUIRE(pipe(ready) == 0);
    pid_ = fork();
    BOOST_REQUIRE(pid_ >= 0);
    if (pid_ == 0) serve(folder, ready[1]);
    close(ready[1]);
    char word = 0;
    BOOST_REQUIRE(read(ready[0], &word, 1) == 1);
    BOOST_REQUIRE(word == 'r');
    close(ready[0]);
  }
  ~Server() { kill(SIGKILL); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  pid_t pid() const { return pid_; }
  void kill(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    await();
  }
  // How it ended.
  int await() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }

 private:
  [[noreturn]] static void serve(const std::string& folder, int ready) {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, nullptr);
    {
      const auto claimed = ServeFolder::claim(folder);
      const bool kept =
          claimed && scenarios::write_private_file(folder + "/server.key", "synthetic");
      static_cast<void>(!write(ready, kept ? "r" : "n", 1));
      int signal = 0;
      sigwait(&term, &signal);
    }
    _exit(7);
  }
  pid_t pid_ = -1;
};

mode_t mode_of(const std::string& path) {
  struct stat state {};
  BOOST_REQUIRE(stat(path.c_str(), &state) == 0);
  return state.st_mode & 07777U;
}

std::string flaw_of_claim(const std::string& folder) {
  const auto claimed = ServeFolder::claim(folder);
  BOOST_REQUIRE(!claimed.has_value());
  BOOST_TEST((claimed.error().code == ports::ErrorCode::configuration));
  return claimed.error().message;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(makes_a_folder_that_only_its_user_may_enter_and_leaves_nothing) {
  const Place place;
  const auto deep = place.folder() + "/below/";
  {
    const auto claimed = ServeFolder::claim(deep);
    BOOST_REQUIRE(claimed.has_value());
    BOOST_TEST((*claimed)->path() == place.folder() + "/below");
    BOOST_TEST(mode_of((*claimed)->path()) == 0700U);
    BOOST_TEST(mode_of((*claimed)->path() + "/serve.pid") == 0600U);
    const auto made = scenarios::write_private_file((*claimed)->path() + "/env.sh", "x");
    BOOST_TEST(made.has_value());
  }
  BOOST_TEST(!fs::exists(deep));
}

BOOST_AUTO_TEST_CASE(takes_an_empty_folder_and_makes_it_private) {
  const Place place;
  fs::create_directory(place.folder());
  fs::permissions(place.folder(), fs::perms(0755));
  const auto claimed = ServeFolder::claim(place.folder());
  BOOST_REQUIRE(claimed.has_value());
  BOOST_TEST(mode_of(place.folder()) == 0700U);
}

BOOST_AUTO_TEST_CASE(refuses_a_folder_with_somebody_elses_files_and_leaves_them) {
  const Place place;
  fs::create_directory(place.folder());
  std::ofstream(place.folder() + "/ca.crt") << "mine";
  BOOST_TEST(has(flaw_of_claim(place.folder()), "holds what is no server's"));
  BOOST_TEST(fs::file_size(place.folder() + "/ca.crt") == 4U);
  std::ofstream(place.folder() + "x") << "a file";
  BOOST_TEST(has(flaw_of_claim(place.folder() + "x"), "is no folder that can be used"));
  fs::create_directory_symlink(place.path, place.folder() + "-link");
  BOOST_TEST(has(flaw_of_claim(place.folder() + "-link"), "is no folder that can be used"));
}

BOOST_AUTO_TEST_CASE(refuses_a_folder_in_use_and_names_the_process) {
  const Place place;
  const Server server(place.folder());
  const auto flaw = flaw_of_claim(place.folder());
  BOOST_TEST(has(flaw, "in use by process " + std::to_string(server.pid()) + ";"), flaw);
  BOOST_TEST(fs::exists(place.folder() + "/server.key"));
}

BOOST_AUTO_TEST_CASE(takes_over_what_a_dead_server_left_whoever_has_its_number_now) {
  const Place place;
  Server server(place.folder());
  server.kill(SIGKILL);
  BOOST_TEST(fs::exists(place.folder() + "/server.key"));
  // A living process of another kind has the number that is written there.
  std::ofstream(place.folder() + "/serve.pid") << getppid() << "\n";
  const auto claimed = ServeFolder::claim(place.folder());
  BOOST_REQUIRE_MESSAGE(claimed.has_value(), claimed.error().message);
  BOOST_TEST(!fs::exists(place.folder() + "/server.key"));
}

BOOST_AUTO_TEST_CASE(ends_the_server_of_a_folder_and_nobody_else) {
  const Place place;
  Server server(place.folder());
  const auto told = scenarios::end_server_of(place.folder());
  BOOST_REQUIRE_MESSAGE(told.has_value(), told.error().message);
  const int status = server.await();
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 7);
  BOOST_TEST(!fs::exists(place.folder()));
}

BOOST_AUTO_TEST_CASE(takes_away_what_a_dead_server_left_and_tells_no_process_to_end) {
  const Place place;
  Server bystander(place.folder() + "2");
  Server server(place.folder());
  server.kill(SIGKILL);
  std::ofstream(place.folder() + "/serve.pid") << bystander.pid() << "\n";
  BOOST_TEST(scenarios::end_server_of(place.folder()).has_value());
  BOOST_TEST(!fs::exists(place.folder()));
  BOOST_TEST(kill(bystander.pid(), 0) == 0);
  BOOST_TEST(waitpid(bystander.pid(), nullptr, WNOHANG) == 0);
}

BOOST_AUTO_TEST_CASE(says_so_when_no_server_has_the_folder) {
  const Place place;
  for (const auto& folder : {place.folder(), place.path.string()}) {
    const auto ended = scenarios::end_server_of(folder);
    BOOST_REQUIRE(!ended.has_value());
    BOOST_TEST(has(ended.error().message, "no `rehearse serve` has this folder"));
  }
  BOOST_TEST(fs::exists(place.path));
}

BOOST_AUTO_TEST_SUITE_END()
