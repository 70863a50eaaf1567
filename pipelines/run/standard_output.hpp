#pragma once

#include <string>

namespace fovea {

/// Fills what the caller left closed of stdin, stdout and stderr, so that no file of a store gets their
/// numbers and is printed into. Writing there fails as before.
void fill_standard_streams();

/// What has come out well all the same, as "the run itself is whole, in results/x": told where what was
/// printed of it could not be written.
void remember_as_whole(std::string words);

/// The exit code of a command that came to its end with `code`: another where what it printed could not be
/// written, which an error tells. Silently 141 where the reader of a pipe has gone, as after `| head`, and
/// `code` where a terminal has.
int code_after_output(int code);

}  // namespace fovea
