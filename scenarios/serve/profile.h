// Profile: how kind the served systems are. `gentle`: they answer at once and keep connections as
// long as clients want them. `lawful`: as real ones, they do what their protocols let them do and a
// client must bear: answers take time, and a connection ends after some requests (RFC 9112 section
// 9.6). Nothing that is refused, wrong or in another order: that is what faults and acts are for.
#pragma once

#include <cstdint>
#include <string_view>

#include "mocks/sim/draws.h"
#include "mocks/sim/faults/faults.h"

namespace scenarios {

enum class Profile { gentle, lawful };
inline constexpr Profile all_profiles[] = {Profile::gentle, Profile::lawful};
const char* to_string(Profile profile);

// Of a connection under `lawful`: few enough that every client that keeps one meets its end.
inline constexpr std::uint64_t lawful_requests = 20;

// What a plan of faults says, and before it the time that a call takes on its way, whoever calls:
// drawn for each call, in the machine's time.
class TravelTime final : public mocks::sim::Faults {
 public:
  // `plan` is borrowed and must outlive it. Under `gentle` calls take none.
  TravelTime(mocks::sim::Faults& plan, mocks::sim::Draws draws, Profile profile)
      : plan_(plan), draws_(draws), profile_(profile) {}

  mocks::sim::Fate consult(ports::Instant now, const mocks::sim::Call& call) override;

 private:
  mocks::sim::Faults& plan_;
  mocks::sim::Draws draws_;
  Profile profile_;
  std::uint64_t calls_ = 0;
};

}  // namespace scenarios
