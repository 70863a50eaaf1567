#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace fovea {

/// Opens and scans an HDF5 file of a stranger in a child process first: the HDF5 library is not made for
/// hostile files, and crashes on some or never comes to an end. Throws `Error` that begins with the path
/// where it does. What else is wrong with the file is left to `H5Reader`.
void expect_harmless_hdf5(const std::filesystem::path& path);

/// Runs `body` in a child process, which may take two seconds of computing. Returns "" if it came to an end,
/// by an exception too, else what became of it: "crashes" or "takes too long". Throws `Error` where no
/// process can be had.
std::string fate_in_child(const std::function<void()>& body);

}  // namespace fovea
