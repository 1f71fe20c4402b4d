// SystemFiles: credentials read afresh, and everything that is not one refused with its path.
#include "rotator/ports/system_files.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/contract/loopback.h"

BOOST_AUTO_TEST_SUITE(system_files)

using contract::must_fail;
using contract::must_succeed;
using contract::ScratchDirectory;
using ports::ErrorCode;
using ports::SystemFiles;

namespace {

void write(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace

BOOST_AUTO_TEST_CASE(reads_a_token_without_trailing_white_space_and_afresh_each_time) {
  const ScratchDirectory directory;
  const std::string path = directory.file("token");
  SystemFiles files;
  write(path, " synthetic-token-one \r\n\n");
  BOOST_TEST(must_succeed(files.read(path)).reveal_to_wire() == " synthetic-token-one");
  write(path, "synthetic-token-two");
  BOOST_TEST(must_succeed(files.read(path)).reveal_to_wire() == "synthetic-token-two");
}

BOOST_AUTO_TEST_CASE(reads_a_token_of_the_largest_size_and_no_larger) {
  const ScratchDirectory directory;
  const std::string path = directory.file("token");
  SystemFiles files;
  write(path, std::string(ports::max_credential_file, 'x'));
  BOOST_TEST(must_succeed(files.read(path)).reveal_to_wire().size() == ports::max_credential_file);
  write(path, std::string(ports::max_credential_file + 1, 'x'));
  const std::string message = must_fail(files.read(path), ErrorCode::configuration);
  BOOST_TEST(message.find("larger than 64 KiB") != std::string::npos);
  BOOST_TEST(message.find("xxx") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_path_and_reason_of_what_cannot_be_read) {
  const ScratchDirectory directory;
  SystemFiles files;
  const std::string missing = directory.file("missing");
  const std::string blank = directory.file("blank");
  const std::string fifo = directory.file("fifo");
  write(blank, " \n\t\n");
  BOOST_REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {missing, "No such file"},
      {blank, "it is empty"},
      {fifo, "not a regular file"},
      {directory.path(), "not a regular file"}};
  for (const auto& [path, reason] : cases) {
    const std::string message = must_fail(files.read(path), ErrorCode::configuration);
    BOOST_TEST(message.find(path) != std::string::npos, message);
    BOOST_TEST(message.find(reason) != std::string::npos, message);
  }
}

BOOST_AUTO_TEST_SUITE_END()
