#include "scenarios/argument.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "rotator/cli/yaml_section.h"
#include "scenarios/callers.h"

namespace scenarios {
namespace {

using ports::ErrorCode;
using ports::fail;
using Kind = ArgumentKind;

const char* word(ExecTrouble trouble) {
  switch (trouble) {
    case ExecTrouble::refused: return "refused";
    case ExecTrouble::no_status: return "no_status";
    case ExecTrouble::truncated: return "truncated";
  }
  return "";
}

ports::Result<Argument> expected(std::string_view right, std::string_view got) {
  return fail(ErrorCode::configuration,
              "expected " + std::string(right) + ", got '" + std::string(got) + "'");
}

ports::Result<Argument> parse_word(std::string_view right, std::string_view text) {
  if (text != right) return expected(right, text);
  return Argument();
}

ports::Result<Argument> parse_server(std::string_view text) {
  if (std::find(std::begin(servers), std::end(servers), text) != std::end(servers))
    return ServerName{.name = std::string(text)};
  std::string known;
  for (const auto server : servers) known.append(known.empty() ? "" : " or ").append(server);
  return expected(known, text);
}

ports::Result<Argument> parse_time(Kind kind, std::string_view text) {
  if (kind == Kind::wait && text == "window") return WholeWindow{};
  const auto duration = rotator::parse_duration(text);
  if (duration) return *duration;
  return fail(ErrorCode::configuration,
              duration.error().message + (kind == Kind::wait ? "; or write `wait: window`" : ""));
}

ports::Result<Argument> parse_route(std::string_view text) {
  const auto arrow = text.find('>');
  if (!text.empty() && arrow == std::string_view::npos) {
    if (const auto flaw = flaw_of_caller(std::string(text)); !flaw.empty())
      return fail(ErrorCode::configuration, flaw);
    return Route{.caller = std::string(text)};
  }
  if (arrow == 0 || arrow + 1 >= text.size() || text.rfind('>') != arrow)
    return expected("caller>server, such as rotator>vault", text);
  Route route{.caller = std::string(text.substr(0, arrow)),
              .server = std::string(text.substr(arrow + 1))};
  for (const auto& flaw : {flaw_of_caller(route.caller), flaw_of_server(route.server)})
    if (!flaw.empty()) return fail(ErrorCode::configuration, flaw);
  return route;
}

ports::Result<Argument> parse_pods(std::string_view text) {
  int pods = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pods);
  if (error == std::errc() && end == text.data() + text.size() && pods >= 1 && pods <= max_act_pods)
    return PodCount{.pods = pods};
  return expected("a number of pods from 1 to " + std::to_string(max_act_pods), text);
}

ports::Result<Argument> parse_exec_trouble(std::string_view text) {
  for (const auto trouble : {ExecTrouble::refused, ExecTrouble::no_status, ExecTrouble::truncated})
    if (text == word(trouble)) return trouble;
  return expected("refused or no_status or truncated", text);
}

ports::Result<Argument> parse_colour(std::string_view text) {
  for (const auto colour : {Colour::blue, Colour::green})
    if (text == to_string(colour)) return colour;
  return expected("blue or green", text);
}

struct Printer {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(SecretValue which) const {
    return which == SecretValue::created ? "new" : "old";
  }
  std::string operator()(ports::Duration duration) const {
    return rotator::format_duration(duration);
  }
  std::string operator()(WholeWindow) const { return "window"; }
  std::string operator()(const ServerName& server) const { return server.name; }
  std::string operator()(const Route& route) const { return route.caller + ">" + route.server; }
  std::string operator()(ExecTrouble trouble) const { return word(trouble); }
  std::string operator()(Colour colour) const { return to_string(colour); }
  std::string operator()(PodCount count) const { return std::to_string(count.pods); }
};

}  // namespace

const char* to_string(Colour colour) {
  switch (colour) {
    case Colour::blue: return "blue";
    case Colour::green: return "green";
  }
  return "";
}

ports::Result<Argument> parse_argument(ArgumentKind kind, std::string_view text) {
  switch (kind) {
    case Kind::yes: return parse_word("true", text);
    case Kind::the_vault: return parse_word("vault", text);
    case Kind::the_rotator: return parse_word("rotator", text);
    case Kind::secret_value:
      if (text == "new") return SecretValue::created;
      if (text == "old") return SecretValue::previous;
      return expected("new or old", text);
    case Kind::duration:
    case Kind::wait: return parse_time(kind, text);
    case Kind::server: return parse_server(text);
    case Kind::route: return parse_route(text);
    case Kind::pods: return parse_pods(text);
    case Kind::exec_trouble: return parse_exec_trouble(text);
    case Kind::colour: return parse_colour(text);
  }
  return Argument();
}

std::string to_string(const Argument& argument) { return std::visit(Printer{}, argument); }

std::string schema_of(Kind kind) {
  switch (kind) {
    case Kind::yes: return R"("const": true)";
    case Kind::the_vault: return R"("const": "vault")";
    case Kind::the_rotator: return R"("const": "rotator")";
    case Kind::secret_value: return R"("type": "string", "enum": ["new", "old"])";
    case Kind::duration: return R"("$ref": "#/definitions/duration")";
    case Kind::wait: return R"("anyOf": [{"const": "window"}, {"$ref": "#/definitions/duration"}])";
    case Kind::server: {
      std::string known;
      for (const auto server : servers)
        known.append(known.empty() ? "\"" : ", \"").append(server).append("\"");
      return R"("type": "string", "enum": [)" + known + "]";
    }
    case Kind::route: return R"("type": "string", "pattern": "^[^>]+(>[^>]+)?$")";
    case Kind::exec_trouble:
      return R"("type": "string", "enum": ["refused", "no_status", "truncated"])";
    case Kind::colour: return R"("type": "string", "enum": ["blue", "green"])";
    case Kind::pods:
      return R"("type": "integer", "minimum": 1, "maximum": )" + std::to_string(max_act_pods);
  }
  return {};
}

}  // namespace scenarios
