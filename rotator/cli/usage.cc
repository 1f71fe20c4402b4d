#include "rotator/cli/usage.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "rotator/calls/utf8.h"
#include "rotator/cli/did_you_mean.h"

namespace rotator {
namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

// As they are typed, of the program and of the command that was named.
std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  const auto add = [&names](const CLI::App& one) {
    for (const auto* option : one.get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  };
  add(app);
  for (const auto* command : app.get_subcommands()) add(*command);
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// What follows `--output` or `-o`, apart or in one word; the last one counts. The parser is no help
// here: it may have given up.
bool asks_for_json(int argc, const char* const* argv) {
  std::string_view asked;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--output="))
      asked = word.substr(9);
    else if ((word == "--output" || word == "-o") && i + 1 < argc)
      asked = argv[i + 1];
    else if (word.starts_with("-o"))
      asked = word.substr(2);
  }
  return asked == "json" || asked == "=json";
}

// What is wrong with a command line that CLI11 could take apart; "" when nothing is.
std::string complaint(const CLI::App& app, Commands commands) {
  const auto known = commands_of(app);
  const auto named = app.get_subcommands();
  for (const auto& word : app.remaining(true)) {
    if (word.starts_with('-')) {
      const auto name = word.substr(0, word.find('='));
      return "there is no option '" + name + "'" + did_you_mean(name, options_of(app));
    }
    if (!named.empty()) return "'" + word + "' is one word too many";
    return "there is no command '" + word + "'" + did_you_mean(word, known) + "; known are " +
           listed(known);
  }
  if (named.size() > 1)
    return "one command at a time: '" + named[0]->get_name() + "' or '" + named[1]->get_name() +
           "'";
  if (named.empty() && commands == Commands::one)
    return "say which command: one of " + listed(known);
  return "";
}

}  // namespace

std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv,
                                      Commands commands) {
  app.allow_extras();
  for (auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    command->allow_extras();
  std::string wrong;
  try {
    app.parse(argc, argv);
    wrong = complaint(app, commands);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    wrong = error.what();
  }
  if (wrong.empty()) return std::nullopt;
  std::cerr << app.get_name() << ": " << printable(wrong) << "; see " << app.get_name()
            << " --help\n";
  if (asks_for_json(argc, argv)) {
    const nlohmann::ordered_json document = {{"schema", 1},
                                             {"error", {{"code", "usage"}, {"message", wrong}}}};
    std::cout << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << std::endl;
  }
  return exit_usage;
}

}  // namespace rotator
