// Times in a client's JSON: metav1.Time and metav1.MicroTime, with the errors of Go's time.Parse.
#pragma once

#include <optional>
#include <string_view>

#include "mocks/kubernetes/json/fields_json.h"
#include "rotator/ports/clock.h"

namespace mocks::kubernetes::detail {

// metav1.MicroTime: exactly six digits of a second. Nothing when the member is absent, or is no
// such time: then it is the Fields' wrong type, unless they have one already.
std::optional<ports::WallTime> decode_micro_time(Fields& fields, std::string_view name);
// metav1.Time: the same with no fraction; one is cut off. What is no time reads as absent.
std::optional<ports::WallTime> decode_time(Fields& fields, std::string_view name);

}  // namespace mocks::kubernetes::detail
