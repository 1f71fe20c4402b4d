// Schema: holds documents against the JSON Schemas (draft 7) that the project publishes, with
// valijson, a validator that no one here wrote.
#pragma once

#include <string>
#include <vector>

namespace testing {

// A published schema, by its path from the project's root.
class Schema {
 public:
  explicit Schema(const std::string& path);
  // The same from its text; `name` stands for it in complaints.
  Schema(std::string name, std::string text);

  // Complaints about a YAML or JSON document, one a line; empty when it validates. Plain YAML
  // scalars are read by the core schema (YAML 1.2 section 10.3), as editors do.
  std::string complaints_about_yaml(const std::string& text) const;
  std::string complaints_about_json(const std::string& text) const;

  // The names of `properties` of the subschema at a JSON pointer, sorted.
  std::vector<std::string> properties(const std::string& pointer) const;
  // The text of the subschema at a JSON pointer.
  std::string text(const std::string& pointer) const;

 private:
  std::string name_;
  std::string text_;
};

// Whether both are JSON and the same value, whatever the order of members.
bool same_json(const std::string& one, const std::string& other);

std::string read_file(const std::string& path);
// A path from the project's root.
std::string in_project(const std::string& path);

}  // namespace testing
