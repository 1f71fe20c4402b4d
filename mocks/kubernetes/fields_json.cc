#include "mocks/kubernetes/fields_json.h"

#include <algorithm>
#include <limits>

namespace mocks::kubernetes::detail {
std::string_view text_at(const Json& object, std::string_view key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

std::string Fields::path() const {
  if (parent_ == nullptr) return {};
  std::string path = parent_->path_of(name_);
  if (index_) path.append("[").append(std::to_string(*index_)).append("]");
  return path;
}

std::string Fields::path_of(std::string_view member) const {
  std::string whole = path();
  if (!whole.empty()) whole += '.';
  return whole.append(member);
}

const Json* Fields::find(std::string_view name) {
  if (object_ == nullptr) return nullptr;
  known_.push_back(name);
  const auto found = object_->find(name);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

void Fields::wrong(const Json& value, std::string_view name, std::string_view go_type) {
  if (reading_.wrong_type) return;
  std::string_view kind = value.type_name();
  if (kind == "boolean") kind = "bool";
  reading_.wrong_type = "json: cannot unmarshal " + std::string(kind) + " into Go struct field " +
                        std::string(type_) + '.' + path_of(name) + " of type " +
                        std::string(go_type);
}

std::string Fields::text(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  wrong(*value, name, "string");
  return {};
}

int Fields::number(std::string_view name, int otherwise) {
  const Json* value = find(name);
  if (value == nullptr) return otherwise;
  if (value->is_number_integer()) {
    const auto number = value->get<std::int64_t>();
    if (number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max()) {
      return static_cast<int>(number);
    }
  }
  wrong(*value, name, "int32");
  return otherwise;
}

bool Fields::boolean(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  wrong(*value, name, "bool");
  return false;
}

Strings Fields::strings(std::string_view name) {
  Strings strings;
  const Json* value = find(name);
  if (value == nullptr) return strings;
  if (!value->is_object()) {
    wrong(*value, name, "map[string]string");
    return strings;
  }
  for (const auto& [key, member] : value->get_ref<const Json::object_t&>()) {
    if (member.is_string()) {
      strings.emplace(key, member.get<std::string>());
    } else if (!member.is_null()) {
      wrong(member, name, "string");
    }
  }
  return strings;
}

std::vector<std::string> Fields::list(std::string_view name) {
  std::vector<std::string> list;
  const Json* value = find(name);
  if (value == nullptr) return list;
  if (!value->is_array()) {
    wrong(*value, name, "[]string");
    return list;
  }
  for (const Json& member : *value) {
    if (member.is_string()) {
      list.push_back(member.get<std::string>());
    } else {
      wrong(member, name, "string");
    }
  }
  return list;
}

Fields Fields::object(std::string_view name, std::string_view type) {
  const Json* value = find(name);
  if (value != nullptr && !value->is_object()) {
    wrong(*value, name, std::string("v1.").append(type));
    value = nullptr;
  }
  return {reading_, value, type, this, name};
}

std::vector<Fields> Fields::objects(std::string_view name, std::string_view type) {
  std::vector<Fields> all;
  const Json* value = find(name);
  if (value == nullptr) return all;
  if (!value->is_array()) {
    wrong(*value, name, std::string("[]v1.").append(type));
    return all;
  }
  std::size_t at = 0;
  for (const Json& member : *value) {
    if (member.is_object()) {
      all.push_back(Fields(reading_, &member, type, this, name, at));
    } else {
      wrong(member, name, std::string("v1.").append(type));
    }
    ++at;
  }
  return all;
}

void Fields::finish() {
  if (object_ == nullptr) return;
  for (const auto& [name, value] : object_->get_ref<const Json::object_t&>()) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end())
      reading_.unknown.push_back(path_of(name));
  }
}

}  // namespace mocks::kubernetes::detail
