#pragma once

#include <filesystem>
#include <optional>

#include "runtime/context.hpp"
#include "stages/data/dataset.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// An image file, what it shows, and the part it belongs to.
struct ListedImage {
  std::string name;  ///< its path below the list's folder, or as the table has it
  std::int32_t label = 0;
  Part part = Part::none;
};

/// What a table tells of its images beside their classes, such as a place or a camera.
struct ListedAttribute {
  std::string name;
  std::vector<std::string> values;  ///< one for each image
};

/// Image files with their classes, in the order in which they become samples.
struct ImageList {
  std::filesystem::path top;     ///< the folder or file that lists them, which errors begin with
  std::filesystem::path folder;  ///< what their names are below
  std::vector<ListedImage> images;
  std::vector<std::string> class_names;
  std::vector<std::string> warnings;  ///< what else was found there
  std::string doubt;  ///< why the classes may be none, and what to do then; "" where there is no doubt
  std::vector<ListedAttribute> attributes{};

  std::filesystem::path path(std::size_t i) const { return folder / images[i].name; }
};

/// How image files are taken.
struct ImageOptions {
  bool classes_meant = false;           ///< whether doubt about the classes has been answered
  bool skip_broken = false;             ///< leave broken files out with a warning; else they are an error
  std::optional<std::size_t> channels;  ///< 1 or 3; by default 3 where any image has 3
  std::optional<ImageSize> seen;        ///< height and width; by default the images' own, see `read_images`
};

/// A file that is no whole image.
struct BrokenImage {
  std::size_t image = 0;  ///< its place in the list
  std::string reason;
};

/// What was found out about the images: the size of each, 0 x 0 where it is broken.
struct InspectedImages {
  std::vector<ImageSize> sizes;
  std::vector<BrokenImage> broken;
  std::vector<BrokenImage> odd;  ///< whole all the same; the reason says what is not in order
};

/// Whether the name ends as those of images do: .jpg, .jpeg or .png in any case.
bool has_image_name(const std::filesystem::path& path);

/// The part of that name: train, training, val, valid, validation, test, testing, in any case.
std::optional<Part> part_named(std::string_view name);

/// Adds a warning for classes whose names differ in case only.
void warn_of_alike(ImageList& list);

/// Adds the paths of the images that are there.
void add_files(const ImageList& list, std::vector<std::filesystem::path>& files);

/// The size of an image, after going through all of it. Throws `Error` that begins with `place` where it is
/// no JPEG or PNG, is damaged anywhere, or was cut off: a JPEG ends with its end marker, a PNG with its chunk
/// IEND.
ImageSize check_image(std::span<const std::uint8_t> bytes, const std::string& place);

/// Checks every file on all threads, and keeps nothing of it.
InspectedImages inspect_images(const ImageList& list, const Context& context);

/// Reads all files on all threads, and goes through every image, so that all damage is known by its path.
/// Where the images are all of one size, at most 64 x 64 and not to be seen in another, they are decoded;
/// else the bytes of the files are kept, and the images are seen in 224 x 224 unless `seen` says otherwise.
/// Statistics are left empty.
Dataset read_images(const ImageList& list, const ImageOptions& options, const Context& context);

/// `"a.png" (is empty), "b.png" (...) and 3 more`: the first few broken files with what is wrong with them.
std::string broken_text(const ImageList& list, std::span<const BrokenImage> broken);

/// `2 of 9 images are not quite in order, such as "a.jpg" (...); see whether they look right`; "" where there
/// are none.
std::string odd_text(const ImageList& list, std::span<const BrokenImage> odd);

}  // namespace fovea
