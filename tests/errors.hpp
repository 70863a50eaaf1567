#pragma once

#include <string>

#include "graph/error.hpp"

/// The whole text of the `fovea::Error` that `body` throws; "(nothing was thrown)" where it does not.
template <class Body> std::string error_of(Body&& body) {
  try {
    body();
  } catch (const fovea::Error& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}
