#pragma once

#include "graph/error.hpp"
#include "stages/data/formats/image_list.hpp"

namespace fovea {

/// A format that `load` reads from files; a new one is one more line in the table of `formats`.
struct Format {
  std::string name;
  std::string doc;     ///< what it is
  std::string sign;    ///< what makes a path hold it, for errors
  bool is_file;        ///< whether the path may be a file
  bool names_classes;  ///< whether its samples name their classes, so that these have no order of their own
  bool (*holds)(const std::filesystem::path&);
  /// The files whose bytes decide the data, and the folders whose names do, which end in a slash.
  std::vector<std::filesystem::path> (*sources)(const std::filesystem::path&);
  /// The images, where these are files of their own; else null.
  ImageList (*list)(const std::filesystem::path&);
  /// Reads everything but statistics; class names only where the format has them.
  Dataset (*read)(const std::filesystem::path&, const ImageOptions&, const Context&);
};

/// All formats of files, in the order in which a path is tried for them.
const std::vector<Format>& formats();

/// What `load` allows for `format`: "auto", the formats of files, "synthetic".
std::vector<std::string> format_names();

/// A path to data without a slash at its end, and the format it is in, which is found where `name` is "auto".
/// Throws `Error` where nothing is there, or nothing that is known.
struct FoundData {
  std::filesystem::path path;
  const Format* format = nullptr;
  bool guessed = false;  ///< whether the format was found by what is there
};
FoundData find_data(const std::filesystem::path& path, const std::string& name);

/// Throws an error about the data once more; where its format was guessed and the path holds another as well,
/// with the advice to name that.
[[noreturn]] void throw_at(const FoundData& found, const Error& error);

/// Runs what reads the data, and completes its errors.
template <class Body>
decltype(auto) reading(const FoundData& found, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error& error) {
    throw_at(found, error);
  }
}

}  // namespace fovea
