#pragma once

#include "runtime/store/hdf5_contents.hpp"

namespace fovea {

/// Scans a file from elsewhere. HDF5 is not made for files that are damaged on purpose, so it reads this one
/// in a process of its own, which may crash or hang; what it finds there is checked against the file's length
/// again. Throws `Error` with the path where the file is refused, or HDF5 does not survive it.
H5Contents scan_hdf5_apart(std::shared_ptr<const MappedFile> file);

}  // namespace fovea
