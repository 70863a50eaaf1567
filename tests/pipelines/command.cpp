#include "tests/pipelines/command.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/folder.hpp"

namespace {

std::string shell_quote(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

Finished run_program(const std::string& program, const std::vector<std::string>& arguments,
                     const std::string& folder, const std::vector<std::string>& environment) {
  const Folder kept;
  std::string line = "cd " + shell_quote(folder) + " && env";
  for (const auto& each : environment) line += " " + shell_quote(each);
  line += " " + shell_quote(std::string(FOVEA_BINARY_DIR) + "/" + program);
  for (const auto& each : arguments) line += " " + shell_quote(each);
  line += " >" + shell_quote(kept / "out") + " 2>" + shell_quote(kept / "err") + " </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(kept / "out"), contents(kept / "err")};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}
