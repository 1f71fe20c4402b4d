#include "mocks/kubernetes/json/fields_json.h"

#include <algorithm>
#include <limits>

namespace mocks::kubernetes::detail {

std::string_view type_name(const JsonView& value) {
  switch (value.kind()) {
    case JsonView::Kind::boolean: return "bool";
    case JsonView::Kind::integer:
    case JsonView::Kind::real: return "number";
    case JsonView::Kind::string: return "string";
    case JsonView::Kind::array: return "array";
    case JsonView::Kind::object: return "object";
    case JsonView::Kind::null: break;
  }
  return "null";
}

JsonView member_of(const JsonView& object, std::string_view key) {
  return object.find(key).value_or(JsonView());
}

std::string_view text_at(const JsonView& object, std::string_view key) {
  return member_of(object, key).text();
}

bool same_value(const JsonView& a, const JsonView& b) {
  if (a.is_integer() && b.is_integer()) return a.integer() == b.integer();
  if (a.is_number() && b.is_number()) return a.real() == b.real();
  if (a.kind() != b.kind()) return false;
  if (a.is_array()) {
    const auto left = a.elements();
    const auto right = b.elements();
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_value);
  }
  if (a.is_object()) {
    const auto left = a.members();
    const auto right = b.members();
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const JsonMember& one, const JsonMember& other) {
                        return one.name == other.name && same_value(one.value, other.value);
                      });
  }
  return a.text() == b.text() && a.boolean() == b.boolean();
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

std::optional<JsonView> Fields::find(std::string_view name) {
  if (object_.is_null()) return std::nullopt;
  known_.push_back(name);
  const auto found = object_.find(name);
  return found && !found->is_null() ? found : std::nullopt;
}

void Fields::wrong(const JsonView& value, std::string_view name, std::string_view go_type) {
  if (reading_.wrong_type) return;
  reading_.wrong_type = "json: cannot unmarshal " + std::string(type_name(value)) +
                        " into Go struct field " + std::string(type_) + '.' + path_of(name) +
                        " of type " + std::string(go_type);
}

std::string Fields::text(std::string_view name) {
  const auto value = find(name);
  if (!value) return {};
  if (value->is_string()) return std::string(value->text());
  wrong(*value, name, "string");
  return {};
}

int Fields::number(std::string_view name, int otherwise) {
  const auto value = find(name);
  if (!value) return otherwise;
  if (value->is_integer()) {
    const std::int64_t number = value->integer();
    if (number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max()) {
      return static_cast<int>(number);
    }
  }
  wrong(*value, name, "int32");
  return otherwise;
}

bool Fields::boolean(std::string_view name) {
  const auto value = find(name);
  if (!value) return false;
  if (value->is_boolean()) return value->boolean();
  wrong(*value, name, "bool");
  return false;
}

Strings Fields::strings(std::string_view name) {
  Strings strings;
  const auto value = find(name);
  if (!value) return strings;
  if (!value->is_object()) {
    wrong(*value, name, "map[string]string");
    return strings;
  }
  for (const auto& [key, member] : value->members()) {
    if (member.is_string()) {
      strings.emplace_hint(strings.end(), key, member.text());
    } else if (!member.is_null()) {
      wrong(member, name, "string");
    }
  }
  return strings;
}

std::vector<std::string> Fields::list(std::string_view name) {
  std::vector<std::string> list;
  const auto value = find(name);
  if (!value) return list;
  if (!value->is_array()) {
    wrong(*value, name, "[]string");
    return list;
  }
  for (const JsonView& member : value->elements()) {
    if (member.is_string()) {
      list.emplace_back(member.text());
    } else {
      wrong(member, name, "string");
    }
  }
  return list;
}

Fields Fields::object(std::string_view name, std::string_view type) {
  auto value = find(name);
  if (value && !value->is_object()) {
    wrong(*value, name, std::string("v1.").append(type));
    value.reset();
  }
  return {reading_, value.value_or(JsonView()), type, this, name};
}

std::vector<Fields> Fields::objects(std::string_view name, std::string_view type) {
  std::vector<Fields> all;
  const auto value = find(name);
  if (!value) return all;
  if (!value->is_array()) {
    wrong(*value, name, std::string("[]v1.").append(type));
    return all;
  }
  std::size_t at = 0;
  for (const JsonView& member : value->elements()) {
    if (member.is_object()) {
      all.push_back(Fields(reading_, member, type, this, name, at));
    } else {
      wrong(member, name, std::string("v1.").append(type));
    }
    ++at;
  }
  return all;
}

void Fields::finish() {
  for (const auto& [name, value] : object_.members()) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end())
      reading_.unknown.push_back(path_of(name));
  }
}

}  // namespace mocks::kubernetes::detail
