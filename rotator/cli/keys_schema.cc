#include "rotator/cli/keys_schema.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "rotator/cli/yaml_section.h"

namespace rotator {
namespace {

using Json = nlohmann::ordered_json;
using ports::Duration;

constexpr const char* duration_pattern = "([0-9]+(ns|us|ms|s|m|h|d))+";

std::string range_text(Duration low, Duration high) {
  return low == high ? format_duration(low) : format_duration(low) + ".." + format_duration(high);
}

class Describer final : public Keys {
 public:
  Json take() { return std::move(object_); }

 private:
  static Json object(const char* says) {
    Json schema = {{"type", "object"}};
    if (*says != '\0') schema["description"] = says;
    schema["additionalProperties"] = false;
    schema["properties"] = Json::object();
    return schema;
  }

  void add(const Key& key, Json schema) { object_["properties"][key.name] = std::move(schema); }
  static Json of_type(const char* type, const Key& key) {
    return {{"type", type}, {"description", key.says}};
  }
  static Json of_definition(const char* definition, const Key& key) {
    return {{"$ref", std::string("#/definitions/") + definition}, {"description", key.says}};
  }

  void on_text(const Key& key, std::string& value, const TextOptions& options) override {
    Json schema = of_type("string", key);
    if (options.or_number) schema["type"] = {"integer", "string"};
    if (options.https) schema["pattern"] = "^https://";
    if (*options.pattern != '\0') schema["pattern"] = std::string("^") + options.pattern + "$";
    if (options.required) schema["minLength"] = 1;
    if (!value.empty()) schema["default"] = value;
    add(key, std::move(schema));
    if (options.required) object_["required"].push_back(key.name);
  }

  void on_flag(const Key& key, bool& value) override {
    Json schema = of_type("boolean", key);
    schema["default"] = value;
    add(key, std::move(schema));
  }

  void on_number(const Key& key, std::optional<std::int64_t>& value,
                 const NumberOptions& options) override {
    Json schema = of_type("integer", key);
    schema["minimum"] = options.low;
    if (options.high != NumberOptions{}.high) schema["maximum"] = options.high;
    if (value) schema["default"] = *value;
    add(key, std::move(schema));
  }

  void on_duration(const Key& key, std::optional<Duration>& value, const TimeOptions&) override {
    Json schema = of_definition("duration", key);
    if (value) schema["default"] = format_duration(*value);
    add(key, std::move(schema));
  }

  void on_range(const Key& key, std::optional<Ends>& value, const TimeOptions&) override {
    Json schema = of_definition("range", key);
    if (value) schema["default"] = range_text(value->low, value->high);
    add(key, std::move(schema));
  }

  void on_choice(const Key& key, std::optional<std::size_t>& index,
                 const std::vector<std::string>& words, const ChoiceOptions& options) override {
    Json schema = of_type("string", key);
    schema["enum"] = words;
    if (index && !options.required) schema["default"] = words[*index];
    add(key, std::move(schema));
    if (options.required) object_["required"].push_back(key.name);
  }

  void on_choices(const Key& key, std::optional<std::vector<std::string>>& chosen,
                  const std::vector<std::string>& words) override {
    Json schema = of_type("array", key);
    schema["uniqueItems"] = true;
    schema["items"] = {{"type", "string"}, {"enum", words}};
    if (chosen) schema["default"] = *chosen;
    add(key, std::move(schema));
  }

  void on_texts(const Key& key, std::vector<std::string>&) override {
    Json schema = of_type("array", key);
    schema["items"] = {{"type", "string"}};
    add(key, std::move(schema));
  }

  void on_other(const Key& key, const OtherValue& value) override {
    Json schema = Json::parse(value.schema());
    schema["description"] = key.says;
    add(key, std::move(schema));
  }

  bool begin_section(const Key& key, bool present) override {
    outer_.push_back({.key = key, .object = std::move(object_), .present = present});
    object_ = object(key.says);
    return true;
  }
  void end_section() override {
    Outer outer = std::move(outer_.back());
    outer_.pop_back();
    std::swap(object_, outer.object);
    // Who needs a key of a section that cannot be left out needs the section.
    if (outer.present && outer.object.contains("required"))
      object_["required"].push_back(outer.key.name);
    add(outer.key, std::move(outer.object));
  }

  std::size_t begin_list(const Key& key, std::size_t) override {
    outer_.push_back({.key = key, .object = std::move(object_)});
    object_ = object("");
    return 1;
  }
  void end_list() override {
    Outer outer = std::move(outer_.back());
    outer_.pop_back();
    std::swap(object_, outer.object);
    Json schema = of_type("array", outer.key);
    schema["items"] = std::move(outer.object);
    add(outer.key, std::move(schema));
  }

  struct Outer {
    Key key = {};
    Json object = {};  // what the section or list is a part of
    bool present = false;
  };
  Json object_ = object("");
  std::vector<Outer> outer_;
};

}  // namespace

std::string object_schema(const std::function<void(Keys&)>& list) {
  Describer describer;
  list(describer);
  return describer.take().dump();
}

std::string time_definitions() {
  const std::string duration = duration_pattern;
  const Json definitions = {
      {"duration",
       {{"type", "string"},
        {"pattern", "^" + duration + "$"},
        {"examples", {"15m", "90s", "1h30m"}}}},
      {"range",
       {{"type", "string"},
        {"pattern", "^" + duration + "(\\.\\." + duration + ")?$"},
        {"examples", {"20s..40s", "5s"}}}},
  };
  return definitions.dump();
}

}  // namespace rotator
