#pragma once

#include "graph/error.hpp"
#include "stages/data/formats/image_list.hpp"

namespace fovea {

/// A format that `load` reads from files; a new one is one more line in the table of `formats`.
struct Format {
  std::string name;
  std::string doc;     ///< one line for users
  std::string sign;    ///< the feature by which a path is recognised, for errors
  bool is_file;        ///< whether the path may be a file
  bool names_classes;  ///< whether samples name their classes, so that classes have no order of their own
  bool (*holds)(const std::filesystem::path&);
  /// Returns the files whose bytes decide the data, and the folders whose names do; folders end in a slash.
  std::vector<std::filesystem::path> (*sources)(const std::filesystem::path&);
  /// Lists the images where they are separate files; else null.
  ImageList (*list)(const std::filesystem::path&);
  /// Reads everything but statistics; class names only where the format has them.
  Dataset (*read)(const std::filesystem::path&, const ImageOptions&, const Context&);
};

/// Returns all formats of files, in the order of detection.
const std::vector<Format>& formats();

/// Returns the values of `load`'s `format`: "auto", the formats of files, "synthetic".
std::vector<std::string> format_names();

/// A path to data without a slash at its end, with its format, which is detected where `name` is "auto".
/// Throws `Error` where nothing is there, or nothing in a known format.
struct FoundData {
  std::filesystem::path path;
  const Format* format = nullptr;
  bool guessed = false;  ///< whether the format was detected
};
FoundData find_data(const std::filesystem::path& path, const std::string& name);

/// Rethrows an error about the data; where the format was detected and the path fits another format as well,
/// with the advice to name that.
[[noreturn]] void throw_at(const FoundData& found, const Error& error);

/// Runs a function that reads the data, and completes its errors.
template <class Body> decltype(auto) reading(const FoundData& found, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error& error) {
    throw_at(found, error);
  }
}

}  // namespace fovea
