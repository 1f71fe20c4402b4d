// Reviews: questions about who somebody is and what they may do (authentication.k8s.io,
// authorization.k8s.io), and TokenRequest.
#pragma once

#include "mocks/kubernetes/api/api_call.h"
#include "mocks/kubernetes/api/authorizer.h"
#include "mocks/kubernetes/store/registry.h"

namespace mocks::kubernetes {

inline constexpr std::string_view audience = "https://kubernetes.default.svc";
// Bounds of TokenRequest's expirationSeconds: ten minutes, and what a Duration can hold.
inline constexpr std::int64_t shortest_token_s = 600;
inline constexpr std::int64_t longest_token_s = std::int64_t{1} << 32;

// Whether the resource is one of the reviews.
bool is_review(std::string_view group, std::string_view resource);
Outcome<Answer> answer_review(const ApiCall& call, const Authorizer& authorizer,
                              const Registry& registry);
// POST of serviceaccounts/NAME/token.
Outcome<Answer> request_token(const ApiCall& call, Authorizer& authorizer, Registry& registry);

}  // namespace mocks::kubernetes
