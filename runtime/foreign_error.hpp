#pragma once

#include <exception>

#include "graph/error.hpp"

namespace fovea {

/// Translates an exception of the standard library or another library into a sentence for people: too little
/// memory, no more threads, a file that the system refused. Unknown exceptions keep their text.
Error as_error(const std::exception& thrown);

/// Whether an error is transient, such as a lack of disk space or memory, so that a retry may succeed with
/// nothing changed.
bool may_pass(const Error& error);

}  // namespace fovea
