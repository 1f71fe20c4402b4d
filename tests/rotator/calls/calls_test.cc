// Encodings, timestamps, patience and the reading of JSON.
#include <boost/test/unit_test.hpp>

#include "rotator/calls/answer_json.h"
#include "rotator/calls/encoding.h"
#include "rotator/calls/patience.h"
#include "rotator/calls/times.h"
#include "tests/rotator/scripted_http.h"

namespace rotator {

BOOST_AUTO_TEST_SUITE(calls)

using namespace std::chrono_literals;
using ports::ErrorCode;

BOOST_AUTO_TEST_CASE(percent_encodes_all_but_unreserved_characters) {
  BOOST_TEST(percent_encode("a-Z_0.9~") == "a-Z_0.9~");
  BOOST_TEST(percent_encode("a b/c?d=e&f%\xc3\xa9") == "a%20b%2Fc%3Fd%3De%26f%25%C3%A9");
  BOOST_TEST(percent_encode_path("oidc/my portal") == "oidc/my%20portal");
  BOOST_TEST(form_encode("a b+c*") == "a+b%2Bc%2A");
}

BOOST_AUTO_TEST_CASE(encodes_and_decodes_base64) {
  // RFC 4648 section 10.
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
      {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    BOOST_TEST(base64_encode(plain) == encoded);
    BOOST_TEST(base64_decode(encoded).value() == plain);
  }
  BOOST_TEST(base64url_encode("\xff\xfe\xfd\xff") == "__79_w");
  BOOST_TEST(base64_decode("Zm9v\nYmFy\n").value() == "foobar");
  for (const char* bad : {"Zm9v!", "Z", "Zg==Zg", "Zm-v"})
    BOOST_TEST(!base64_decode(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(takes_only_plain_https_urls) {
  const auto url = split_https_url("https://vault.example:8200/prefix/", "it");
  REQUIRE_OK(url);
  BOOST_TEST(url->origin == "https://vault.example:8200");
  BOOST_TEST(url->path == "/prefix");
  for (const char* bad :
       {"http://vault.example", "https://", "https:///x", "https://a@b/", "https://a/#b",
        "https://a b", "vault.example", "", "https://a/\r\nX: y"}) {
    const auto refused = split_https_url(bad, "the thing");
    BOOST_REQUIRE_MESSAGE(!refused, bad);
    BOOST_TEST(refused.error().code == ErrorCode::configuration);
    BOOST_TEST(tests::holds(refused.error().message, "the thing"));
  }
}

BOOST_AUTO_TEST_CASE(reads_timestamps_of_every_precision) {
  const auto base = ports::WallTime(1'767'323'045s);  // 2026-01-02T03:04:05Z
  BOOST_TEST((parse_rfc3339("2026-01-02T03:04:05Z") == base));
  BOOST_TEST((parse_rfc3339("2026-01-02T03:04:05.000Z") == base));
  BOOST_TEST((parse_rfc3339("2026-01-02T03:04:05.123456789Z") == base + 123456789ns));
  BOOST_TEST((parse_rfc3339("2026-01-02T03:04:05.1234567891Z") == base + 123456789ns));
  BOOST_TEST((parse_rfc3339("2026-01-02T05:04:05.5+02:00") == base + 500ms));
  for (const char* bad :
       {"", "2026-01-02", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z", "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.Z", "2026-01-02T24:04:05Z", "9999-01-02T03:04:05Z", "yesterday"})
    BOOST_TEST(!parse_rfc3339(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(writes_microtime_with_exactly_six_digits) {
  BOOST_TEST(micro_time(ports::WallTime(1'767'323'045s)) == "2026-01-02T03:04:05.000000Z");
  BOOST_TEST(micro_time(ports::WallTime(1'767'323'045s + 7'999ns)) ==
             "2026-01-02T03:04:05.000007Z");
}

BOOST_AUTO_TEST_CASE(waits_longer_each_time_and_gives_up_in_time) {
  tests::ManualClock clock;
  Patience patience(clock, clock.now() + 10s);
  std::vector<std::int64_t> waits;
  for (;;) {
    const auto before = clock.now();
    const auto waited = patience.wait({ErrorCode::busy, "it is busy"});
    if (!waited) {
      BOOST_TEST(waited.error().code == ErrorCode::busy);
      BOOST_TEST(waited.error().message == "it is busy (tried 6 times)");
      break;
    }
    waits.push_back(
        std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - before).count());
  }
  const std::vector<std::int64_t> expected = {250, 500, 1000, 2000, 4000};
  BOOST_TEST(waits == expected, boost::test_tools::per_element());
  BOOST_TEST((clock.now() < ports::Instant(10s)));
}

BOOST_AUTO_TEST_CASE(obeys_the_wait_a_server_asks_for_but_not_past_its_own_end) {
  tests::ManualClock clock;
  Patience patience(clock, clock.now() + 10s);
  BOOST_TEST(patience.wait({ErrorCode::busy, "busy"}, 7s).has_value());
  BOOST_TEST((clock.now() == ports::Instant(7s)));
  BOOST_TEST(!patience.wait({ErrorCode::busy, "busy"}, 3s).has_value());
  BOOST_TEST((clock.now() == ports::Instant(7s)));
}

namespace {

struct Told final : rotator::RepeatListener {
  void repeating(const std::string& why, ports::WallTime until, ports::Duration left) override {
    said.push_back(why);
    ends = until;
    wait = left;
  }
  std::vector<std::string> said;
  ports::WallTime ends = {};
  ports::Duration wait{0};
};

}  // namespace

BOOST_AUTO_TEST_CASE(tells_once_that_a_call_is_repeated_and_until_when) {
  tests::ManualClock clock;
  Told told;
  const auto ends = clock.wall_now() + 60s;
  Patience patience(clock, clock.now() + 60s, &told);
  BOOST_TEST(patience.wait({ErrorCode::busy, "a blip"}).has_value());
  BOOST_TEST(told.said.empty());
  while (patience.wait({ErrorCode::busy, "it is busy"})) {
  }
  BOOST_REQUIRE(told.said.size() == 1U);
  BOOST_TEST(told.said.front() == "it is busy");
  BOOST_TEST((told.ends == ends && told.wait < 60s && told.wait > 59s));
}

BOOST_AUTO_TEST_CASE(tells_at_once_of_a_server_that_asks_for_a_long_wait) {
  tests::ManualClock clock;
  Told told;
  Patience patience(clock, clock.now() + 60s, &told);
  BOOST_TEST(patience.wait({ErrorCode::busy, "too many requests"}, 30s).has_value());
  BOOST_TEST(told.said.size() == 1U);
  Patience brief(clock, clock.now() + 9s, &told);
  while (brief.wait({ErrorCode::busy, "it is busy"})) {
  }
  BOOST_TEST(told.said.size() == 1U);
}

BOOST_AUTO_TEST_CASE(stops_waiting_when_asked_to_stop) {
  tests::ManualClock clock;
  clock.stop = true;
  Patience patience(clock, clock.now() + 10s);
  const auto waited = patience.wait({ErrorCode::busy, "busy"});
  BOOST_REQUIRE(!waited);
  BOOST_TEST(waited.error().code == ErrorCode::interrupted);
}

BOOST_AUTO_TEST_CASE(shows_a_servers_words_without_secrets_line_breaks_or_end) {
  BOOST_TEST(quotable("1 error occurred:\n\t* permission denied\n\n") ==
             "1 error occurred: * permission denied");
  BOOST_TEST(quotable("bad synthetic-secret, synthetic-secret!", "synthetic-secret") ==
             "bad ..., ...!");
  BOOST_TEST(quotable(std::string(400, 'x'), {}, 10) == "xxxxxxxxxx...");
  BOOST_TEST(quotable("aaaa\xc3\xa9", {}, 5) == "aaaa...");
}

BOOST_AUTO_TEST_CASE(never_shows_an_answer_that_it_cannot_read) {
  for (const char* bad :
       {"<html>synthetic-secret</html>", "", "[]", "\"synthetic-secret\"", "{\"a\":"}) {
    const auto parsed = parse_object(bad, "asking");
    BOOST_REQUIRE(!parsed);
    BOOST_TEST(parsed.error().code == ErrorCode::malformed);
    tests::check_discreet(parsed.error(), {"synthetic-secret"});
  }
}

BOOST_AUTO_TEST_CASE(reads_members_of_the_wrong_type_as_absent) {
  const auto parsed = parse_object(R"({"a":{"n":1,"s":"x","b":true},"l":[1]})", "asking");
  REQUIRE_OK(parsed);
  BOOST_TEST(text_member(*parsed, {"a", "n"}) == "");
  BOOST_TEST(text_member(*parsed, {"a", "s"}) == "x");
  BOOST_TEST(integer_member(*parsed, {"a", "s"}, 7) == 7);
  BOOST_TEST(flag_member(*parsed, {"a", "b"}));
  BOOST_TEST(array_member(*parsed, {"a", "s", "deeper"}).empty());
  BOOST_TEST(array_member(*parsed, {"l"}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(reads_a_duration_as_go_writes_it) {
  const std::pair<const char*, ports::Duration> good[] = {
      {"0s", 0s},       {"768h0m0s", 768h}, {"1h30m0s", 90min},
      {"1.5s", 1500ms}, {"-1s", -1s},       {"250ms", 250ms},
      {"10m", 10min},   {"3\u00b5s", 3us},  {"1h0m0.5s", 3600500ms}};
  for (const auto& [text, duration] : good) {
    const auto read = rotator::parse_go_duration(text);
    BOOST_TEST((read && *read == duration), text);
  }
  for (const auto* bad : {"", "-", "10", "h", "1d", "1e3s", "999999999h", "1s ", "nans"})
    BOOST_TEST(!rotator::parse_go_duration(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(tells_no_time_finer_than_a_millisecond) {
  BOOST_TEST(rotator::to_text(477us) == "1ms");
  BOOST_TEST(rotator::to_text(1ns) == "1ms");
  BOOST_TEST(rotator::to_text(ports::Duration(1'500'823)) == "1ms");
  BOOST_TEST(rotator::to_text(1500ms) == "1s500ms");
  BOOST_TEST(rotator::to_text(90s + 7ms) == "1m30s");
  BOOST_TEST(rotator::to_text(0s) == "0s");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rotator
