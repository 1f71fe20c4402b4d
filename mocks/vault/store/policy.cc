#include "mocks/vault/store/policy.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "mocks/read_json.h"

namespace mocks::vault {
namespace {

using ports::ErrorCode;
using ports::fail;
using ports::Result;

struct CapabilityName {
  std::string_view name;
  Capabilities bit;
};
constexpr std::array<CapabilityName, 8> capability_table{{{"create", capability::create},
                                                          {"delete", capability::remove},
                                                          {"deny", capability::deny},
                                                          {"list", capability::list},
                                                          {"patch", capability::patch},
                                                          {"read", capability::read},
                                                          {"sudo", capability::sudo},
                                                          {"update", capability::update}}};

// The policy = "..." of before capabilities.
std::optional<Capabilities> older_policy(std::string_view name) {
  const Capabilities reads = capability::read | capability::list;
  const Capabilities writes =
      reads | capability::create | capability::update | capability::remove | capability::patch;
  if (name == "deny") return capability::deny;
  if (name == "read") return reads;
  if (name == "write") return writes;
  if (name == "sudo") return static_cast<Capabilities>(writes | capability::sudo);
  return std::nullopt;
}

struct Lexeme {
  enum class Kind {
    end,
    ident,
    string,
    number,
    lbrace,
    rbrace,
    lbrack,
    rbrack,
    comma,
    assign,
    bad
  };
  Kind kind = Kind::end;
  std::string text = {};
  int line = 1;
  int column = 1;
};

const char* name_of_kind(Lexeme::Kind kind) {
  switch (kind) {
    case Lexeme::Kind::end: return "EOF";
    case Lexeme::Kind::ident: return "IDENT";
    case Lexeme::Kind::string: return "STRING";
    case Lexeme::Kind::number: return "NUMBER";
    case Lexeme::Kind::lbrace: return "LBRACE";
    case Lexeme::Kind::rbrace: return "RBRACE";
    case Lexeme::Kind::lbrack: return "LBRACK";
    case Lexeme::Kind::rbrack: return "RBRACK";
    case Lexeme::Kind::comma: return "COMMA";
    case Lexeme::Kind::assign: return "ASSIGN";
    case Lexeme::Kind::bad: break;
  }
  return "ILLEGAL";
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Lexeme next() {
    skip_space();
    Lexeme token{.line = line_, .column = column_};
    if (at_ >= text_.size()) return token;
    const char c = text_[at_];
    static constexpr std::string_view marks = "{}[],=";
    static constexpr std::array<Lexeme::Kind, 6> kinds{Lexeme::Kind::lbrace, Lexeme::Kind::rbrace,
                                                       Lexeme::Kind::lbrack, Lexeme::Kind::rbrack,
                                                       Lexeme::Kind::comma,  Lexeme::Kind::assign};
    const std::size_t mark = marks.find(c);
    if (mark != std::string_view::npos) {
      token.kind = kinds[mark];
      token.text = c;
      step();
      return token;
    }
    if (c == '"') return string(std::move(token));
    if (!is_word(c)) {
      token.kind = Lexeme::Kind::bad;
      token.text = c;
      step();
      return token;
    }
    token.kind = (c >= '0' && c <= '9') || c == '-' ? Lexeme::Kind::number : Lexeme::Kind::ident;
    while (at_ < text_.size() && is_word(text_[at_])) {
      token.text += text_[at_];
      step();
    }
    return token;
  }

 private:
  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      column_ = 0;
    }
    ++column_;
    ++at_;
  }

  void skip_space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const std::string_view two = text_.substr(at_, 2);
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        step();
      } else if (c == '#' || two == "//") {
        while (at_ < text_.size() && text_[at_] != '\n') step();
      } else if (two == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return;  // the slash is then an illegal token
        while (at_ < end + 2) step();
      } else {
        return;
      }
    }
  }

  Lexeme string(Lexeme token) {
    step();
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) step();
      token.text += text_[at_];
      step();
    }
    const bool closed = at_ < text_.size() && text_[at_] == '"';
    if (closed) step();
    token.kind = closed ? Lexeme::Kind::string : Lexeme::Kind::bad;
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

tl::unexpected<ports::Error> refuse(std::string message) {
  return fail(ErrorCode::configuration, std::move(message));
}

std::string place(const Lexeme& token) {
  return "At " + std::to_string(token.line) + ":" + std::to_string(token.column) + ": ";
}

// The value after "key =": a list of strings, or one string or word.
struct Value {
  std::vector<std::string> items = {};
  bool list = false;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : scanner_(text) { advance(); }

  Result<std::vector<PolicyRule>> parse() {
    std::vector<PolicyRule> rules;
    while (token_.kind != Lexeme::Kind::end) {
      const Lexeme key = token_;
      if (!is_key()) return refuse(place(token_) + expected_key());
      advance();
      if (key.text == "name" && token_.kind == Lexeme::Kind::assign) {
        advance();
        auto ignored = value();
        if (!ignored) return fail(ignored.error());
        continue;
      }
      if (key.text != "path")
        return refuse("invalid key \"" + key.text + "\" on line " + std::to_string(key.line));
      // path "x" {...}, or path { "x" {...} }
      const bool nested = token_.kind == Lexeme::Kind::lbrace;
      if (nested) advance();
      do {
        if (!is_key()) return refuse(place(token_) + expected_key());
        const Lexeme label = token_;
        advance();
        auto rule = block(label.text);
        if (!rule) return fail(rule.error());
        rules.push_back(std::move(*rule));
        if (rules.size() > max_policy_rules) return refuse("too many rules");
      } while (nested && token_.kind != Lexeme::Kind::rbrace);
      if (nested) advance();
    }
    return rules;
  }

 private:
  void advance() { token_ = scanner_.next(); }
  bool is_key() const {
    return token_.kind == Lexeme::Kind::ident || token_.kind == Lexeme::Kind::string;
  }
  std::string expected_key() const {
    return std::string("expected: IDENT | STRING got: ") + name_of_kind(token_.kind);
  }

  Result<PolicyRule> block(const std::string& path) {
    if (token_.kind != Lexeme::Kind::lbrace)
      return refuse(place(token_) + "expected: LBRACE got: " + name_of_kind(token_.kind));
    advance();
    PolicyRule rule{.pattern = path};
    while (token_.kind != Lexeme::Kind::rbrace) {
      const Lexeme key = token_;
      if (token_.kind == Lexeme::Kind::end)
        return refuse(place(token_) + "object expected closing RBRACE got: EOF");
      if (!is_key()) return refuse(place(token_) + expected_key());
      advance();
      if (token_.kind != Lexeme::Kind::assign)
        return refuse(place(token_) +
                      "nested object expected: LBRACE got: " + name_of_kind(token_.kind));
      advance();
      auto given = value();
      if (!given) return fail(given.error());
      auto status = apply(rule, key.text, *given, key.line);
      if (!status) return fail(status.error());
    }
    advance();
    return rule;
  }

  Result<Value> value() {
    Value out;
    if (token_.kind != Lexeme::Kind::lbrack) {
      if (!is_key() && token_.kind != Lexeme::Kind::number)
        return refuse(place(token_) + "Unknown token: " + name_of_kind(token_.kind));
      out.items.push_back(token_.text);
      advance();
      return out;
    }
    out.list = true;
    advance();
    while (token_.kind != Lexeme::Kind::rbrack) {
      if (token_.kind != Lexeme::Kind::string)
        return refuse(place(token_) +
                      "unexpected token while parsing list: " + name_of_kind(token_.kind));
      out.items.push_back(token_.text);
      advance();
      if (token_.kind == Lexeme::Kind::comma) advance();
    }
    advance();
    return out;
  }

 public:
  static Result<void> apply(PolicyRule& rule, const std::string& key, const Value& value,
                            int line) {
    const std::string where = "path \"" + rule.pattern + "\": ";
    if (key == "policy") {
      const auto bits = older_policy(value.items.empty() ? "" : value.items.front());
      if (!bits) return refuse(where + "invalid policy \"" + value.items.front() + "\"");
      rule.capabilities = static_cast<Capabilities>(rule.capabilities | *bits);
      return {};
    }
    if (key != "capabilities")
      return refuse(where + "invalid key \"" + key + "\" on line " + std::to_string(line));
    for (const auto& name : value.items) {
      const auto known = std::find_if(capability_table.begin(), capability_table.end(),
                                      [&name](const auto& entry) { return entry.name == name; });
      if (known == capability_table.end())
        return refuse(where + "invalid capability \"" + name + "\"");
      rule.capabilities = static_cast<Capabilities>(rule.capabilities | known->bit);
    }
    return {};
  }

 private:
  Scanner scanner_;
  Lexeme token_;
};

Result<std::vector<PolicyRule>> parse_json(std::string_view text) {
  const auto json = read_json(text);
  if (!json.is_object()) return refuse("error parsing JSON");
  std::vector<PolicyRule> rules;
  for (const auto& [key, paths] : json.items()) {
    if (key == "name") continue;
    if (key != "path" || !paths.is_object()) return refuse("invalid key \"" + key + "\"");
    for (const auto& [path, members] : paths.items()) {
      PolicyRule rule{.pattern = path};
      if (!members.is_object()) return refuse("path \"" + path + "\": object expected");
      for (const auto& [name, given] : members.items()) {
        Value value{.list = given.is_array()};
        if (given.is_string()) value.items.push_back(given.get<std::string>());
        if (given.is_array())
          for (const auto& item : given)
            if (item.is_string()) value.items.push_back(item.get<std::string>());
        const auto status = Parser::apply(rule, name, value, 1);
        if (!status) return fail(status.error());
      }
      rules.push_back(std::move(rule));
    }
  }
  return rules;
}

bool has_segment_glob(std::string_view pattern) {
  return pattern == "+" || pattern.starts_with("+/") || pattern.ends_with("/+") ||
         pattern.find("/+/") != std::string_view::npos;
}

bool is_exact(std::string_view pattern) {
  return !pattern.ends_with('*') && !has_segment_glob(pattern);
}

bool matches(std::string_view pattern, std::string_view path) {
  const bool prefix = pattern.ends_with('*');
  if (prefix) pattern.remove_suffix(1);
  if (!has_segment_glob(pattern) && pattern.find('+') == std::string_view::npos)
    return prefix ? path.starts_with(pattern) : path == pattern;
  while (true) {
    const std::size_t pattern_end = pattern.find('/');
    const std::size_t path_end = path.find('/');
    const std::string_view want = pattern.substr(0, pattern_end);
    const std::string_view have = path.substr(0, path_end);
    if (pattern_end == std::string_view::npos) {
      if (prefix) return want == "+" || path.starts_with(want);
      return path_end == std::string_view::npos && (want == "+" || want == have);
    }
    if (want != "+" && want != have) return false;
    if (path_end == std::string_view::npos) return false;
    pattern.remove_prefix(pattern_end + 1);
    path.remove_prefix(path_end + 1);
  }
}

// Vault's priority rules, in order: a later first wildcard, no "*" at the end, fewer "+" segments,
// a longer pattern, the lexicographically larger one.
bool weaker(std::string_view a, std::string_view b) {
  const auto wildcard = [](std::string_view p) {
    return std::min({p.find('+'), p.ends_with('*') ? p.size() - 1 : p.npos, p.npos});
  };
  if (wildcard(a) != wildcard(b)) return wildcard(a) < wildcard(b);
  if (a.ends_with('*') != b.ends_with('*')) return a.ends_with('*');
  const auto pluses = [](std::string_view p) { return std::count(p.begin(), p.end(), '+'); };
  if (pluses(a) != pluses(b)) return pluses(a) > pluses(b);
  if (a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

Capabilities effective(Capabilities bits) {
  return (bits & capability::deny) != 0 ? capability::deny : bits;
}

}  // namespace

Result<std::shared_ptr<const Policy>> Policy::parse(std::string_view text) {
  thread_local std::map<std::string, std::shared_ptr<const Policy>, std::less<>> remembered;
  if (const auto known = remembered.find(text); known != remembered.end()) return known->second;
  if (text.size() > max_policy_text) return refuse("policy too large");
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  const bool json = start != std::string_view::npos && text[start] == '{';
  auto rules = json ? parse_json(text) : Parser(text).parse();
  if (!rules) return fail(rules.error());
  for (auto& rule : *rules) {
    if (rule.pattern.starts_with('/')) rule.pattern.erase(0, 1);
    if (rule.pattern.find("+*") != std::string::npos)
      return refuse("path \"" + rule.pattern + "\": invalid use of wildcards ('+*' is forbidden)");
  }
  auto policy =
      std::make_shared<const Policy>(Policy{.text = std::string(text), .rules = std::move(*rules)});
  if (remembered.size() >= max_remembered_policies) remembered.clear();
  remembered.emplace(text, policy);
  return policy;
}

void Acl::add(std::shared_ptr<const Policy> policy) {
  rules_.reserve(rules_.size() + policy->rules.size());
  for (const auto& rule : policy->rules) {
    const auto it = std::lower_bound(
        rules_.begin(), rules_.end(), rule.pattern,
        [](const Rule& a, std::string_view pattern) { return a.pattern < pattern; });
    if (it != rules_.end() && it->pattern == rule.pattern)
      it->capabilities = static_cast<Capabilities>(it->capabilities | rule.capabilities);
    else
      rules_.insert(it, {.pattern = rule.pattern, .capabilities = rule.capabilities});
  }
  policies_.push_back(std::move(policy));
}

const Acl::Rule* Acl::exact(std::string_view path) const {
  const auto it = std::lower_bound(rules_.begin(), rules_.end(), path,
                                   [](const Rule& a, std::string_view p) { return a.pattern < p; });
  if (it == rules_.end() || it->pattern != path || !is_exact(it->pattern)) return nullptr;
  return &*it;
}

Capabilities Acl::at(std::string_view path) const {
  if (const auto* rule = exact(path)) return effective(rule->capabilities);
  const Rule* best = nullptr;
  for (const auto& rule : rules_) {
    if (is_exact(rule.pattern) || !matches(rule.pattern, path)) continue;
    if (best == nullptr || weaker(best->pattern, rule.pattern)) best = &rule;
  }
  return best == nullptr ? Capabilities{0} : effective(best->capabilities);
}

Capabilities Acl::at_folder(std::string_view path) const {
  if (exact(path) == nullptr && path.ends_with('/'))
    if (const auto* rule = exact(path.substr(0, path.size() - 1)))
      return effective(rule->capabilities);
  return at(path);
}

bool Acl::any_below(std::string_view prefix) const {
  const auto allowed = [](Capabilities bits) {
    return bits != 0 && (bits & capability::deny) == 0;
  };
  for (const auto& rule : rules_) {
    if (!allowed(rule.capabilities)) continue;
    const std::string_view pattern = rule.pattern;
    if (pattern.starts_with(prefix)) return true;
    if (is_exact(pattern)) continue;
    // A glob that reaches into the mount from above: "*", "port*", "+/data/x".
    const std::string_view fixed = pattern.substr(0, pattern.find_first_of("+*"));
    if (prefix.starts_with(fixed)) return true;
  }
  return false;
}

std::vector<std::string> capability_names(Capabilities capabilities) {
  if ((capabilities & capability::deny) != 0 || capabilities == 0) return {"deny"};
  std::vector<std::string> names;
  for (const auto& [name, bit] : capability_table)
    if ((capabilities & bit) != 0) names.emplace_back(name);
  return names;
}

}  // namespace mocks::vault
