// WrappedAnswers: answers that a client had wrapped: they stay here, and a token that fetches each
// once goes out (https://developer.hashicorp.com/vault/docs/concepts/response-wrapping).
//
// A wrapping token is known to this table alone: it is no token of TokenStore and opens no other
// door. What is never fetched stays until its time is over and somebody asks for it: a rehearsal
// wraps a handful of answers, so there is no bound.
#pragma once

#include <map>
#include <string>

#include "mocks/vault/store/kv.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

struct WrappedAnswer {
  std::string body = {};           // the envelope as it would have been answered
  std::string creation_path = {};  // of the wrapped call, below /v1/
  ports::WallTime created = no_time;
  ports::Duration ttl{0};  // from `created`; at its end the answer is gone
};

class WrappedAnswers {
 public:
  // `token` is a text that nobody else holds; one that is there already is replaced.
  void keep(const std::string& token, WrappedAnswer answer) { answers_[token] = std::move(answer); }

  // Null when there is none or its time is over, which forgets it. The pointer is good until the
  // next call of this object. Looking does not use the token up.
  const WrappedAnswer* find(const std::string& token, ports::WallTime now) {
    const auto it = answers_.find(token);
    if (it == answers_.end()) return nullptr;
    if (it->second.created + it->second.ttl > now) return &it->second;
    answers_.erase(it);
    return nullptr;
  }

  // The body of an answer that find() has just shown; it is gone then, and the token worth nothing.
  std::string take(const std::string& token) {
    const auto it = answers_.find(token);
    std::string body = std::move(it->second.body);
    answers_.erase(it);
    return body;
  }

 private:
  std::map<std::string, WrappedAnswer> answers_;  // by wrapping token
};

}  // namespace mocks::vault
