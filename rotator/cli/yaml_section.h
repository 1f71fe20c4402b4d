// YamlSection: reads a YAML file into typed values and is strict about it. Every complaint is one
// sentence with file, line and key: an unknown key, a wrong unit, a wrong type, a missing value.
// Used for rotation.yaml and for scenarios.
//
// Reading goes on after a complaint, with defaults; finish() then gives all of them, one a line and
// one a key at most. Keys that nobody asked for, and keys that are there twice, are complaints too,
// so ask for everything first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/ports/clock.h"
#include "rotator/ports/result.h"

namespace rotator {

// Bounds: what is past them is a complaint.
inline constexpr std::size_t max_yaml_bytes = std::size_t{512} << 10;  // of a file
inline constexpr std::size_t max_complaints = 20;                      // told; the rest are counted
inline constexpr ports::Duration longest_duration = std::chrono::hours(24 * 3650);

// "15m", "90s", "1h30m", "500ms", "2d", "0s": one or more whole numbers with a unit of ns us ms s m
// h d. Error of code configuration (without file and line) that says what is wrong and what is
// right.
ports::Result<ports::Duration> parse_duration(std::string_view text);
// The shortest exact form, e.g. "1h30m"; "0s" for zero.
std::string format_duration(ports::Duration duration);

// What a file of such keys holds. Error of code configuration when it cannot be read or is larger
// than max_yaml_bytes.
ports::Result<std::string> read_file(const std::string& path);

class YamlSection {
 public:
  // `name` stands for the file in complaints. Error of code configuration for what is not one
  // document of keys and values.
  static ports::Result<YamlSection> parse(const std::string& text, const std::string& name);

  bool has(const std::string& key) const;
  // The line of `key`, from 1; of this section when the key is absent.
  int line(const std::string& key) const;
  // Records a complaint of the caller's own about `key`, unless it has one.
  void complain(const std::string& key, const std::string& what);

  // Each leaves `value` alone when the key is absent. Numbers are bounded by [low, high].
  void read(const std::string& key, std::string& value);
  void read(const std::string& key, bool& value);
  void read(const std::string& key, std::int64_t& value, std::int64_t low, std::int64_t high);
  void read(const std::string& key, ports::Duration& value);
  void read(const std::string& key, std::optional<ports::Duration>& value);
  void read(const std::string& key, std::vector<std::string>& value);
  // One of `allowed`; the complaint lists them.
  void read_choice(const std::string& key, std::string& value,
                   const std::vector<std::string>& allowed);
  // "20s..40s", or one duration for both.
  void read_range(const std::string& key, ports::Duration& low, ports::Duration& high);

  // A sub-section, the same one each time; an empty one when absent.
  YamlSection section(const std::string& key);
  // A list of mappings; empty when absent.
  std::vector<YamlSection> list(const std::string& key);
  // The keys of this mapping, in the file's order.
  std::vector<std::string> keys() const;
  // The text of a scalar as it stands; empty when absent or no scalar.
  std::string text(const std::string& key);

  // The complaints about the whole file, unknown keys included, in the order of their lines.
  ports::Status finish() const;

 private:
  struct Document;
  struct Node;
  YamlSection(std::shared_ptr<Document> document, std::shared_ptr<Node> node);

  std::shared_ptr<Document> document_;
  std::shared_ptr<Node> node_;
};

}  // namespace rotator
