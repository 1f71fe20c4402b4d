#include "mocks/kubernetes/codec/spec_parts.h"

#include <charconv>

namespace mocks::kubernetes {

using detail::Fields;

LabelSelector decode_selector(Fields& fields) {
  LabelSelector selector;
  for (const auto& [key, value] : fields.strings("matchLabels")) {
    selector.requirements.push_back(
        {.op = Requirement::Operator::in, .key = key, .values = {value}});
  }
  selector.match_labels = selector.requirements.size();
  for (Fields& one : fields.objects("matchExpressions", "LabelSelectorRequirement")) {
    Requirement requirement{.key = one.text("key"), .values = one.list("values")};
    const std::string name = one.text("operator");
    requirement.op = name == "In"             ? Requirement::Operator::in
                     : name == "NotIn"        ? Requirement::Operator::not_in
                     : name == "DoesNotExist" ? Requirement::Operator::does_not_exist
                                              : Requirement::Operator::exists;
    if (selector.requirements.size() < max_requirements) {
      selector.requirements.push_back(std::move(requirement));
    }
    one.finish();
  }
  fields.finish();
  return selector;
}

void render_selector(JsonText& json, const LabelSelector& selector, std::string_view hash) {
  json.open('{');
  if (selector.match_labels > 0 || !hash.empty()) {
    json.key("matchLabels").open('{');
    for (std::size_t i = 0; i < selector.match_labels; ++i) {
      const Requirement& one = selector.requirements[i];
      json.given_member(one.key, one.values.front());
    }
    if (!hash.empty()) json.member(hash_label, hash);
    json.close('}');
  }
  if (selector.match_labels < selector.requirements.size()) {
    json.key("matchExpressions").open('[');
    for (std::size_t i = selector.match_labels; i < selector.requirements.size(); ++i) {
      const Requirement& one = selector.requirements[i];
      constexpr std::string_view names[] = {"Exists", "DoesNotExist", "In", "NotIn"};
      json.open('{')
          .member("key", one.key)
          .member("operator", names[static_cast<std::size_t>(one.op)]);
      if (!one.values.empty()) {
        json.key("values").open('[');
        for (const std::string& value : one.values) json.text(value);
        json.close(']');
      }
      json.close('}');
    }
    json.close(']');
  }
  json.close('}');
}

Quantity decode_quantity(Fields& fields, std::string_view name, Quantity otherwise,
                         std::vector<Cause>& causes) {
  const auto value = fields.raw(name);
  if (!value) return otherwise;
  const std::string field = fields.path() + '.' + std::string(name);
  if (value->is_integer()) {
    const std::int64_t number = value->integer();
    if (number < 0 || number > max_replicas) {
      causes.push_back(
          invalid_value(field, std::to_string(number), "must be greater than or equal to 0"));
      return otherwise;
    }
    return {.value = static_cast<int>(number), .percent = false};
  }
  if (!value->is_string()) {
    fields.wrong(*value, name, "intstr.IntOrString");
    return otherwise;
  }
  const std::string_view text = value->text();
  int number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || std::string_view(end.ptr, text.data() + text.size()) != "%" ||
      number < 0 || number > 100000) {
    causes.push_back(invalid_value(
        field, in_quotes(text),
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  "
        "or '93%', regex used for validation is '[0-9]+%')"));
    return otherwise;
  }
  return {.value = number, .percent = true};
}

void render_quantity(JsonText& json, Name name, const Quantity& quantity) {
  if (quantity.percent) {
    json.member(name, std::to_string(quantity.value) + "%");
  } else {
    json.member(name, quantity.value);
  }
}

void render_conditions(JsonText& json, const std::vector<Condition>& conditions,
                       bool update_times) {
  if (conditions.empty()) return;
  json.key("conditions").open('[');
  for (const Condition& one : conditions) {
    json.open('{').member("type", one.type).member("status", one.status);
    if (update_times) json.key("lastUpdateTime").time(one.updated);
    json.key("lastTransitionTime").time(one.changed);
    json.member("reason", one.reason).member("message", one.message).close('}');
  }
  json.close(']');
}

void render_count(JsonText& json, Name name, std::int64_t value) {
  if (value != 0) json.member(name, value);
}

std::string render_json(const Strings& strings) {
  if (strings.empty()) return "null";
  return SharedStrings(strings).rendered();
}

}  // namespace mocks::kubernetes
