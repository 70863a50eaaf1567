#pragma once

#include <filesystem>
#include <optional>

#include "runtime/context.hpp"
#include "stages/data/dataset.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// An image file with its class and part.
struct ListedImage {
  std::string name;  ///< path below the list's folder, or as in the table
  std::int32_t label = 0;
  Part part = Part::none;
};

/// A column of a table beside the classes, such as a place or a camera.
struct ListedAttribute {
  std::string name;
  std::vector<std::string> values;  ///< one per image
};

/// Image files with their classes, in the order of the samples.
struct ImageList {
  std::filesystem::path top;     ///< the folder or file that lists them; errors begin with it
  std::filesystem::path folder;  ///< the folder that their names are relative to
  std::vector<ListedImage> images;
  std::vector<std::string> class_names;
  std::vector<std::string> warnings;  ///< other findings
  std::string doubt;                  ///< why the class folders may be none, with advice; "" without doubt
  std::vector<ListedAttribute> attributes{};

  std::filesystem::path path(std::size_t i) const { return folder / images[i].name; }
};

/// Options for reading image files.
struct ImageOptions {
  bool classes_meant = false;  ///< whether the user confirmed the classes
  bool skip_broken = false;    ///< whether broken files are skipped with a warning; else they are an error
  std::optional<std::size_t> channels;  ///< 1 or 3; by default 3 where any image has 3
  std::optional<ImageSize> seen;        ///< height and width; by default the images' own, see `read_images`
};

/// A file that is not a complete image.
struct BrokenImage {
  std::size_t image = 0;  ///< its position in the list
  std::string reason;
};

/// The results of the inspection: the size of each image, 0 x 0 where it is broken.
struct InspectedImages {
  std::vector<ImageSize> sizes;
  std::vector<BrokenImage> broken;
  std::vector<BrokenImage> odd;  ///< undamaged; the reason tells the oddity
};

/// Returns whether the name has an extension of images: .jpg, .jpeg or .png in any case.
bool has_image_name(const std::filesystem::path& path);

/// Returns the part of that name: train, training, val, valid, validation, test, testing, in any case.
std::optional<Part> part_named(std::string_view name);

/// Adds a warning for classes whose names differ in case only.
void warn_of_alike(ImageList& list);

/// Adds the paths of the images that exist.
void add_files(const ImageList& list, std::vector<std::filesystem::path>& files);

/// Returns the size of an image after decoding it. Throws `Error` that begins with `place` where it is no
/// JPEG or PNG, is damaged anywhere, or was cut off: a JPEG ends with its end marker, a PNG with its chunk
/// IEND.
ImageSize check_image(std::span<const std::uint8_t> bytes, const std::string& place);

/// Checks every file on all threads, and keeps no pixels.
InspectedImages inspect_images(const ImageList& list, const Context& context);

/// Reads and decodes all files on all threads, so that all damage is reported with its path. Where the images
/// are all of one size, at most 64 x 64, and `seen` asks for no other, pixels are kept; else the bytes of the
/// files are kept, and the images are seen in 224 x 224 unless `seen` says otherwise. Statistics are left
/// empty.
Dataset read_images(const ImageList& list, const ImageOptions& options, const Context& context);

/// Lists the first few broken files with their reasons: `"a.png" (is empty), "b.png" (...) and 3 more`.
std::string broken_text(const ImageList& list, std::span<const BrokenImage> broken);

/// Returns a warning: `2 of 9 images are not quite in order, such as "a.jpg" (...); see whether they look
/// right`; "" where there are none.
std::string odd_text(const ImageList& list, std::span<const BrokenImage> odd);

}  // namespace fovea
