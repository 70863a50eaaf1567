#pragma once

#include <string>

namespace fovea {

/// Opens /dev/null in place of closed standard streams, so that no file of a store gets their descriptors and
/// is printed into. Writes to these streams fail as before.
void fill_standard_streams();

/// Sets the sentence about completed work, as "the run itself is whole, in results/x", for the error about
/// output that could not be written.
void remember_as_whole(std::string words);

/// Returns the exit code of a command that ended with `code`: another code, with an error message, if its
/// output could not be written; silently 141 if the reader of a pipe is gone, as after `| head`, and `code`
/// if a terminal is gone.
int code_after_output(int code);

}  // namespace fovea
