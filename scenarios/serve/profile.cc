#include "scenarios/serve/profile.h"

#include "mocks/facts.h"

namespace scenarios {
namespace {

using std::chrono::milliseconds;

// An identity provider is across the internet, the others in the same building.
struct Travel {
  ports::Duration low = milliseconds(1);
  ports::Duration high = milliseconds(20);
};

Travel travel_to(std::string_view server) {
  return server == "idp" ? Travel{.low = milliseconds(20), .high = milliseconds(150)} : Travel{};
}

}  // namespace

const char* to_string(Profile profile) {
  switch (profile) {
    case Profile::gentle: return "gentle";
    case Profile::lawful: return "lawful";
  }
  return "";
}

mocks::sim::Fate TravelTime::consult(ports::Instant now, const mocks::sim::Call& call) {
  auto fate = plan_.consult(now, call);
  if (profile_ == Profile::gentle) return fate;
  const auto travel = travel_to(call.server);
  fate.delay += draws_.between(travel.low, travel.high, mocks::sim::Stream::network_latency,
                               mocks::name_of(call.server), calls_++);
  return fate;
}

}  // namespace scenarios
