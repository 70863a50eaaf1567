#pragma once

namespace fovea {

/// Fills what the caller left closed of stdin, stdout and stderr, so that no file of a store gets their
/// numbers and is printed into. Writing there fails as before.
void fill_standard_streams();

/// The exit code of a command that came to its end with `code`: another where what it printed could not be
/// written, which an error tells. Silently 141 where the reader of a pipe has gone, as after `| head`, and
/// `code` where a terminal has.
int code_after_output(int code);

}  // namespace fovea
