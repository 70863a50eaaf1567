#include "pipelines/command/words.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <set>

#include "pipelines/run/usage.hpp"

namespace fovea {
namespace {

/// Returns the innermost subcommand on the command line.
const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.front());
}

/// Returns a command's full name: "fovea store ls".
std::string place_of(const CLI::App& command) {
  const auto* above = command.get_parent();
  return (above == nullptr ? "" : place_of(*above) + " ") + command.get_name();
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

/// Returns the error about unexpected arguments, with the nearest flag or command.
std::string unexpected(const CLI::App& app) {
  const auto& command = deepest(app);
  const auto place = place_of(command) + ": ";
  const auto commands = commands_of(command);
  std::vector<std::string> flags;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
  }
  const auto rest = app.remaining(true);
  if (!commands.empty() && !rest.front().starts_with("-"))
    return place + "unknown command " + quote(rest.front()) + suggestion(rest.front(), commands);
  const auto is_flag = [](const std::string& text) { return text.starts_with("-"); };
  const auto first = std::find_if(rest.begin(), rest.end(), is_flag);
  if (first == rest.end()) return place + quote(rest.front()) + " was not expected; see --help";
  const auto name = first->substr(0, first->find('='));
  const auto meant = flag_meant(name, flags);
  return place + "unknown flag " + quote(name) +
         (meant.empty() ? "; see --help" : "; did you mean " + quote(meant) + "?");
}

/// Returns the flag of a command that an argument names, or null; `-oFILE` names -o.
const CLI::Option* flag_of(const CLI::App& command, const std::string& word) {
  const auto name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
  for (const auto* option : command.get_options()) {
    if (name.starts_with("-") && option->nonpositional() && option->check_name(name)) return option;
  }
  return nullptr;
}

bool takes_value(const CLI::Option& flag) {
  return flag.get_items_expected_max() > 0;
}

/// Whether an argument must be a flag: a value may begin with a dash, as -1 does.
bool can_only_be_flag(const CLI::App& command, const std::string& word) {
  return word.starts_with("--") || (word.size() == 2 && flag_of(command, word) != nullptr);
}

/// Checks that a flag has a value inside its argument, in the next argument or none, as declared; returns
/// whether the next argument is its value.
bool has_value_behind(const CLI::App& command, const CLI::Option& flag, const std::string& word,
                      const std::string& next) {
  const bool is_long = word.starts_with("--");
  const auto equals = std::min(word.find('='), word.size());
  const auto name = word.substr(0, equals), value = word.substr(equals);
  if (!takes_value(flag)) {
    if (value.empty()) return false;
    throw UsageError(name + ": takes no value; leave out " + quote(value));
  }
  if (!is_long && value == "=") throw UsageError(name + ": an empty value; give one, or leave the flag out");
  if (!is_long && equals == 2 && !value.empty())
    throw UsageError(name + ": " + quote(value) + " is no value; write " + name + " " + value.substr(1));
  if (is_long ? !value.empty() : word.size() > 2) return false;
  if (!next.empty() && !can_only_be_flag(command, next)) return true;
  throw UsageError(word + ": a value is missing" + (next.empty() ? "" : " before " + quote(next)) +
                   "; see --help");
}

/// Returns the command that the first arguments name, and the remaining arguments.
std::pair<const CLI::App*, std::span<const std::string>> command_of(const CLI::App& app,
                                                                    std::span<const std::string> words) {
  for (const auto* below : app.get_subcommands({})) {
    if (!words.empty() && words[0] == below->get_name()) return command_of(*below, words.subspan(1));
  }
  return {&app, words};
}

}  // namespace

void expect_flags_in_order(const CLI::App& app, std::span<const std::string> words) {
  const auto [command, rest] = command_of(app, words);
  std::set<const CLI::Option*> given;
  for (std::size_t i = 0; i < rest.size() && rest[i] != "--"; ++i) {
    const auto* flag = flag_of(*command, rest[i]);
    if (flag == nullptr) continue;
    const auto& word = rest[i];
    if (has_value_behind(*command, *flag, word, i + 1 < rest.size() ? rest[i + 1] : "")) ++i;
    if (given.insert(flag).second || flag->get_items_expected_max() != 1) continue;
    throw UsageError(word.substr(0, word.starts_with("--") ? word.find('=') : 2) +
                     ": is given twice; keep one of them");
  }
}

std::string usage_text(const CLI::App& app, const CLI::ParseError& error) {
  const auto& command = deepest(app);
  const auto place = place_of(command) + ": ";
  const std::string text = error.what();
  const auto first_word = text.substr(0, text.find_first_of(": "));
  if (!app.remaining(true).empty() &&
      error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ValidationError))
    return unexpected(app);
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::RequiredError:
      return commands_of(command).empty()
                 ? place + first_word + " is missing; see --help"
                 : place + "a command is missing; it is one of " + join(commands_of(command), ", ");
    case CLI::ExitCodes::ArgumentMismatch:
      return first_word + ": a value is missing; see --help";
    case CLI::ExitCodes::ExcludesError:
      return first_word + ": can't go together with " + text.substr(text.rfind(' ') + 1) + "; leave one out";
    default:
      return text;
  }
}

}  // namespace fovea
