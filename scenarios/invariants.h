// Invariants: what must hold at every instant of every run, checked from the world's facts and
// never from what the rotator says. The first violation of each is kept, with its instant and one
// sentence.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mocks/facts.h"
#include "rotator/ports/clock.h"
#include "scenarios/invariant.h"
#include "scenarios/report.h"

namespace scenarios {

class Invariants final : public mocks::Observer {
 public:
  // `client` and `secret_path` are mocks::name_of of the client id and of "mount/path" in Vault.
  Invariants(std::uint64_t client, std::uint64_t secret_path);

  void observe(ports::Instant at, const mocks::Fact& fact) override;

  // What a portal that tries a second secret bears, which the facts do not tell of.
  struct SecondSecret {
    // Whether each replica accepts at `at` one of the two that Vault's current version holds.
    std::function<bool(ports::Instant at)> vault_holds_one = {};
    // Whether the process of that pod tries another secret beside the one that it read.
    std::function<bool(std::uint64_t pod)> pod_tries_another = {};
  };
  // Without, each secret stands alone.
  void allow_second(SecondSecret second) { second_ = std::move(second); }

  // A secret that belongs to somebody else.
  void mark_foreign(std::uint64_t secret) { foreign_.insert(secret); }
  // For what only the harness can see (leaks, the state at the end). The first violation of each is
  // kept.
  void violate(Invariant invariant, ports::Instant at, std::string what);
  // A check that could not be made.
  void cannot_check(Invariant invariant, std::string why);

  // "secret 2": by order of creation. Nothing that could be traced back to the value.
  std::string label(std::uint64_t secret) const;

  // Whether the identity provider accepts `secret` now, and how many live pods hold it.
  bool accepted(std::uint64_t secret) const { return accepted_.contains(secret); }
  int users(std::uint64_t secret) const;
  // What Vault's current version holds; 0 before the first.
  std::uint64_t current() const { return current_; }
  // Secrets at the provider, foreign ones not counted.
  std::set<std::uint64_t> existing() const;
  std::size_t live_pods() const { return pods_.size(); }

  std::vector<InvariantReport> reports() const;
  bool violated(Invariant invariant) const { return violations_.contains(invariant); }

 private:
  struct Violation {
    Verdict verdict = Verdict::fail;
    ports::Instant at = {};
    std::string what = {};
  };

  void check_current(ports::Instant at);
  void retired(ports::Instant at, std::uint64_t secret, const char* how);
  void acted(ports::Instant at, const mocks::Fact& call);

  std::uint64_t client_;
  std::uint64_t secret_path_;
  std::vector<std::uint64_t> created_;  // every secret, in order
  std::set<std::uint64_t> existing_;    // at the provider, active or not
  std::set<std::uint64_t> accepted_;    // by every replica of the token endpoint
  std::set<std::uint64_t> foreign_;
  std::uint64_t current_ = 0;
  std::map<std::uint64_t, std::uint64_t> pods_;  // live pod -> the secret its process read
  std::set<std::uint64_t> rotators_;             // running, by name
  std::uint64_t last_actor_ = 0;
  SecondSecret second_;
  std::map<Invariant, Violation> violations_;
};

}  // namespace scenarios
