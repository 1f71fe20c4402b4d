// Fields: reads members of a JSON object as Go's decoder would, and remembers the first wrong type
// and every unknown member. Internal to decoding.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mocks/json_view.h"
#include "mocks/kubernetes/json/strings.h"

namespace mocks::kubernetes::detail {

// "bool", "number"...: what Go calls such a value.
std::string_view type_name(const JsonView& value);
// The member `key` of `object`; null when there is none.
JsonView member_of(const JsonView& object, std::string_view key);
// The same when it is a string; else the empty string. Lives as long as the document.
std::string_view text_at(const JsonView& object, std::string_view key);

// Whether two values are equal; 1 and 1.0 are.
bool same_value(const JsonView& a, const JsonView& b);

// What all Fields of one body share.
struct Reading {
  std::optional<std::string> wrong_type = {};  // Go's sentence about the first one
  std::vector<std::string> unknown = {};
};

class Fields {
 public:
  // The body itself. `type` is the Go struct ("Deployment"). It, the names of members that are
  // asked for, and the Fields in which these Fields stand must live as long as they do.
  Fields(Reading& reading, JsonView object, std::string_view type)
      : Fields(reading, object, type, nullptr, {}) {}

  bool has(std::string_view name) { return find(name).has_value(); }
  std::string text(std::string_view name);
  int number(std::string_view name, int otherwise);
  bool boolean(std::string_view name);
  Strings strings(std::string_view name);
  std::vector<std::string> list(std::string_view name);
  // A member that is an object; absent ones read as empty.
  Fields object(std::string_view name, std::string_view type);
  // Elements of a list of objects.
  std::vector<Fields> objects(std::string_view name, std::string_view type);
  // The member as it is; nothing when it is absent or null.
  std::optional<JsonView> raw(std::string_view name) { return find(name); }
  // The object itself; null when it is absent.
  const JsonView& self() const { return object_; }
  // Where it stands: "spec.template.spec.containers[1]".
  std::string path() const;
  // Marks members that are allowed though nobody reads them.
  void allow(std::initializer_list<std::string_view> names) {
    allow(std::span<const std::string_view>(names.begin(), names.size()));
  }
  void allow(std::span<const std::string_view> names) {
    if (!object_.is_null()) known_.insert(known_.end(), names.begin(), names.end());
  }
  // Reports every member that was neither read nor allowed.
  void finish();
  void wrong(const JsonView& value, std::string_view name, std::string_view go_type);
  Reading& reading() { return reading_; }

 private:
  Fields(Reading& reading, JsonView object, std::string_view type, const Fields* parent,
         std::string_view name, std::optional<std::size_t> index = {})
      : reading_(reading),
        object_(object),
        type_(type),
        parent_(parent),
        name_(name),
        index_(index) {
    if (!object_.is_null()) known_.reserve(16);
  }
  std::optional<JsonView> find(std::string_view name);
  std::string path_of(std::string_view member) const;

  Reading& reading_;
  JsonView object_;
  std::string_view type_;
  const Fields* parent_;  // null: the body itself
  std::string_view name_;
  std::optional<std::size_t> index_;
  std::vector<std::string_view> known_;  // names as the callers wrote them: literals
};

}  // namespace mocks::kubernetes::detail
