#pragma once

#include "tests/pipelines/scratch_folder.hpp"

/// A scratch folder on which the small pipeline has run once. It is run for the first test that asks, in the
/// build folder; all tests, those of other processes too, get a copy of what it left, until the program is
/// built anew.
struct Trained : ScratchFolder {
  Trained();
  fs::path run() const { return run_directories(*this).front(); }
};

/// The same of a pipeline that trains on image files: `photos/train` and `photos/test` hold a folder for
/// each of cat, dog and owl, with files of different sizes, JPEG and PNG, gray and RGB: 1.jpg to 11.jpg in
/// `test`.
struct TrainedOnFiles : ScratchFolder {
  TrainedOnFiles();
  fs::path run() const { return run_directories(*this).front(); }
};
