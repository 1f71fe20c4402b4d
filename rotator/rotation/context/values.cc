#include "rotator/rotation/context/values.h"

#include <algorithm>
#include <utility>

#include "rotator/rotation/step.h"

namespace rotator {

using ports::ErrorCode;

const ports::Secret& Values::wish(ports::Random& random) {
  constexpr std::size_t bytes = 32;
  if (wish_.empty()) wish_ = ports::Secret(ports::random_hex(random, bytes));
  return wish_;
}

ports::Status Values::recall() {
  const auto& journal = ledger_.entry();
  if (const auto read = recall_from_vault(); !read) return read;
  if (!systems_.capability().value_readable) return {};
  if (const auto read = recall_from_provider(journal.old_secret_id, journal.old_fingerprint, old_);
      !read)
    return read;
  return recall_from_provider(journal.new_secret_id, journal.new_fingerprint, new_);
}

void Values::recall_from_data(const KvData& data) {
  const auto& journal = ledger_.entry();
  const auto& wished = journal.wished_fingerprints;
  const auto& vault = configuration_.vault;
  const auto learn = [](ports::Secret& known, ports::Secret& value) {
    if (known.empty()) known = std::move(value);
  };
  for (const auto* field : {&vault.field, &vault.fallback_field}) {
    auto value = data.secret(*field);
    if (!value || value->empty()) continue;
    const auto fingerprint = value->fingerprint(ledger_.fingerprint_key());
    if (fingerprint == journal.old_fingerprint) {
      learn(old_, *value);
    } else if (fingerprint == journal.new_fingerprint) {
      learn(new_, *value);
    } else if (std::find(wished.begin(), wished.end(), fingerprint) != wished.end()) {
      learn(wish_, *value);
    }
  }
}

ports::Status Values::recall_from_vault() {
  const auto& journal = ledger_.entry();
  auto current = systems_.secret_path().read();
  if (!current && current.error().code != ErrorCode::missing) return ports::fail(current.error());
  if (current) recall_from_data(current->data);
  if (const auto read = recall_from_version(journal.old_kv_version, old_); !read) return read;
  if (journal.new_fingerprint.empty())
    if (const auto read = recall_from_version(journal.staged_kv_version, wish_); !read) return read;
  return recall_from_version(journal.new_kv_version, new_);
}

ports::Status Values::recall_from_version(int version, const ports::Secret& wanted) {
  if (!wanted.empty() || version == 0) return {};
  const auto written = systems_.secret_path().read(version);
  if (!written && written.error().code != ErrorCode::missing) return ports::fail(written.error());
  if (written) recall_from_data(written->data);
  return {};
}

ports::Status Values::recall_from_provider(const std::string& id,
                                           const ports::Fingerprint& expected,
                                           ports::Secret& into) {
  if (!into.empty() || id.empty()) return {};
  auto value = systems_.provider().read_secret(id);
  if (!value && may_pass(value.error().code)) return ports::fail(value.error());
  if (value && value->fingerprint(ledger_.fingerprint_key()) == expected) into = std::move(*value);
  return {};
}

}  // namespace rotator
