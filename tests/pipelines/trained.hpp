#pragma once

#include "tests/pipelines/scratch_folder.hpp"

/// A scratch folder on which the small pipeline has run once. It is run for the first test that asks, in the
/// build folder; all tests, those of other processes too, get a copy of what it left, until the program is
/// built anew.
struct Trained : ScratchFolder {
  Trained();
};
