#pragma once

#include <exception>

#include "graph/error.hpp"

namespace fovea {

/// What the standard library or another one threw, as a sentence for people: too little memory, no more
/// threads, a file that the system refused. What nobody has a sentence for stays as it is.
Error as_error(const std::exception& thrown);

/// Whether an error tells of what was short or in the way at the time, as space on the disk or memory, so
/// that the same may go well later with nothing changed.
bool may_pass(const Error& error);

}  // namespace fovea
