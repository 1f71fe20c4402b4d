#include "rotator/rotation/journal_store.h"

#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"
#include "tests/rotator/rotation/vault_world.h"

BOOST_AUTO_TEST_SUITE(journal)

namespace {

using rotator::Disposition;
using rotator::Journal;
using rotator::JournalStore;
namespace fault = mocks::sim::fault;

Journal running() {
  Journal journal;
  journal.rotation_id = "0123456789ab";
  journal.disposition = Disposition::running;
  return journal;
}

// Two rotators with one Vault.
struct Two : testing::VaultWorld {
  rotator::VaultSession line = session();
  rotator::KeyValue kv{line, "kv", "oidc/portal-rotation"};
  JournalStore first{kv, clock, random};
  JournalStore second{kv, clock, random};
  Journal journal = running();

  std::int64_t version() const { return vault.current_version("kv", "oidc/portal-rotation"); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(reads_back_every_member_that_it_writes) {
  rc::check([] {
    Journal written = running();
    const auto word = [] { return "w" + std::to_string(*rc::gen::inRange(0, 1'000'000)); };
    written.phase = rotator::Phase::removal;
    written.intent = rotator::Intent::delete_old;
    written.strategy = "cutover";
    written.secrets_before = {word(), word()};
    written.old_secret_id = word();
    written.new_fingerprint = word();
    written.new_kv_version = *rc::gen::inRange(0, 1000);
    written.restart_before = *rc::gen::inRange(0, 2) == 0 ? "" : word();
    written.window = std::chrono::milliseconds(*rc::gen::inRange(1, 1'000'000));
    written.window_ends = ports::WallTime(
        std::chrono::milliseconds(*rc::gen::inRange<std::int64_t>(1, 4'000'000'000'000)));
    written.failures_at_start = *rc::gen::inRange(0, 100);
    written.reason = word() + " \"quoted\" and\nbroken";
    const auto data = rotator::KvData::parse(to_json(written, "00ff"));
    const auto read = parse_journal(*data);
    RC_ASSERT(read.has_value());
    RC_ASSERT(to_json(*read, "00ff") == to_json(written, "00ff"));
    RC_ASSERT(read->restart_before == written.restart_before);
    RC_ASSERT(read->window_ends == written.window_ends);
  });
}

BOOST_AUTO_TEST_CASE(tolerates_members_that_it_does_not_know_and_members_that_are_absent) {
  const auto data = rotator::KvData::parse(
      R"({"rotation_id":"a1","disposition":"running","hue":"blue","nested":{"x":1}})");
  const auto read = parse_journal(*data);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->disposition == Disposition::running);
  BOOST_TEST(read->restarts == 0);
}

BOOST_AUTO_TEST_CASE(refuses_a_newer_format_and_a_member_that_it_cannot_read) {
  const auto complaint = [](const char* json) {
    const auto read = parse_journal(*rotator::KvData::parse(json));
    return read ? std::string() : read.error().message;
  };
  BOOST_TEST(complaint(R"({"format":"2","rotation_id":"a1","disposition":"running"})") ==
             "the journal has format 2, this rotator knows 1; use the rotator that wrote it");
  BOOST_TEST(complaint(R"({"rotation_id":"a1","phase":"levitate"})") ==
             "the journal's member phase cannot be read; a newer rotator may have written it");
}

BOOST_AUTO_TEST_CASE(keeps_the_fingerprint_key_over_rotations) {
  Two two;
  two.run([&two] {
    BOOST_REQUIRE(two.first.load().has_value());
    const auto before = two.first.fingerprint_key().clone();
    BOOST_REQUIRE(two.first.append(two.journal).has_value());
    BOOST_REQUIRE(two.second.load().has_value());
    BOOST_TEST(two.second.fingerprint_key().same_as(before));
  });
}

BOOST_AUTO_TEST_CASE(a_rotator_that_was_overtaken_gets_a_conflict) {
  Two two;
  two.run([&two] {
    BOOST_REQUIRE(two.first.load().has_value());
    BOOST_REQUIRE(two.first.append(two.journal).has_value());
    BOOST_REQUIRE(two.second.load().has_value());
    auto theirs = two.journal;
    BOOST_REQUIRE(two.second.append(theirs).has_value());
    const auto late = two.first.append(two.journal);
    BOOST_REQUIRE(!late.has_value());
    BOOST_TEST((late.error().code == ports::ErrorCode::conflict));
  });
  BOOST_TEST(two.version() == 2);
}

BOOST_AUTO_TEST_CASE(settles_a_lost_reply_and_a_lost_request_by_its_nonce) {
  for (const auto loss : {&fault::lost_reply, &fault::hang, &fault::reset}) {
    Two two;
    two.fault(loss, "PUT");
    two.run([&two] {
      BOOST_REQUIRE(two.first.load().has_value());
      BOOST_REQUIRE(two.first.append(two.journal).has_value());
      BOOST_TEST(two.version() == 1);
      BOOST_REQUIRE(two.first.append(two.journal).has_value());
      BOOST_TEST(two.version() == 2);
    });
    BOOST_TEST(two.plan.never_fired().empty());
  }
}

BOOST_AUTO_TEST_CASE(knows_its_own_write_again_after_it_had_given_up_on_it) {
  Two two;
  two.run([&two] {
    BOOST_REQUIRE(two.first.load().has_value());
    two.fault(&fault::lost_reply, "PUT");
    two.fault(&fault::refuse, "GET", 1, 1'000);
    BOOST_TEST(!two.first.append(two.journal).has_value());
    two.conditions.set_plan(two.quiet);
    const auto again = two.first.append(two.journal);
    BOOST_TEST(again.has_value(), (again ? "" : again.error().message));
  });
  BOOST_TEST(two.version() == 2);
}

BOOST_AUTO_TEST_CASE(goes_on_from_a_journal_that_was_deleted) {
  Two two;
  two.run([&two] {
    BOOST_REQUIRE(two.first.load().has_value());
    BOOST_REQUIRE(two.first.append(two.journal).has_value());
    BOOST_REQUIRE(
        two.line
            .call("DELETE", "kv/data/oidc/portal-rotation", {}, rotator::VaultSession::Repeat::safe)
            .has_value());
    const auto loaded = two.second.load();
    BOOST_REQUIRE(loaded.has_value());
    BOOST_TEST(loaded->disposition == Disposition::none);
    BOOST_TEST(two.second.append(two.journal).has_value());
  });
}

BOOST_AUTO_TEST_CASE(shows_a_time_in_utc_with_milliseconds) {
  BOOST_TEST(rotator::to_rfc3339(ports::WallTime{}) == "");
  BOOST_TEST(
      rotator::to_rfc3339(ports::WallTime(std::chrono::sys_days(std::chrono::year(2026) / 2 / 3)) +
                          std::chrono::milliseconds(3'723'004)) == "2026-02-03T01:02:03.004Z");
}

BOOST_AUTO_TEST_SUITE_END()
