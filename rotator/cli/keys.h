// Keys: the keys of a configuration file as one list, a row a key: its name, what it says, the
// typed value that it sets, and that value's bounds. Whoever needs the keys visits the list: the
// reader and the writer of the file (keys_yaml.h), its JSON Schema (keys_schema.h), and whoever
// divides its times. What is in the list is in all of them; what is not is in none.
//
// A list is a function that calls its visitor once a row, in the file's order:
//
//   void list_keys(Keys& keys, Fleet& fleet) {
//     keys.number("replicas", "Pods.", fleet.replicas, {.low = 1, .high = 1000});
//     keys.duration("interval", "Between two looks.", fleet.interval);
//   }
//
// The value that a row finds in place is the key's default. A visitor may change it, so a list is
// given a copy by whoever only looks. A row that depends on another's value must not exist: what
// two keys must fulfil together is checked after reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/clock.h"

namespace rotator {

class YamlSection;

// What every row says of its key: its name in the file, and one sentence for the schema.
struct Key {
  const char* name = "";
  const char* says = "";
};

struct TextOptions {
  bool required = false;     // absent or empty is a complaint
  bool https = false;        // must be an https URL
  const char* pattern = "";  // the whole text matches this ECMAScript expression; empty = any text
  bool or_number = false;    // the schema takes a bare number too
  // What is wrong with the text, in half a sentence that names it; empty = nothing.
  std::string (*flaw)(const std::string& text) = nullptr;
};

struct ChoiceOptions {
  bool required = false;  // absent is a complaint, and the value found in place is no default
};

struct NumberOptions {
  std::int64_t low = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  // What dividing all times by a factor does to it: nothing; divided as whole seconds, but never
  // to zero; multiplied, as something that happens so often a minute.
  enum class Of { things, seconds, times_a_minute } of = Of::things;
};

struct TimeOptions {
  ports::Duration at_least{0};  // a shorter one is a complaint
  // False: real time, such as the patience with a real call, which does not pass any faster when
  // all other times are divided.
  bool divides = true;
  ports::Duration divided_at_least{0};  // and a quotient is never shorter than this
};

// A key whose value is a language of its own, such as a list of acts.
struct OtherValue {
  // Reads it from the section that holds the key, and complains there.
  std::function<void(YamlSection& section, const char* key)> read = {};
  // The JSON Schema of the value, as JSON text, without a description.
  std::function<std::string()> schema = {};
  // Divides its times; empty = it has none.
  std::function<void(int factor)> divide = {};
};

// The visitor. The public functions are what a list calls, one for each type of value; they bring
// every type down to one of the private virtual ones, which do nothing unless overridden.
class Keys {
 public:
  Keys() = default;
  virtual ~Keys() = default;
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  void text(const char* name, const char* says, std::string& value,
            const TextOptions& options = {}) {
    on_text({name, says}, value, options);
  }

  void flag(const char* name, const char* says, bool& value) { on_flag({name, says}, value); }

  // `value` is an integer, or an optional one: absent = not set.
  template <typename Integer>
  void number(const char* name, const char* says, Integer& value, const NumberOptions& options) {
    std::optional<std::int64_t> held = static_cast<std::int64_t>(value);
    on_number({name, says}, held, options);
    value = static_cast<Integer>(*held);
  }
  template <typename Integer>
  void number(const char* name, const char* says, std::optional<Integer>& value,
              const NumberOptions& options) {
    std::optional<std::int64_t> held;
    if (value) held = static_cast<std::int64_t>(*value);
    on_number({name, says}, held, options);
    if (held) value = static_cast<Integer>(*held);
  }

  void duration(const char* name, const char* says, ports::Duration& value,
                const TimeOptions& options = {}) {
    std::optional<ports::Duration> held = value;
    on_duration({name, says}, held, options);
    value = *held;
  }
  void duration(const char* name, const char* says, std::optional<ports::Duration>& value,
                const TimeOptions& options = {}) {
    on_duration({name, says}, value, options);
  }

  // "20s..40s". `value` is a struct with the durations `low` and `high`, or an optional one.
  template <typename Range>
  void range(const char* name, const char* says, Range& value, const TimeOptions& options = {}) {
    std::optional<Ends> held = Ends{value.low, value.high};
    on_range({name, says}, held, options);
    value = Range{held->low, held->high};
  }
  template <typename Range>
  void range(const char* name, const char* says, std::optional<Range>& value,
             const TimeOptions& options = {}) {
    std::optional<Ends> held;
    if (value) held = Ends{value->low, value->high};
    on_range({name, says}, held, options);
    if (held) value = Range{held->low, held->high};
  }

  // One of `all`, a container of enumerators with a to_string, by its word; or an optional one.
  template <typename Enumeration, typename All>
  void choice(const char* name, const char* says, Enumeration& value, const All& all,
              const ChoiceOptions& options = {}) {
    const auto begin = std::begin(all);
    std::optional<std::size_t> held;
    for (auto one = begin; one != std::end(all); ++one)
      if (*one == value) held = static_cast<std::size_t>(one - begin);
    on_choice({name, says}, held, words_of(all), options);
    if (held) value = *(begin + static_cast<std::ptrdiff_t>(*held));
  }
  template <typename Enumeration, typename All>
  void choice(const char* name, const char* says, std::optional<Enumeration>& value, const All& all,
              const ChoiceOptions& options = {}) {
    const auto begin = std::begin(all);
    std::optional<std::size_t> held;
    for (auto one = begin; one != std::end(all); ++one)
      if (value && *one == *value) held = static_cast<std::size_t>(one - begin);
    on_choice({name, says}, held, words_of(all), options);
    if (held) value = *(begin + static_cast<std::ptrdiff_t>(*held));
  }

  // Any number of `all`, as a list of words without order; or an optional set: absent = not set.
  template <typename Enumeration, typename All>
  void choices(const char* name, const char* says, std::set<Enumeration>& value, const All& all) {
    std::optional<std::set<Enumeration>> held = value;
    choices(name, says, held, all);
    value = std::move(*held);
  }
  template <typename Enumeration, typename All>
  void choices(const char* name, const char* says, std::optional<std::set<Enumeration>>& value,
               const All& all) {
    std::optional<std::vector<std::string>> held;
    if (value) held = words_of(*value);
    on_choices({name, says}, held, words_of(all));
    if (!held) return;
    value.emplace();
    for (const auto& one : all)
      for (const auto& word : *held)
        if (word == word_of(one)) value->insert(one);
  }

  // A list of any texts.
  void texts(const char* name, const char* says, std::vector<std::string>& value) {
    on_texts({name, says}, value);
  }

  // Keys below a key: `list()` calls their rows.
  template <typename List>
  void section(const char* name, const char* says, List&& list) {
    if (!begin_section({name, says}, true)) return;
    list();
    end_section();
  }
  // The same where the section as a whole may be absent: `list(value)` calls its rows.
  template <typename Value, typename List>
  void section(const char* name, const char* says, std::optional<Value>& value, List&& list) {
    Value inside = value.value_or(Value{});
    if (!begin_section({name, says}, value.has_value())) return;
    list(inside);
    end_section();
    value = std::move(inside);
  }

  // A list of objects: `rows(value)` calls the rows of each.
  template <typename Value, typename List>
  void list(const char* name, const char* says, std::vector<Value>& values, List&& rows) {
    values.resize(begin_list({name, says}, values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      begin_entry(i);
      rows(values[i]);
      end_entry();
    }
    end_list();
  }

  void other(const char* name, const char* says, const OtherValue& value) {
    on_other({name, says}, value);
  }

 protected:
  struct Ends {
    ports::Duration low{0};
    ports::Duration high{0};
  };

 private:
  // An empty optional: the key is not set.
  virtual void on_text(const Key&, std::string&, const TextOptions&) {}
  virtual void on_flag(const Key&, bool&) {}
  virtual void on_number(const Key&, std::optional<std::int64_t>&, const NumberOptions&) {}
  virtual void on_duration(const Key&, std::optional<ports::Duration>&, const TimeOptions&) {}
  virtual void on_range(const Key&, std::optional<Ends>&, const TimeOptions&) {}
  virtual void on_choice(const Key&, std::optional<std::size_t>& /*index*/,
                         const std::vector<std::string>& /*words*/, const ChoiceOptions&) {}
  virtual void on_choices(const Key&, std::optional<std::vector<std::string>>& /*chosen*/,
                          const std::vector<std::string>& /*words*/) {}
  virtual void on_texts(const Key&, std::vector<std::string>&) {}
  virtual void on_other(const Key&, const OtherValue&) {}
  // Whether the section's rows are to be visited; if so, end_section follows them.
  virtual bool begin_section(const Key&, bool present) { return present; }
  virtual void end_section() {}
  // How many entries of the list are to be visited, of `size` that are there.
  virtual std::size_t begin_list(const Key&, std::size_t size) { return size; }
  virtual void begin_entry(std::size_t /*index*/) {}
  virtual void end_entry() {}
  virtual void end_list() {}

  static std::string word_of(const std::string& word) { return word; }
  static std::string word_of(const char* word) { return word; }
  template <typename Enumeration>
  static std::string word_of(Enumeration one) {
    return to_string(one);
  }
  template <typename All>
  static std::vector<std::string> words_of(const All& all) {
    std::vector<std::string> words;
    for (const auto& one : all) words.push_back(word_of(one));
    return words;
  }
};

}  // namespace rotator
