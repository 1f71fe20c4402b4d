#include "mocks/kubernetes/store/selectors.h"

#include <algorithm>
#include <utility>

namespace mocks::kubernetes {
namespace {

using ports::ErrorCode;
using ports::fail;

bool matches_one(const Requirement& requirement, const Strings& labels) {
  const auto found = labels.find(requirement.key);
  const bool listed =
      found != labels.end() && std::find(requirement.values.begin(), requirement.values.end(),
                                         found->second) != requirement.values.end();
  switch (requirement.op) {
    case Requirement::Operator::exists: return found != labels.end();
    case Requirement::Operator::does_not_exist: return found == labels.end();
    case Requirement::Operator::in: return listed;
    case Requirement::Operator::not_in: return !listed;
  }
  return false;
}

// The lexer and parser of k8s.io/apimachinery/pkg/labels, for its error texts.
class LabelParser {
 public:
  explicit LabelParser(std::string_view text) : rest_(text) { advance(); }

  ports::Result<LabelSelector> parse() {
    LabelSelector selector;
    while (!token_.empty()) {
      if (selector.requirements.size() >= max_requirements) {
        return fail(ErrorCode::malformed, "unable to parse requirement: too many requirements");
      }
      auto requirement = parse_requirement();
      if (!requirement) return fail(requirement.error());
      selector.requirements.push_back(std::move(*requirement));
      if (token_.empty()) break;
      if (token_ != ",") return error("found '" + token_ + "', expected: ',' or 'end of string'");
      advance();
      if (token_.empty()) return error("found '', expected: identifier after ','");
    }
    return selector;
  }

 private:
  static bool special(char c) {
    return c == '=' || c == '!' || c == '(' || c == ')' || c == ',' || c == '<' || c == '>';
  }
  static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  void advance() {
    while (!rest_.empty() && blank(rest_.front())) rest_.remove_prefix(1);
    std::size_t size = 0;
    if (!rest_.empty() && special(rest_.front())) {
      size = rest_.starts_with("==") || rest_.starts_with("!=") ? 2 : 1;
    } else {
      while (size < rest_.size() && !special(rest_[size]) && !blank(rest_[size])) ++size;
    }
    token_ = std::string(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }

  bool identifier() const { return !token_.empty() && !special(token_.front()); }

  static tl::unexpected<ports::Error> error(const std::string& what) {
    return fail(ErrorCode::malformed, "unable to parse requirement: " + what);
  }

  ports::Result<Requirement> parse_requirement() {
    Requirement requirement;
    const bool negated = token_ == "!";
    if (negated) advance();
    if (!identifier()) return error("found '" + token_ + "', expected: identifier");
    requirement.key = token_;
    advance();
    if (negated) {
      requirement.op = Requirement::Operator::does_not_exist;
      return requirement;
    }
    if (token_.empty() || token_ == ",") return requirement;
    if (token_ == "=" || token_ == "==" || token_ == "!=") {
      requirement.op = token_ == "!=" ? Requirement::Operator::not_in : Requirement::Operator::in;
      advance();
      if (!identifier() && !token_.empty() && token_ != ",") {
        return error("found '" + token_ + "', expected: identifier");
      }
      requirement.values.push_back(identifier() ? token_ : "");
      if (identifier()) advance();
      return requirement;
    }
    if (token_ != "in" && token_ != "notin") {
      return error("found '" + token_ + "', expected: in, notin, =, ==, !=, gt, lt");
    }
    requirement.op = token_ == "in" ? Requirement::Operator::in : Requirement::Operator::not_in;
    advance();
    if (token_ != "(") return error("found '" + token_ + "' expected: '('");
    advance();
    while (token_ != ")") {
      if (!identifier()) return error("found '" + token_ + "', expected: ',', ')' or identifier");
      requirement.values.push_back(token_);
      advance();
      if (token_ == ",") advance();
    }
    advance();
    return requirement;
  }

  std::string_view rest_;
  std::string token_;
};

}  // namespace

bool LabelSelector::matches(const Strings& labels) const {
  return std::all_of(requirements.begin(), requirements.end(),
                     [&](const Requirement& one) { return matches_one(one, labels); });
}

ports::Result<LabelSelector> parse_label_selector(std::string_view text) {
  return LabelParser(text).parse();
}

std::string to_text(const LabelSelector& selector) {
  std::string out;
  for (const Requirement& one : selector.requirements) {
    if (!out.empty()) out += ',';
    if (one.op == Requirement::Operator::does_not_exist) out += '!';
    out += one.key;
    const bool in = one.op == Requirement::Operator::in;
    if (!in && one.op != Requirement::Operator::not_in) continue;
    if (one.values.size() == 1) {
      out += in ? "=" : "!=";
      out += one.values.front();
      continue;
    }
    out += in ? " in (" : " notin (";
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      if (i > 0) out += ',';
      out += one.values[i];
    }
    out += ')';
  }
  return out;
}

ports::Result<std::vector<FieldRequirement>> parse_field_selector(std::string_view text) {
  std::vector<FieldRequirement> requirements;
  while (!text.empty()) {
    const std::string_view term = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), term.size() + 1));
    if (term.empty()) continue;
    const std::size_t at = term.find('=');
    if (at == std::string_view::npos || at == 0 || requirements.size() >= max_requirements) {
      const std::string shown(term);
      return fail(ErrorCode::malformed,
                  "invalid selector: '" + shown + "'; can't understand '" + shown + "'");
    }
    const bool equal = term[at - 1] != '!';
    std::string_view value = term.substr(at + 1);
    if (equal && value.starts_with('=')) value.remove_prefix(1);
    requirements.push_back({.field = std::string(term.substr(0, equal ? at : at - 1)),
                            .value = std::string(value),
                            .equal = equal});
  }
  return requirements;
}

}  // namespace mocks::kubernetes
