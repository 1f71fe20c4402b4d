#include "rotator/cli/yaml_section.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "rotator/cli/did_you_mean.h"

namespace rotator {
namespace {

using ports::Duration;
using ports::ErrorCode;
using ports::fail;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> units = {{
    {"ns", 1},
    {"us", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60LL * 1'000'000'000},
    {"h", 3'600LL * 1'000'000'000},
    {"d", 86'400LL * 1'000'000'000},
}};

constexpr std::size_t longest_shown = 60;  // characters of a value

std::string join(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

}  // namespace

ports::Result<Duration> parse_duration(std::string_view text) {
  const std::string shown(text.substr(0, 40));
  const auto wrong = [&] {
    return fail(
        ErrorCode::configuration,
        "'" + shown +
            "' is no duration; write whole numbers with a unit of ns, us, ms, s, m, h or d, "
            "for example 15m, 90s or 1h30m");
  };
  const auto too_long = [&] {
    return fail(ErrorCode::configuration, "'" + shown + "' is longer than any duration may be: " +
                                              format_duration(longest_duration));
  };
  if (text.empty()) return wrong();
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) return too_long();
    if (error != std::errc() || number < 0) return wrong();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto length = std::min(text.find_first_of("0123456789"), text.size());
    const auto* const unit = std::find_if(units.begin(), units.end(), [&](const auto& u) {
      return u.first == text.substr(0, length);
    });
    if (unit == units.end()) return wrong();
    text.remove_prefix(length);
    if (number > (longest_duration.count() - total) / unit->second) return too_long();
    total += number * unit->second;
  }
  return Duration(total);
}

std::string format_duration(Duration duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string text = rest < 0 ? "-" : "";
  if (rest < 0) rest = -rest;
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    const std::int64_t number = rest / unit->second;
    if (number == 0) continue;
    text += std::to_string(number);
    text += unit->first;
    rest -= number * unit->second;
  }
  return text;
}

ports::Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(max_yaml_bytes + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  // The end of the file is no failure; a folder, which opens and cannot be read, is one.
  if (!in.eof() && in.fail())
    return fail(ErrorCode::configuration,
                path + ": cannot be read; check the path and its permissions");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_yaml_bytes)
    return fail(ErrorCode::configuration, path + ": is larger than " +
                                              std::to_string(max_yaml_bytes / 1024) +
                                              " KiB, which no such file needs");
  return text;
}

// What all sections of one file share.
struct YamlSection::Document {
  struct Complaint {
    int line = 0;
    std::string sentence = {};
  };
  std::string name;
  std::vector<Complaint> complaints;
  std::set<std::string> complained;  // paths of keys
  std::vector<std::shared_ptr<Node>> nodes;

  void complain(int line, const std::string& path, const std::string& what) {
    if (complained.insert(path).second) complaints.push_back({line, path + ": " + what});
  }

  // All of them, one a line.
  std::string told() {
    std::stable_sort(complaints.begin(), complaints.end(),
                     [](const Complaint& a, const Complaint& b) { return a.line < b.line; });
    std::string text;
    for (std::size_t i = 0; i < complaints.size() && i < max_complaints; ++i)
      text += (i == 0 ? "" : "\n") + name + ":" + std::to_string(complaints[i].line) + ": " +
              complaints[i].sentence;
    if (complaints.size() > max_complaints)
      text += "\n" + name + ": and " + std::to_string(complaints.size() - max_complaints) + " more";
    return text;
  }
};

struct YamlSection::Node {
  YAML::Node yaml;
  std::string path;  // "rotation.unsafe."
  int line = 1;
  std::set<std::string> asked;
  std::map<std::string, std::shared_ptr<Node>> sections;

  // A value as a complaint shows it: "'5 minutes'", "a list".
  std::string shown(const std::string& key) const {
    const auto value = at(key);
    if (value.IsSequence()) return "a list";
    if (value.IsMap()) return "keys and values";
    return "'" + (value.IsScalar() ? value.Scalar().substr(0, longest_shown) : "") + "'";
  }

  // The value of a key; undefined when absent. Never creates one.
  YAML::Node at(const std::string& key) const {
    const YAML::Node& fixed = yaml;
    return fixed.IsDefined() && fixed.IsMap() ? fixed[key] : YAML::Node(YAML::NodeType::Undefined);
  }
};

YamlSection::YamlSection(std::shared_ptr<Document> document, std::shared_ptr<Node> node)
    : document_(std::move(document)), node_(std::move(node)) {}

ports::Result<YamlSection> YamlSection::parse(const std::string& text, const std::string& name) {
  auto document = std::make_shared<Document>();
  document->name = name;
  auto root = std::make_shared<Node>();
  const auto fault = [&](int line, const std::string& what) {
    return fail(ErrorCode::configuration, name + ":" + std::to_string(line) + ": " + what);
  };
  try {
    const auto all = YAML::LoadAll(text);
    if (all.size() > 1)
      return fault(all[1].Mark().line + 1,
                   "a second document begins here, and one is all that is read; remove the ---");
    if (all.empty() || all.front().IsNull())
      return fault(1, "the file is empty; expected keys and values, such as `rotation:`");
    root->yaml = all.front();
  } catch (const YAML::Exception& error) {
    return fault(error.mark.line + 1, "this is not YAML: " + error.msg);
  }
  if (!root->yaml.IsMap()) return fault(1, "expected keys and values, such as `rotation:`");
  document->nodes.push_back(root);
  return YamlSection(document, root);
}

bool YamlSection::has(const std::string& key) const {
  const auto value = node_->at(key);
  return value.IsDefined() && !value.IsNull();
}

int YamlSection::line(const std::string& key) const {
  return has(key) ? node_->at(key).Mark().line + 1 : node_->line;
}

void YamlSection::complain(const std::string& key, const std::string& what) {
  document_->complain(line(key), node_->path + key, what);
}

std::string YamlSection::text(const std::string& key) {
  node_->asked.insert(key);
  return has(key) && node_->at(key).IsScalar() ? node_->at(key).Scalar() : std::string();
}

void YamlSection::read(const std::string& key, std::string& value) {
  node_->asked.insert(key);
  if (!has(key)) return;
  if (!node_->at(key).IsScalar()) return complain(key, "expected text, got " + node_->shown(key));
  const std::string text = node_->at(key).Scalar();
  // What is printed must not speak to the terminal.
  if (std::any_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') ||
               c == 0x7f;
      }))
    return complain(key, "holds a control character");
  value = text;
}

void YamlSection::read(const std::string& key, bool& value) {
  node_->asked.insert(key);
  if (!has(key)) return;
  const std::string word = text(key);
  if (word != "true" && word != "false")
    return complain(key, "expected true or false, got " + node_->shown(key));
  value = word == "true";
}

void YamlSection::read(const std::string& key, std::int64_t& value, std::int64_t low,
                       std::int64_t high) {
  node_->asked.insert(key);
  if (!has(key)) return;
  const std::string word = text(key);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || number < low || number > high)
    return complain(key, "expected a whole number from " + std::to_string(low) + " to " +
                             std::to_string(high) + ", got " + node_->shown(key));
  value = number;
}

void YamlSection::read(const std::string& key, Duration& value) {
  node_->asked.insert(key);
  if (!has(key)) return;
  if (!node_->at(key).IsScalar())
    return complain(key, "expected a duration, such as 15m, got " + node_->shown(key));
  const auto parsed = parse_duration(text(key));
  if (!parsed) return complain(key, parsed.error().message);
  value = *parsed;
}

void YamlSection::read(const std::string& key, std::optional<Duration>& value) {
  node_->asked.insert(key);
  if (!has(key)) return;
  Duration given{0};
  read(key, given);
  value = given;
}

void YamlSection::read(const std::string& key, std::vector<std::string>& value) {
  node_->asked.insert(key);
  if (!has(key)) return;
  if (!node_->at(key).IsSequence())
    return complain(key, "expected a list, such as [a, b], got " + node_->shown(key));
  value.clear();
  for (const auto& item : node_->at(key)) {
    if (!item.IsScalar()) return complain(key, "expected a list of texts");
    value.push_back(item.Scalar());
  }
}

void YamlSection::read_choice(const std::string& key, std::string& value,
                              const std::vector<std::string>& allowed) {
  node_->asked.insert(key);
  if (!has(key)) return;
  const std::string word = text(key);
  if (std::find(allowed.begin(), allowed.end(), word) == allowed.end())
    return complain(key, "expected one of " + join(allowed) + ", got " + node_->shown(key) +
                             did_you_mean(word, allowed));
  value = word;
}

void YamlSection::read_range(const std::string& key, Duration& low, Duration& high) {
  node_->asked.insert(key);
  if (!has(key)) return;
  if (!node_->at(key).IsScalar())
    return complain(key, "expected a range, such as 20s..40s, got " + node_->shown(key));
  const std::string word = text(key);
  const auto dots = word.find("..");
  const auto from = parse_duration(word.substr(0, dots));
  if (!from) return complain(key, from.error().message);
  const auto to = dots == std::string::npos ? from : parse_duration(word.substr(dots + 2));
  if (!to) return complain(key, to.error().message);
  if (*to < *from) return complain(key, "the range '" + word + "' ends before it begins");
  low = *from;
  high = *to;
}

YamlSection YamlSection::section(const std::string& key) {
  node_->asked.insert(key);
  auto& child = node_->sections[key];
  if (child) return YamlSection(document_, child);
  child = std::make_shared<Node>();
  child->path = node_->path + key + ".";
  child->line = line(key);
  if (has(key)) {
    child->yaml.reset(node_->at(key));
    if (!child->yaml.IsMap())
      complain(key, "expected keys and values below it, got " + node_->shown(key));
  }
  document_->nodes.push_back(child);
  return YamlSection(document_, child);
}

std::vector<YamlSection> YamlSection::list(const std::string& key) {
  node_->asked.insert(key);
  std::vector<YamlSection> all;
  if (!has(key)) return all;
  if (!node_->at(key).IsSequence()) {
    complain(key, "expected a list of entries that begin with '-'");
    return all;
  }
  std::size_t index = 0;
  for (const auto& item : node_->at(key)) {
    auto child = std::make_shared<Node>();
    child->path = node_->path + key + "[" + std::to_string(index++) + "].";
    child->line = item.Mark().line + 1;
    child->yaml.reset(item);
    if (!item.IsMap())
      document_->complain(child->line, child->path.substr(0, child->path.size() - 1),
                          "expected keys and values");
    document_->nodes.push_back(child);
    all.push_back(YamlSection(document_, child));
  }
  return all;
}

std::vector<std::string> YamlSection::keys() const {
  std::vector<std::string> all;
  if (!node_->yaml.IsMap()) return all;
  for (const auto& pair : node_->yaml) all.push_back(pair.first.Scalar());
  return all;
}

ports::Status YamlSection::finish() const {
  for (const auto& node : document_->nodes) {
    if (!node->yaml.IsMap()) continue;
    std::map<std::string, int> lines;
    for (const auto& pair : node->yaml) {
      const std::string key = pair.first.Scalar();
      const int line = pair.first.Mark().line + 1;
      if (const auto [first, fresh] = lines.emplace(key, line); !fresh)
        document_->complain(
            line, node->path + key,
            "is there twice, first in line " + std::to_string(first->second) + "; remove one");
      if (node->asked.contains(key)) continue;
      const std::vector<std::string> known(node->asked.begin(), node->asked.end());
      document_->complain(line, node->path + key,
                          "unknown key; known here: " + join(known) + did_you_mean(key, known));
    }
  }
  if (document_->complaints.empty()) return {};
  return fail(ErrorCode::configuration, document_->told());
}

}  // namespace rotator
