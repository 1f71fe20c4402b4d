#include "mocks/portal/command.h"

#include <array>
#include <charconv>

namespace mocks::portal {
namespace {

// The injector's defaults: agent-run-as-user and agent-run-as-group.
constexpr int user_id = 100;
constexpr int group_id = 1000;

using kubernetes::ExecResult;

std::string octal(std::uint32_t value) {
  std::array<char, 16> digits = {};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 8).ptr;
  return {digits.data(), end};
}

std::int64_t unix_seconds(ports::WallTime at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

const vault::File* open(const Disk& disk, std::string_view path) {
  return path == disk.path ? disk.file : nullptr;
}

ExecResult cat(const std::vector<std::string>& argv, const Disk& disk) {
  ExecResult out;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (const auto* file = open(disk, argv[i])) {
      out.standard_output += file->content;
      continue;
    }
    out.standard_error += "cat: " + argv[i] + ": No such file or directory\n";
    out.exit_code = 1;
  }
  return out;
}

std::string stat_field(char directive, const std::string& path, const vault::File& file) {
  switch (directive) {
    case 'n': return path;
    case 's': return std::to_string(file.content.size());
    case 'Y':  // modified
    case 'Z':  // status changed: the rename that put it there
      return std::to_string(unix_seconds(file.modified));
    case 'i': return std::to_string(file.inode);
    case 'a': return octal(file.mode);
    case 'u': return std::to_string(user_id);
    case 'g': return std::to_string(group_id);
    case 'F': return "regular file";
    case '%': return "%";
    default: return "?";
  }
}

ExecResult stat(const std::vector<std::string>& argv, const Disk& disk) {
  ExecResult out;
  if (argv.size() < 4 || (argv[1] != "-c" && argv[1] != "--format")) {
    out.exit_code = 1;
    out.standard_error = "stat: missing operand\nTry 'stat --help' for more information.\n";
    return out;
  }
  for (std::size_t i = 3; i < argv.size(); ++i) {
    const auto* file = open(disk, argv[i]);
    if (file == nullptr) {
      out.standard_error += "stat: cannot statx '" + argv[i] + "': No such file or directory\n";
      out.exit_code = 1;
      continue;
    }
    const std::string& format = argv[2];
    for (std::size_t at = 0; at < format.size(); ++at) {
      if (format[at] == '%' && at + 1 < format.size()) {
        out.standard_output += stat_field(format[++at], argv[i], *file);
      } else {
        out.standard_output += format[at];
      }
    }
    out.standard_output += '\n';
  }
  return out;
}

ExecResult id(const std::vector<std::string>& argv) {
  const auto user = std::to_string(user_id);
  const auto group = std::to_string(group_id);
  if (argv.size() > 1 && argv[1] == "-u") return {.standard_output = user + "\n"};
  if (argv.size() > 1 && argv[1] == "-g") return {.standard_output = group + "\n"};
  return {.standard_output = "uid=" + user + " gid=" + group + " groups=" + group + "\n"};
}

}  // namespace

ExecResult run_command(const std::vector<std::string>& argv, const Disk& disk) {
  std::string_view name = argv.front();
  for (const std::string_view folder : {"/bin/", "/usr/bin/"})
    if (name.starts_with(folder)) name.remove_prefix(folder.size());
  if (name == "cat") return cat(argv, disk);
  if (name == "stat") return stat(argv, disk);
  if (name == "id") return id(argv);
  if (name == "true") return {};
  if (name == "false") return {.exit_code = 1};
  return {.found = false, .exit_code = 127};
}

}  // namespace mocks::portal
