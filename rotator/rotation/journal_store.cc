#include "rotator/rotation/journal_store.h"

#include <algorithm>
#include <charconv>

namespace rotator {
namespace {

using ports::ErrorCode;

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 8;

std::optional<std::string> hex_decoded(std::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned value = 0;
    const auto* begin = hex.data() + i;
    const auto [end, error] = std::from_chars(begin, begin + 2, value, 16);
    if (error != std::errc() || end != begin + 2) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::string hex_encoded(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

}  // namespace

JournalStore::JournalStore(KeyValue& kv, ports::Clock& clock, ports::Random& random)
    : kv_(kv), clock_(clock), random_(random) {}

ports::Result<Journal> JournalStore::load() {
  auto read = kv_.read();
  if (!read && read.error().code == ErrorCode::missing) {
    version_ = 0;  // never written; or deleted, and then the first write will find out
    return Journal{};
  }
  if (!read) return ports::fail(read.error());
  auto journal = parse_journal(read->data);
  if (!journal)
    return ports::fail(journal.error().code, journal.error().message + " (at " + kv_.full_path() +
                                                 " version " + std::to_string(read->version) + ")");
  version_ = read->version;
  if (const auto hex = read->data.text(fingerprint_key_member))
    if (auto bytes = hex_decoded(*hex)) key_ = ports::Secret(std::move(*bytes));
  return journal;
}

const ports::Secret& JournalStore::fingerprint_key() {
  if (key_.empty()) {
    auto bytes = hex_decoded(ports::random_hex(random_, key_bytes));
    key_ = ports::Secret(std::move(*bytes));
  }
  return key_;
}

ports::Status JournalStore::append(Journal& journal) {
  journal.format = journal_format;
  journal.nonce = ports::random_hex(random_, nonce_bytes);
  journal.updated = clock_.wall_now();
  const KvData data(
      ports::Secret(to_json(journal, hex_encoded(fingerprint_key().reveal_to_wire()))));
  unsettled_.push_back(journal.nonce);
  ports::Error last;
  for (int attempt = 0; attempt < max_journal_write_attempts; ++attempt) {
    const auto written = kv_.write(data, version_);
    if (written) {
      version_ = *written;
      unsettled_.clear();
      return {};
    }
    last = written.error();
    if (last.code != ErrorCode::ambiguous && last.code != ErrorCode::conflict)
      return ports::fail(last);
    // Whose write is the latest? A conflict may be our own, whose reply was lost.
    const auto read = kv_.read();
    if (!read && read.error().code != ErrorCode::missing) return ports::fail(read.error());
    if (!read && version_ == 0) {
      // Its newest version was deleted before we came: the write must match that version's number.
      const auto metadata = kv_.metadata();
      if (!metadata && metadata.error().code != ErrorCode::missing)
        return ports::fail(metadata.error());
      if (metadata) version_ = metadata->current_version;
      continue;
    }
    const int latest = read ? read->version : 0;
    const auto nonce = read ? read->data.text("nonce") : std::nullopt;
    if (nonce == journal.nonce) {
      version_ = latest;
      unsettled_.clear();
      return {};
    }
    if (latest == version_) continue;
    const bool ours =
        nonce && std::find(unsettled_.begin(), unsettled_.end(), *nonce) != unsettled_.end();
    if (!ours)
      return ports::fail(ErrorCode::conflict,
                         "the journal at " + kv_.full_path() + " moved to version " +
                             std::to_string(latest) + " while this rotator expected " +
                             std::to_string(version_) + ": another rotator has written it");
    version_ = latest;
  }
  return ports::fail(last);
}

}  // namespace rotator
