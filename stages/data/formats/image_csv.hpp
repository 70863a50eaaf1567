#pragma once

#include "stages/data/formats/image_list.hpp"

namespace fovea {

/// Returns whether this is a .csv or .tsv file, or a folder that holds "labels.csv".
bool holds_image_csv(const std::filesystem::path& path);

/// Lists the images of a CSV file, in its order. Its header names, in any case, the columns `path` (or
/// `filename`, `file`, `image`), `label` (or `class`) and, if need be, `part` (or `split`, where its values
/// are parts); other columns are attributes of the images. A first column without a name that holds row
/// numbers is left out with a warning. Paths are relative to the CSV file, with slashes or backslashes.
/// Labels that differ in spaces around them or in the Unicode form of their letters are one class. A part is
/// train, val or test in any usual spelling, or empty. Classes are sorted by name, or as numbers where all
/// are whole numbers. Throws `Error` with line and column.
ImageList list_image_csv(const std::filesystem::path& path);

/// Returns the CSV file and those of its images that exist.
std::vector<std::filesystem::path> image_csv_sources(const std::filesystem::path& path);

/// Returns whether the text is a whole number without a sign.
bool is_whole_number(std::string_view text);

}  // namespace fovea
