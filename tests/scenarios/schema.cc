#include "tests/scenarios/schema.h"

#include <yaml-cpp/yaml.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

// Third-party headers that our warnings were not made for.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wuseless-cast"
#pragma GCC diagnostic ignored "-Wnull-dereference"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

namespace testing {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

json parsed(const std::string& text, const std::string& what) {
  auto document = json::parse(text, nullptr, false);
  BOOST_REQUIRE_MESSAGE(!document.is_discarded(), what << " is not JSON");
  return document;
}

json scalar(const YAML::Node& node) {
  const std::string& word = node.Scalar();
  if (node.Tag() == "!") return word;  // quoted
  if (word == "true" || word == "false") return word == "true";
  if (word == "null" || word == "~" || word.empty()) return nullptr;
  if (word.find_first_not_of("0123456789") == std::string::npos && word.size() < 18)
    return std::stoll(word);
  return word;
}

json as_json(const YAML::Node& node) {
  if (node.IsSequence()) {
    auto list = json::array();
    for (const auto& item : node) list.push_back(as_json(item));
    return list;
  }
  if (node.IsMap()) {
    auto object = json::object();
    for (const auto& pair : node) object[pair.first.Scalar()] = as_json(pair.second);
    return object;
  }
  return node.IsScalar() ? scalar(node) : json();
}

std::string complaints(const std::string& schema_text, const std::string& path,
                       const json& document) {
  const auto schema_json = parsed(schema_text, path);
  valijson::Schema schema;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(Adapter(schema_json), schema);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  if (validator.validate(schema, Adapter(document), &results)) return {};
  std::string all;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const auto& step : error.context) all += step;
    all += ": " + error.description + "\n";
  }
  return all;
}

}  // namespace

Schema::Schema(const std::string& path) : Schema(path, read_file(in_project(path))) {}

Schema::Schema(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {}

std::string Schema::complaints_about_yaml(const std::string& text) const {
  return complaints(text_, name_, as_json(YAML::Load(text)));
}

std::string Schema::complaints_about_json(const std::string& text) const {
  return complaints(text_, name_, parsed(text, "the document"));
}

std::vector<std::string> Schema::properties(const std::string& pointer) const {
  const auto all = parsed(text_, name_);
  const auto& there = all.at(json::json_pointer(pointer)).at("properties");
  std::vector<std::string> names;
  for (const auto& [name, schema] : there.items()) names.push_back(name);
  return names;
}

std::string Schema::text(const std::string& pointer) const {
  return parsed(text_, name_).at(json::json_pointer(pointer)).dump(2);
}

bool same_json(const std::string& one, const std::string& other) {
  return parsed(one, one) == parsed(other, other);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  BOOST_REQUIRE_MESSAGE(in && (text << in.rdbuf()), path << " cannot be read");
  return text.str();
}

std::string in_project(const std::string& path) {
  return std::string(OVERLAP_SOURCE_DIR) + "/" + path;
}

}  // namespace testing
