// Which mount answers for a path.
#include "mocks/vault/store/mounts.h"

#include <boost/test/unit_test.hpp>

#include "tests/mocks/vault/world.h"

BOOST_AUTO_TEST_SUITE(mounts)

namespace {

using mocks::vault::Mounts;
using mocks::vault::MountType;
using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_CASE(the_longest_mount_that_a_path_begins_with_answers) {
  vault_test::Clock clock;
  Mounts mounts(clock, 0s);
  for (const char* path : {"team/", "team/a/", "auth/kubernetes/"})
    mounts.add(path, MountType::kv, 2);
  BOOST_TEST(mounts.of("team/a/data/x")->path == "team/a/");
  BOOST_TEST(mounts.of("team/data/x")->path == "team/");
  BOOST_TEST(mounts.of("team") == nullptr);
  BOOST_TEST(mounts.at("team/a/data/") == nullptr);
  BOOST_TEST(mounts.at("auth/kubernetes/")->is_auth());
  BOOST_TEST(mounts.all().front()->path == "auth/kubernetes/");
}

BOOST_AUTO_TEST_CASE(a_mount_takes_its_values_with_it) {
  vault_test::Clock clock;
  Mounts mounts(clock, 0s);
  mounts.add("kv/", MountType::kv, 2).kv.write("x", "{}", clock.wall_now());
  BOOST_TEST(mounts.remove("kv/"));
  BOOST_TEST(!mounts.remove("kv/"));
  BOOST_TEST(mounts.add("kv/", MountType::kv, 2).kv.find("x") == nullptr);
}

BOOST_AUTO_TEST_CASE(only_a_version_two_mount_waits_for_its_upgrade) {
  vault_test::Clock clock;
  clock.run_for(1min);
  Mounts mounts(clock, 5s);
  BOOST_TEST((mounts.add("new/", MountType::kv, 2).ready_at == clock.now() + 5s));
  auto& old = mounts.add("old/", MountType::kv, 1);
  BOOST_TEST((old.ready_at == ports::Instant{}));
  BOOST_TEST(!old.is_kv2());
  mounts.upgrade(old);
  BOOST_TEST(old.is_kv2());
  BOOST_TEST((old.ready_at == clock.now() + 5s));
}

BOOST_AUTO_TEST_SUITE_END()
