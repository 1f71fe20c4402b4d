// Shape: does an answer look like the recorded one? Holds the placeholders bound so far.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace recorded {

// Bound: a body with more differences than this is reported by its first ones.
inline constexpr std::size_t max_differences_a_row = 8;

class Shape {
 public:
  // literal: keys under which strings must be equal. exact: every string, number and bool must be
  // equal, but those under `loose` keys.
  struct Rules {
    std::set<std::string, std::less<>> literal = {};
    bool exact = false;
    std::set<std::string, std::less<>> loose = {};
  };

  explicit Shape(Rules rules) : rules_(std::move(rules)) {}

  // Puts bound placeholders, and {{basic:USER:PASSWORD}}, into text; unbound ones stay.
  std::string fill(std::string_view text) const;
  void fill(nlohmann::json& value) const;

  // Compares and binds; each entry of the list names the place and both sides.
  std::vector<std::string> compare(const nlohmann::json& recorded, const nlohmann::json& answer);
  // Text with placeholders against text; binds those that are new.
  bool matches(std::string_view recorded, std::string_view answer);

 private:
  void compare_at(const nlohmann::json& recorded, const nlohmann::json& answer,
                  const std::string& place, std::string_view key, bool literal,
                  std::vector<std::string>& differences);
  void compare_objects(const nlohmann::json& recorded, const nlohmann::json& answer,
                       const std::string& place, bool literal,
                       std::vector<std::string>& differences);
  void compare_strings(const std::string& recorded, const std::string& answer,
                       const std::string& place, bool equal, std::vector<std::string>& differences);

  Rules rules_;
  std::map<std::string, std::string, std::less<>> bound_;
};

}  // namespace recorded
