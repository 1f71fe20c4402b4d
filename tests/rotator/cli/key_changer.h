// KeyChanger: visits a list of keys and gives one of them another legal value, so that a test can
// ask of each key in turn whether its change is seen where it must be.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "rotator/cli/keys.h"

namespace testing {

class KeyChanger final : public rotator::Keys {
 public:
  // Changes the key number `which`, from 0, of those that have another value.
  explicit KeyChanger(std::size_t which) : which_(which) {}

  // The changed key with its sections, "rotation.soak"; empty when the list has no such key.
  const std::string& changed() const { return changed_; }

 private:
  bool here(const rotator::Key& key) {
    if (seen_++ != which_) return false;
    for (const auto& section : sections_) changed_ += section + ".";
    changed_ += key.name;
    return true;
  }

  void on_text(const rotator::Key& key, std::string& value,
               const rotator::TextOptions& options) override {
    if (!here(key)) return;
    if (options.https)
      value = "https://changed.example";
    else
      value = *options.pattern != '\0' ? "2" : value + "-changed";
  }
  void on_flag(const rotator::Key& key, bool& value) override {
    if (here(key)) value = !value;
  }
  void on_number(const rotator::Key& key, std::optional<std::int64_t>& value,
                 const rotator::NumberOptions& options) override {
    if (!here(key)) return;
    const auto old = value.value_or(options.low);
    value = old < options.high / 2 ? 2 * old + 1 : options.low;
  }
  void on_duration(const rotator::Key& key, std::optional<ports::Duration>& value,
                   const rotator::TimeOptions& options) override {
    if (here(key)) value = value.value_or(options.at_least) + std::chrono::minutes(1);
  }
  void on_range(const rotator::Key& key, std::optional<Ends>& value,
                const rotator::TimeOptions&) override {
    if (!here(key)) return;
    const auto old = value.value_or(Ends{});
    value =
        Ends{.low = old.low + std::chrono::seconds(5), .high = old.high + std::chrono::seconds(9)};
  }
  void on_choice(const rotator::Key& key, std::optional<std::size_t>& index,
                 const std::vector<std::string>& words, const rotator::ChoiceOptions&) override {
    if (words.size() > 1 && here(key))
      index = index ? (*index + 1) % words.size() : words.size() - 1;
  }
  void on_choices(const rotator::Key& key, std::optional<std::vector<std::string>>& chosen,
                  const std::vector<std::string>& words) override {
    if (!here(key)) return;
    if (!chosen) chosen.emplace();
    const auto first = std::find(chosen->begin(), chosen->end(), words.front());
    if (first == chosen->end())
      chosen->push_back(words.front());
    else
      chosen->erase(first);
  }
  void on_texts(const rotator::Key& key, std::vector<std::string>& value) override {
    if (here(key)) value.emplace_back("changed");
  }
  bool begin_section(const rotator::Key& key, bool present) override {
    if (present) sections_.emplace_back(key.name);
    return present;
  }
  void end_section() override { sections_.pop_back(); }

  std::size_t which_;
  std::size_t seen_ = 0;
  std::vector<std::string> sections_;
  std::string changed_;
};

}  // namespace testing
