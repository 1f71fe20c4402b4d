// WrappedAnswers: answers that a client had wrapped: they stay here, and a token that fetches each
// once goes out (https://developer.hashicorp.com/vault/docs/concepts/response-wrapping).
#pragma once

#include <map>
#include <string>

#include "mocks/vault/store/kv.h"
#include "rotator/ports/clock.h"

namespace mocks::vault {

struct WrappedAnswer {
  std::string body = {};  // the envelope as it would have been answered
  std::string creation_path = {};
  ports::WallTime created = no_time;
  ports::Duration ttl{0};
};

class WrappedAnswers {
 public:
  void keep(const std::string& token, WrappedAnswer answer) { answers_[token] = std::move(answer); }

  // Null when there is none or its time is over, which forgets it.
  const WrappedAnswer* find(const std::string& token, ports::WallTime now) {
    const auto it = answers_.find(token);
    if (it == answers_.end()) return nullptr;
    if (it->second.created + it->second.ttl > now) return &it->second;
    answers_.erase(it);
    return nullptr;
  }

  // The body of an answer that is there; it is gone then.
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
