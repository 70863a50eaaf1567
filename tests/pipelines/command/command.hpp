#pragma once

#include <string>
#include <vector>

/// What a finished program left.
struct Finished {
  int code = -1;
  std::string out;
  std::string err;
};

/// Runs `build/<program>` with these arguments in a folder, with more environment variables as "NAME=value".
Finished run_program(const std::string& program, const std::vector<std::string>& arguments,
                     const std::string& folder, const std::vector<std::string>& environment = {});

/// The same, but the program gets a signal as soon as a file is there whose name matches the shell's pattern.
Finished run_until(const std::string& pattern, const std::string& program,
                   const std::vector<std::string>& arguments, const std::string& folder,
                   const std::string& signal = "TERM");

/// Runs lines of bash in a folder, where $FOVEA is the program.
Finished run_script(const std::string& script, const std::string& folder);

/// The lines of a text.
std::vector<std::string> lines_of(const std::string& text);
