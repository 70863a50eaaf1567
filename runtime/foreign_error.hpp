#pragma once

#include <exception>

#include "graph/error.hpp"

namespace fovea {

/// What the standard library or another one threw, as a sentence for people: too little memory, no more
/// threads, a file that the system refused. What nobody has a sentence for stays as it is.
Error as_error(const std::exception& thrown);

}  // namespace fovea
