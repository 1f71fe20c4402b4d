#include "tests/scenarios/matrix/row.h"

#include "tests/rotator/rotation/descriptions.h"

namespace testing::matrix {
namespace {

constexpr std::string_view lasting_phases[] = {"create",  "store",   "rollout", "verify",
                                               "overlap", "disable", "soak",    "delete"};
constexpr Pushes lasting = {
    .from_rollout = "  - {after: rollout, hold_ready: 1}\n",
    .from_overlap =
        "  - {after: overlap, plus: 1s, partition: \"portal/*>idp\"}\n"
        "  - {after: overlap, plus: 12s, repair: \"portal/*>idp\"}\n",
    .from_soak =
        "  - {after: soak, plus: 1s, partition: \"portal/*>idp\"}\n"
        "  - {after: soak, plus: 12s, repair: \"portal/*>idp\"}\n",
    .phases = lasting_phases,
};

// The first is before the provider turns from one secret to the other, the others are after it.
constexpr std::string_view turning_phases[] = {"stage", "stage_rollout", "stage_verify", "create",
                                               "store", "rollout",       "verify",       "clear"};
constexpr Pushes turning = {
    .from_rollout = "  - {after: stage_rollout, hold_ready: 1}\n",
    .from_overlap =
        "  - {after: rollout, plus: 1s, partition: \"portal/*>idp\"}\n"
        "  - {after: rollout, plus: 12s, repair: \"portal/*>idp\"}\n",
    .from_soak = "  - {after: rollout, hold_ready: 1}\n",
    .phases = turning_phases,
};

constexpr Row rows[] = {
    {.name = "okta",
     .strategy = "overlap",
     .provider = "{variant: multi}",
     .pushes = &lasting,
     .takes_leftover = true},
    // Late on three replicas, and slow to answer.
    {.name = "okta_slow", .strategy = "overlap", .provider = "{variant: slow}", .pushes = &lasting},
    // Answers at once; the last replica learns of a new secret minutes later.
    {.name = "okta_lagging",
     .strategy = "overlap",
     .provider =
         "{variant: slow, create_lag: 60s..120s, retire_lag: 1s..5s, answer_time: 5ms..20ms}",
     .pushes = &lasting},
    {.name = "entra",
     .strategy = "overlap",
     .provider = "{dialect: entra, create_lag: 4s..18s, retire_lag: 5s..60s, read_lag: 0s..20s}",
     .pushes = &lasting,
     .takes_leftover = true,
     .secrets_expire = true},
    {.name = "keycloak",
     .strategy = "overlap",
     .provider = "{dialect: keycloak, succession: {grace: 2h}}",
     .pushes = &lasting,
     .secrets_expire = true},
    // Replicas turn one by one, and the portal tries two secrets.
    {.name = "auth0",
     .strategy = "staged_fallback",
     .provider = "{dialect: auth0}",
     .portal = ", tries_fallback: true",
     .rotation = "  portal_tries_fallback: true\n",
     .pushes = &turning},
    {.name = "http",
     .strategy = "overlap",
     .provider = "{variant: multi}",
     .pushes = &lasting,
     .description = &descriptions::okta,
     .takes_leftover = true},
};

}  // namespace

std::span<const Row> all_rows() { return rows; }

}  // namespace testing::matrix
