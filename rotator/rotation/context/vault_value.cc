#include "rotator/rotation/context/vault_value.h"

#include <algorithm>
#include <utility>

namespace rotator {

ports::Result<VaultValue::Shown> VaultValue::read() {
  auto current = systems_.secret_path().read();
  if (!current) return ports::fail(current.error());
  auto value = current->data.secret(configuration_.vault.field);
  return Shown{.current = std::move(*current), .value = std::move(value)};
}

ports::Fingerprint VaultValue::fingerprint(const Shown& shown) {
  return shown.value ? shown.value->fingerprint(ledger_.fingerprint_key()) : "no value";
}

std::optional<ports::Secret> VaultValue::fallback(const Shown& shown) const {
  auto value = shown.current.data.secret(configuration_.vault.fallback_field);
  if (value && value->empty()) value.reset();
  return value;
}

bool VaultValue::ours(const ports::Secret& value) {
  const auto& journal = ledger_.entry();
  const auto& wished = journal.wished_fingerprints;
  const auto fingerprint = value.fingerprint(ledger_.fingerprint_key());
  return fingerprint == journal.old_fingerprint || fingerprint == journal.new_fingerprint ||
         std::find(wished.begin(), wished.end(), fingerprint) != wished.end();
}

ports::Result<int> VaultValue::write_with_fallback(Shown shown, const ports::Secret& value,
                                                   const std::string& secret_id,
                                                   const ports::Secret& fallback) {
  auto& data = shown.current.data;
  if (fallback.empty())
    data.remove(configuration_.vault.fallback_field);
  else
    data.set(configuration_.vault.fallback_field, fallback.reveal_to_wire());
  return write(std::move(shown), value, secret_id);
}

ports::Result<int> VaultValue::write(Shown shown, const ports::Secret& value,
                                     const std::string& secret_id) {
  auto data = std::move(shown.current.data);
  data.set(configuration_.vault.field, value.reveal_to_wire());
  if (systems_.capability().secret_ids) data.set(secret_id_field, secret_id);
  data.set(rotation_id_field, ledger_.entry().rotation_id);
  auto written = systems_.secret_path().write(data, shown.current.version);
  if (!written && written.error().code == ports::ErrorCode::conflict)
    return ports::fail(ports::ErrorCode::ambiguous, written.error().message);
  return written;
}

}  // namespace rotator
