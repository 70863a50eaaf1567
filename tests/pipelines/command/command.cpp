#include "tests/pipelines/command/command.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"

namespace {

std::string shell_quote(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string program_line(const std::string& program, const std::vector<std::string>& arguments) {
  std::string line = shell_quote(std::string(FOVEA_BINARY_DIR) + "/" + program);
  for (const auto& each : arguments) line += " " + shell_quote(each);
  return line;
}

/// Runs a command in a folder, and `after` behind it in the same shell.
Finished run_line(const std::string& command, const std::string& after, const std::string& folder) {
  const Folder kept;
  const auto line = "cd " + shell_quote(folder) + "; " + command + " >" + shell_quote(kept / "out") + " 2>" +
                    shell_quote(kept / "err") + " </dev/null" + after;
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, bytes_of(kept / "out"), bytes_of(kept / "err")};
}

}  // namespace

Finished run_program(const std::string& program, const std::vector<std::string>& arguments,
                     const std::string& folder, const std::vector<std::string>& environment) {
  std::string line = "exec env";
  for (const auto& each : environment) line += " " + shell_quote(each);
  return run_line(line + " " + program_line(program, arguments), "", folder);
}

Finished run_until(const std::string& pattern, const std::string& program,
                   const std::vector<std::string>& arguments, const std::string& folder,
                   const std::string& signal) {
  // After 15,000 looks, which take five minutes, it looks no more.
  const std::string after = " & looks=0; until ls " + pattern +
                            " >/dev/null 2>&1 || [ $((looks += 1)) -gt 15000 ]; do sleep 0.02; done; kill -" +
                            signal + " $!; wait $!; code=$?; [ $looks -le 15000 ] || exit 99; exit $code";
  const auto done = run_line(program_line(program, arguments), after, folder);
  if (done.code == 99) FAIL("after five minutes, still no file like " << pattern << ": " << done.err);
  return done;
}

Finished run_script(const std::string& script, const std::string& folder) {
  const auto program = shell_quote(std::string(FOVEA_BINARY_DIR) + "/fovea");
  return run_line("FOVEA=" + program + " bash -c " + shell_quote(script), "", folder);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}
