#pragma once

#include <memory>

#include "stages/data/formats/input_file.hpp"
#include "stages/data/images/image_file.hpp"

namespace fovea {

/// The largest image file that is read.
inline constexpr std::size_t most_image_bytes = std::size_t{1} << 30;

/// Opens an image file after checks of its length; of a large one its begin and its end are checked too,
/// before memory for all of it is taken. Throws `Error` that begins with the path.
std::unique_ptr<InputFile> open_image(const std::filesystem::path& path);

/// Returns the size of an image by its header, after a check of its end: a JPEG ends with its end marker, a
/// PNG with its chunk IEND. Throws `Error` that begins with `place`.
ImageSize look_at_ends(FileBytes bytes, const std::string& place);

}  // namespace fovea
