#include "rotator/cli/keys_yaml.h"

#include <algorithm>
#include <regex>
#include <utility>

#include "rotator/calls/encoding.h"
#include "rotator/cli/did_you_mean.h"
#include "rotator/ports/check.h"

namespace rotator {
namespace {

using ports::Duration;

std::string comma_list(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

class Reader final : public Keys {
 public:
  explicit Reader(const YamlSection& file) : open_{file} {}

 private:
  YamlSection& here() { return open_.back(); }

  void on_text(const Key& key, std::string& value, const TextOptions& options) override {
    here().read(key.name, value);
    if (options.required && value.empty()) here().complain(key.name, "is missing; add it");
    if (value.empty()) return;
    if (options.https)
      if (const auto split = split_https_url(value, "the address"); !split)
        here().complain(key.name, split.error().message);
    if (*options.pattern != '\0' && here().has(key.name) &&
        !std::regex_match(value, std::regex(options.pattern)))
      here().complain(key.name, "'" + value + "' does not match " + options.pattern);
    if (options.flaw != nullptr && here().has(key.name))
      if (const auto flaw = options.flaw(value); !flaw.empty()) here().complain(key.name, flaw);
  }

  void on_flag(const Key& key, bool& value) override { here().read(key.name, value); }

  void on_number(const Key& key, std::optional<std::int64_t>& value,
                 const NumberOptions& options) override {
    std::int64_t given = value.value_or(options.low);
    here().read(key.name, given, options.low, options.high);
    if (here().has(key.name)) value = given;
  }

  void on_duration(const Key& key, std::optional<Duration>& value,
                   const TimeOptions& options) override {
    here().read(key.name, value);
    demand(key, value.value_or(options.at_least), options);
  }

  void on_range(const Key& key, std::optional<Ends>& value, const TimeOptions& options) override {
    Ends given = value.value_or(Ends{options.at_least, options.at_least});
    here().read_range(key.name, given.low, given.high);
    if (!here().has(key.name)) return;
    value = given;
    demand(key, given.low, options);
  }

  void demand(const Key& key, Duration value, const TimeOptions& options) {
    if (value < options.at_least)
      here().complain(key.name, "must be at least " + format_duration(options.at_least));
  }

  void on_choice(const Key& key, std::optional<std::size_t>& index,
                 const std::vector<std::string>& words, const ChoiceOptions& options) override {
    std::string word;
    if (options.required && !here().has(key.name)) here().complain(key.name, "is missing; add it");
    here().read_choice(key.name, word, words);
    const auto chosen = std::find(words.begin(), words.end(), word);
    if (chosen != words.end()) index = static_cast<std::size_t>(chosen - words.begin());
  }

  void on_choices(const Key& key, std::optional<std::vector<std::string>>& chosen,
                  const std::vector<std::string>& words) override {
    std::vector<std::string> given;
    here().read(key.name, given);
    for (const auto& word : given)
      if (std::find(words.begin(), words.end(), word) == words.end())
        here().complain(key.name, "expected a list of " + comma_list(words) + ", got '" + word +
                                      "'" + did_you_mean(word, words));
    if (here().has(key.name)) chosen = std::move(given);
  }

  void on_texts(const Key& key, std::vector<std::string>& value) override {
    here().read(key.name, value);
  }

  void on_other(const Key& key, const OtherValue& value) override { value.read(here(), key.name); }

  bool begin_section(const Key& key, bool present) override {
    const bool given = here().has(key.name);
    auto section = here().section(key.name);
    if (!given && !present) return false;
    open_.push_back(std::move(section));
    return true;
  }
  void end_section() override { open_.pop_back(); }

  std::size_t begin_list(const Key& key, std::size_t) override {
    lists_.push_back(here().list(key.name));
    return lists_.back().size();
  }
  void begin_entry(std::size_t index) override { open_.push_back(lists_.back()[index]); }
  void end_entry() override { open_.pop_back(); }
  void end_list() override { lists_.pop_back(); }

  std::vector<std::vector<YamlSection>> lists_;  // that are being read, innermost last
  std::vector<YamlSection> open_;  // the file and the sections that are being read, innermost last
};

// A YAML text between double quotes (YAML 1.2, section 7.3.1): any text is safe in it.
std::string in_quotes(const std::string& text) {
  std::string all = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') all += '\\';
    if (c == '\n')
      all += "\\n";
    else
      all += c;
  }
  return all + "\"";
}

class Writer final : public Keys {
 public:
  std::string take() { return std::move(text_); }

 private:
  void line(const Key& key, const std::string& value) {
    text_.append(2 * begun_.size(), ' ');
    text_ += std::string(key.name) + ":" + (value.empty() ? "" : " ") + value + "\n";
  }
  void list(const Key& key, const std::vector<std::string>& words) {
    if (!words.empty()) line(key, "[" + comma_list(words) + "]");
  }

  void on_text(const Key& key, std::string& value, const TextOptions&) override {
    if (!value.empty()) line(key, in_quotes(value));
  }
  void on_flag(const Key& key, bool& value) override { line(key, value ? "true" : "false"); }
  void on_number(const Key& key, std::optional<std::int64_t>& value,
                 const NumberOptions&) override {
    if (value) line(key, std::to_string(*value));
  }
  void on_duration(const Key& key, std::optional<Duration>& value, const TimeOptions&) override {
    if (value) line(key, format_duration(*value));
  }
  void on_range(const Key& key, std::optional<Ends>& value, const TimeOptions&) override {
    if (value) line(key, format_duration(value->low) + ".." + format_duration(value->high));
  }
  void on_choice(const Key& key, std::optional<std::size_t>& index,
                 const std::vector<std::string>& words, const ChoiceOptions&) override {
    if (index) line(key, words[*index]);
  }
  void on_choices(const Key& key, std::optional<std::vector<std::string>>& chosen,
                  const std::vector<std::string>&) override {
    if (chosen) list(key, *chosen);
  }
  void on_texts(const Key& key, std::vector<std::string>& value) override {
    std::vector<std::string> words;
    words.reserve(value.size());
    for (const auto& word : value) words.push_back(in_quotes(word));
    list(key, words);
  }
  void on_other(const Key&, const OtherValue&) override {
    ports::check(false, "a key with a language of its own has no writer");
  }
  std::size_t begin_list(const Key&, std::size_t) override {
    ports::check(false, "a list of objects has no writer");
    return 0;
  }

  bool begin_section(const Key& key, bool present) override {
    if (!present) return false;
    const auto begin = text_.size();
    line(key, "");
    begun_.push_back({.begin = begin, .body = text_.size()});
    return true;
  }
  void end_section() override {
    if (text_.size() == begun_.back().body) text_.resize(begun_.back().begin);
    begun_.pop_back();
  }

  struct Begun {
    std::size_t begin = 0;  // of the section's own line
    std::size_t body = 0;   // of what is below it
  };
  std::string text_;
  std::vector<Begun> begun_;
};

}  // namespace

void read_keys(YamlSection& file, const std::function<void(Keys&)>& list) {
  Reader reader(file);
  list(reader);
}

std::string write_keys(const std::function<void(Keys&)>& list) {
  Writer writer;
  list(writer);
  return writer.take();
}

}  // namespace rotator
