// Fields: reads members of a JSON object as Go's decoder would, and remembers the first wrong type
// and every unknown member. Internal to decoding; pulls nlohmann/json.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/kubernetes/selectors.h"

namespace mocks::kubernetes::detail {

using Json = nlohmann::json;

// The member `key` of `object` when there is one and it is a string; else the empty string. Lives
// as long as the object.
std::string_view text_at(const Json& object, std::string_view key);

// What all Fields of one body share.
struct Reading {
  std::optional<std::string> wrong_type = {};  // Go's sentence about the first one
  std::vector<std::string> unknown = {};
};

class Fields {
 public:
  // The body itself. `type` is the Go struct ("Deployment"). It, the names of members that are
  // asked for, and the Fields in which these Fields stand must live as long as they do.
  Fields(Reading& reading, const Json* object, std::string_view type)
      : Fields(reading, object, type, nullptr, {}) {}

  bool has(std::string_view name) { return find(name) != nullptr; }
  std::string text(std::string_view name);
  int number(std::string_view name, int otherwise);
  bool boolean(std::string_view name);
  Strings strings(std::string_view name);
  std::vector<std::string> list(std::string_view name);
  // A member that is an object; absent ones read as empty.
  Fields object(std::string_view name, std::string_view type);
  // Elements of a list of objects.
  std::vector<Fields> objects(std::string_view name, std::string_view type);
  const Json* raw(std::string_view name) { return find(name); }
  const Json* self() const { return object_; }
  // Where it stands: "spec.template.spec.containers[1]".
  std::string path() const;
  // Marks members that are allowed though nobody reads them.
  void allow(std::initializer_list<std::string_view> names) {
    allow(std::span<const std::string_view>(names.begin(), names.size()));
  }
  void allow(std::span<const std::string_view> names) {
    if (object_ != nullptr) known_.insert(known_.end(), names.begin(), names.end());
  }
  // Reports every member that was neither read nor allowed.
  void finish();
  void wrong(const Json& value, std::string_view name, std::string_view go_type);
  Reading& reading() { return reading_; }

 private:
  Fields(Reading& reading, const Json* object, std::string_view type, const Fields* parent,
         std::string_view name, std::optional<std::size_t> index = {})
      : reading_(reading),
        object_(object),
        type_(type),
        parent_(parent),
        name_(name),
        index_(index) {
    if (object_ != nullptr) known_.reserve(16);
  }
  const Json* find(std::string_view name);
  std::string path_of(std::string_view member) const;

  Reading& reading_;
  const Json* object_;
  std::string_view type_;
  const Fields* parent_;  // null: the body itself
  std::string_view name_;
  std::optional<std::size_t> index_;
  std::vector<std::string_view> known_;  // names as the callers wrote them: literals
};

}  // namespace mocks::kubernetes::detail
