#include "rotator/rotation/acceptance_proof.h"

#include <boost/test/unit_test.hpp>

#include "tests/rotator/rotation/print.h"

BOOST_AUTO_TEST_SUITE(acceptance_proof)

namespace {

using namespace std::chrono_literals;
using ports::Instant;
using rotator::Acceptance;
using rotator::AcceptanceProof;
using rotator::Judgement;
using rotator::ProbeAnswer;

constexpr Instant made{1h};

// Probes as the proof asks for them; `answer` says what the n-th one meets.
struct Probing {
  AcceptanceProof proof;
  Instant now = made;
  int asked = 0;

  explicit Probing(AcceptanceProof::Options options) : proof(options) {}

  template <typename Answer>
  void run(Answer answer, int most = 1000) {
    for (; asked < most; now += proof.gap()) {
      proof.add(now, ProbeAnswer{.acceptance = answer(asked++)});
      if (proof.complete(now)) return;
    }
  }
};

AcceptanceProof::Options options(std::optional<ports::Duration> promised) {
  return {.probes = 5, .spacing = 1s, .promised = promised, .changed = made};
}

Acceptance yes(int) { return Acceptance::accepted; }

}  // namespace

BOOST_AUTO_TEST_CASE(
    is_as_cheap_as_configured_where_the_provider_promises_that_a_change_counts_at_once) {
  Probing probing(options(0s));
  probing.run(yes);
  BOOST_TEST(probing.asked == 5);
  BOOST_TEST((probing.now - made == 4s));
  BOOST_TEST(probing.proof.judge().verdict == Judgement::pass);
}

BOOST_AUTO_TEST_CASE(takes_more_probes_further_apart_where_nothing_is_promised) {
  for (const int configured : {1, 2, 5}) {
    auto wanted = options(std::nullopt);
    wanted.probes = configured;
    Probing probing(wanted);
    probing.run(yes);
    BOOST_TEST(probing.asked == rotator::doubtful_row);
    BOOST_TEST((probing.now - made >= 30s));
    BOOST_TEST((probing.now - made < 40s));
    BOOST_TEST((AcceptanceProof::shortest(wanted) == probing.now - made));
  }
}

BOOST_AUTO_TEST_CASE(lasts_as_long_as_the_provider_says_that_a_change_may_take) {
  Probing probing(options(3min));
  probing.run(yes);
  BOOST_TEST((probing.now - made >= 3min));
  BOOST_TEST((probing.now - made < 4min));
  BOOST_TEST(probing.asked < 30);
}

BOOST_AUTO_TEST_CASE(begins_anew_and_wants_a_long_row_once_a_replica_has_refused) {
  Probing probing(options(std::nullopt));
  probing.run([](int nth) { return nth == 3 ? Acceptance::refused : Acceptance::accepted; });
  BOOST_TEST(probing.asked == 4 + rotator::lagging_row);
  BOOST_TEST(probing.proof.row() == rotator::lagging_row);
}

BOOST_AUTO_TEST_CASE(lasts_as_long_again_as_the_refusals_went_on) {
  Probing probing(options(std::nullopt));
  Instant last = made;
  probing.run([&](int) {
    const bool refused = probing.now < made + 5min;
    if (refused) last = probing.now;
    return refused ? Acceptance::refused : Acceptance::accepted;
  });
  BOOST_TEST((probing.now - last >= last - made));
  BOOST_TEST((probing.now - last <= last - made + 2s));
}

// Whoever resumes knows of the refusals of the run before.
BOOST_AUTO_TEST_CASE(counts_a_remembered_refusal_as_of_now) {
  auto remembered = options(std::nullopt);
  remembered.refused = made + 90s;
  Probing probing(remembered);
  probing.now = made + 90s;
  probing.run(yes);
  BOOST_TEST(probing.asked >= rotator::lagging_row);
  BOOST_TEST((probing.now - made >= 180s));
}

BOOST_AUTO_TEST_CASE(is_long_for_a_secret_that_was_out_of_use_whatever_is_promised) {
  auto reborn = options(0s);
  reborn.out_of_use_before = true;
  Probing probing(reborn);
  probing.run(yes);
  BOOST_TEST(probing.asked == rotator::lagging_row);
  BOOST_TEST((probing.now - made >= 110s));
}

BOOST_AUTO_TEST_CASE(an_answer_that_says_nothing_breaks_the_row_and_is_no_refusal) {
  Probing probing(options(0s));
  probing.run([](int nth) { return nth == 4 ? Acceptance::unknown : Acceptance::accepted; });
  BOOST_TEST(probing.asked == 10);
  BOOST_TEST(probing.proof.needed() == 5);
}

// Two of three replicas know of the secret from the first instant on, the third never: the proof
// must not come about by luck.
BOOST_AUTO_TEST_CASE(is_not_given_by_luck_while_a_third_of_the_replicas_refuse) {
  std::uint64_t state = 7;
  const auto lucky = [&state](int) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % 3 == 0 ? Acceptance::refused : Acceptance::accepted;
  };
  int fooled = 0;
  for (int run = 0; run < 1000; ++run) {
    Probing probing(options(std::nullopt));
    probing.run(lucky, 300);
    fooled += probing.proof.complete(probing.now) ? 1 : 0;
  }
  // (2/3)^12 is 0.8 % for the first row; a later one has to be 40 long.
  BOOST_TEST(fooled < 20);
}

BOOST_AUTO_TEST_SUITE_END()
