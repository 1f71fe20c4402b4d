#include "rotator/rotation/context/values.h"

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

ports::Status Values::recall_from_vault() {
  const auto& journal = ledger_.entry();
  const auto& key = ledger_.fingerprint_key();
  const auto& field = configuration_.vault.field;
  auto& path = systems_.secret_path();
  auto current = path.read();
  if (!current && current.error().code != ErrorCode::missing) return ports::fail(current.error());
  if (current) {
    auto value = current->data.secret(field);
    if (value && value->fingerprint(key) == journal.old_fingerprint)
      old_ = std::move(*value);
    else if (value && value->fingerprint(key) == journal.new_fingerprint)
      new_ = std::move(*value);
  }
  if (const auto read = recall_from_version(journal.old_kv_version, journal.old_fingerprint, old_);
      !read)
    return read;
  return recall_from_version(journal.new_kv_version, journal.new_fingerprint, new_);
}

ports::Status Values::recall_from_version(int version, const ports::Fingerprint& expected,
                                          ports::Secret& into) {
  if (!into.empty() || version == 0) return {};
  auto written = systems_.secret_path().read(version);
  if (!written && written.error().code != ErrorCode::missing) return ports::fail(written.error());
  if (!written) return {};
  auto value = written->data.secret(configuration_.vault.field);
  if (value && value->fingerprint(ledger_.fingerprint_key()) == expected) into = std::move(*value);
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
