#include "stages/data/formats/image_list.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <numeric>

#include "graph/error.hpp"
#include "stages/data/for_all.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/data/formats/raw_images.hpp"
#include "stages/data/images/image_file.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Images of at most so many pixels a side are kept as pixels.
constexpr std::size_t small_side = 64;
constexpr std::size_t standard_side = 224;
constexpr std::size_t most_file_bytes = std::size_t{1} << 30;
/// Some programs write a few bytes behind the end of an image.
constexpr std::size_t end_bytes = 4096;
constexpr std::size_t large_file_bytes = std::size_t{1} << 24;
constexpr std::size_t most_listed = 5;

bool ends_with_mark(FileBytes bytes, FileBytes mark) {
  const auto tail = bytes.last(std::min(bytes.size(), end_bytes));
  return std::search(tail.begin(), tail.end(), mark.begin(), mark.end()) != tail.end();
}

void check_end(FileBytes bytes, bool is_png, const std::string& place) {
  static constexpr std::array<std::uint8_t, 2> jpeg_end{0xff, 0xd9};
  static constexpr std::array<std::uint8_t, 12> png_end{0,   0,   0,    0,    'I',  'E',
                                                        'N', 'D', 0xae, 0x42, 0x60, 0x82};
  if (!ends_with_mark(bytes, is_png ? FileBytes(png_end) : FileBytes(jpeg_end)))
    throw Error(place + ": is cut off; fetch the file again");
}

/// What an error says is wrong, without its place and without the advice.
std::string reason_of(const Error& error, const std::string& place) {
  std::string text = error.what();
  if (text.starts_with(place + ": ")) text.erase(0, place.size() + 2);
  return text.substr(0, text.rfind("; "));
}

/// Calls `body(i)` for these images of the list on all threads. Those for which it throws are added to the
/// broken ones, and their size becomes 0 x 0.
void look_at(const ImageList& list, const std::vector<std::size_t>& images, InspectedImages& found,
             const Context& context, const std::function<void(std::size_t)>& body) {
  std::vector<std::string> reasons(images.size());
  for_all_images(images.size(), context, [&](std::size_t k) {
    try {
      body(images[k]);
    } catch (const Error& error) {
      reasons[k] = reason_of(error, list.images[images[k]].path.string());
    }
  });
  for (std::size_t k = 0; k < images.size(); ++k) {
    if (reasons[k].empty()) continue;
    found.broken.push_back({images[k], reasons[k]});
    found.sizes[images[k]] = {};
  }
  std::sort(found.broken.begin(), found.broken.end(),
            [](const auto& a, const auto& b) { return a.image < b.image; });
}

std::vector<std::size_t> all_of(const ImageList& list) {
  std::vector<std::size_t> images(list.images.size());
  std::iota(images.begin(), images.end(), std::size_t{0});
  return images;
}

/// The images that are not broken, in order.
std::vector<std::size_t> whole_of(const InspectedImages& found) {
  std::vector<std::size_t> images;
  for (std::size_t i = 0; i < found.sizes.size(); ++i) {
    if (found.sizes[i].height > 0) images.push_back(i);
  }
  return images;
}

/// All files one after the other, with the room of those that are broken.
struct ImageBytes {
  std::shared_ptr<std::uint8_t[]> bytes;
  std::vector<std::size_t> offsets{0};
  InspectedImages found;

  std::span<std::uint8_t> file(std::size_t i) const {
    return {bytes.get() + offsets[i], offsets[i + 1] - offsets[i]};
  }
};

ImageDecoder& decoder() {
  thread_local ImageDecoder one;
  return one;
}

/// Looks at both ends of a file, which is then worth the memory that all of it takes.
void look_at_large(const InputFile& file) {
  std::vector<std::uint8_t> bytes(std::min(file.size(), end_bytes));
  file.read(0, bytes);
  if (!is_image(bytes)) image_size(bytes, file.path().string());
  const bool is_png = bytes[0] == 0x89;
  file.read(file.size() - bytes.size(), bytes);
  check_end(bytes, is_png, file.path().string());
}

/// Opens a file and looks at its length.
std::unique_ptr<InputFile> open_image(const fs::path& path) {
  auto file = std::make_unique<InputFile>(path);
  if (file->size() == 0) throw Error(path.string() + ": is empty; fetch the file again");
  if (file->size() > most_file_bytes)
    throw Error(path.string() + ": has " + std::to_string(file->size()) + " bytes; at most 1 GiB is read");
  if (file->size() > large_file_bytes) look_at_large(*file);
  return file;
}

/// Where each file goes; one that is not there takes no room.
std::vector<std::size_t> offsets_of(const ImageList& list) {
  std::vector<std::size_t> offsets{0};
  for (const auto& image : list.images) {
    std::error_code code;
    const auto size = fs::file_size(image.path, code);
    offsets.push_back(offsets.back() + (!code && size <= most_file_bytes ? size : 0));
  }
  return offsets;
}

/// The size of an image by its header, after a look at its end.
ImageSize look_at_ends(FileBytes bytes, const std::string& place) {
  const auto size = image_size(bytes, place);
  check_end(bytes, bytes[0] == 0x89, place);
  return size;
}

ImageBytes read_files(const ImageList& list, const Context& context) {
  auto offsets = offsets_of(list);
  ImageBytes all{take_memory(offsets.back(), list.top.string()), std::move(offsets), {}};
  all.found.sizes.resize(list.images.size());
  look_at(list, all_of(list), all.found, context, [&](std::size_t i) {
    const auto& path = list.images[i].path;
    const auto file = open_image(path);
    const auto to = all.file(i);
    if (file->size() != to.size()) throw Error("changes while it is read; wait until it is whole");
    file->read(0, to);
    all.found.sizes[i] = look_at_ends(to, path.string());
  });
  return all;
}

/// Broken files as an error or a warning, as the options want.
void report_broken(const ImageList& list, const std::vector<BrokenImage>& broken, const ImageOptions& options,
                   const Context& context) {
  if (broken.empty()) return;
  const auto count = std::to_string(broken.size()) + " of " + std::to_string(list.images.size()) + " images ";
  const auto which = (broken.size() == 1 ? "is broken: " : "are broken: ") + broken_text(list, broken);
  if (broken.size() == list.images.size())
    throw Error(list.top.string() + ": " + count + which + "; give images that can be read");
  if (!options.skip_broken) {
    throw Error(list.top.string() + ": " + count + which +
                "; mend or remove what is broken, or set \"on_broken\": \"skip\"");
  }
  context.warn(list.top.string() + ": " + count + which + "; left out");
}

/// The one size of all images that are not broken, or nothing.
std::optional<ImageSize> common_size(const InspectedImages& found) {
  std::optional<ImageSize> common;
  for (const auto& size : found.sizes) {
    if (size.height == 0) continue;
    if (!common) common = size;
    if (size.height != common->height || size.width != common->width) return std::nullopt;
  }
  return common;
}

/// Decodes every image into memory of `size` for each.
std::shared_ptr<std::uint8_t[]> decode(const ImageList& list, ImageBytes& all, const ImageSize& size,
                                       const Context& context) {
  const auto images = whole_of(all.found);
  const auto pixels = take_memory(images.size() * size.values(), list.top.string());
  std::vector<std::size_t> places(list.images.size());
  for (std::size_t k = 0; k < images.size(); ++k) places[images[k]] = k;
  const auto at = [&](std::size_t place) { return pixels.get() + place * size.values(); };
  look_at(list, images, all.found, context, [&](std::size_t i) {
    const auto picture = decoder().whole(all.file(i), size.channels, list.images[i].path.string());
    if (picture.pixels.size() != size.values()) throw Error("decodes to another size than its header says");
    std::memcpy(at(places[i]), picture.pixels.data(), size.values());
  });
  std::size_t done = 0;
  for (const auto i : whole_of(all.found)) {
    if (places[i] != done) std::memcpy(at(done), at(places[i]), size.values());
    ++done;
  }
  return pixels;
}

/// Goes through every image, so that damage is met before anything is made of it.
void check_whole(const ImageList& list, ImageBytes& all, const Context& context) {
  look_at(list, whole_of(all.found), all.found, context,
          [&](std::size_t i) { decoder().check(all.file(i), list.images[i].path.string()); });
}

/// The labels and parts of all images that are not broken.
void add_labels(const ImageList& list, const InspectedImages& found, RawImages& images) {
  for (const auto i : whole_of(found)) {
    images.labels.push_back(list.images[i].label);
    images.parts.push_back(static_cast<std::uint8_t>(list.images[i].part));
  }
}

/// The bytes of the files that are not broken, one after the other.
Dataset encoded_dataset(const ImageList& list, const ImageBytes& all, const ImageSize& seen) {
  RawImages images{seen, nullptr, {}, {}};
  add_labels(list, all.found, images);
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> extents;
  for (const auto i : whole_of(all.found)) {
    const auto file = all.file(i);
    auto* to = all.bytes.get() + offsets.back();
    if (to != file.data()) std::memmove(to, file.data(), file.size());
    offsets.push_back(offsets.back() + static_cast<std::int64_t>(file.size()));
    const auto& size = all.found.sizes[i];
    extents.insert(extents.end(),
                   {static_cast<std::int32_t>(size.height), static_cast<std::int32_t>(size.width)});
  }
  auto data = raw_dataset(std::move(images));
  data.encoded = {std::span<const std::uint8_t>(all.bytes.get(), static_cast<std::size_t>(offsets.back())),
                  all.bytes};
  data.offsets = std::move(offsets);
  data.extents = std::move(extents);
  return data;
}

}  // namespace

bool has_image_name(const fs::path& path) {
  const auto suffix = lower(path.extension().string());
  return suffix == ".jpg" || suffix == ".jpeg" || suffix == ".png";
}

std::optional<Part> part_named(std::string_view name) {
  const auto small = lower(name);
  if (small == "train" || small == "training") return Part::train;
  if (small == "val" || small == "valid" || small == "validation") return Part::validation;
  if (small == "test" || small == "testing") return Part::test;
  return std::nullopt;
}

ImageSize check_image(FileBytes bytes, const std::string& place) {
  look_at_ends(bytes, place);
  return decoder().check(bytes, place);
}

InspectedImages inspect_images(const ImageList& list, const Context& context) {
  InspectedImages found;
  found.sizes.resize(list.images.size());
  look_at(list, all_of(list), found, context, [&](std::size_t i) {
    thread_local std::vector<std::uint8_t> bytes;
    const auto file = open_image(list.images[i].path);
    bytes.resize(file->size());
    file->read(0, bytes);
    found.sizes[i] = check_image(bytes, list.images[i].path.string());
  });
  return found;
}

std::string broken_text(const ImageList& list, std::span<const BrokenImage> broken) {
  const auto folder = fs::is_directory(list.top) ? list.top : list.top.parent_path();
  std::vector<std::string> texts;
  for (const auto& [image, reason] : broken.first(std::min(broken.size(), most_listed)))
    texts.push_back(quote(list.images[image].path.lexically_proximate(folder).string()) + " (" + reason +
                    ")");
  const auto rest = broken.size() - texts.size();
  return join(texts, ", ") + (rest > 0 ? " and " + std::to_string(rest) + " more" : "");
}

Dataset read_images(const ImageList& list, const ImageOptions& options, const Context& context) {
  for (const auto& warning : list.warnings) context.warn(list.top.string() + ": " + warning);
  auto all = read_files(list, context);
  const auto& sizes = all.found.sizes;
  const bool colour =
      std::any_of(sizes.begin(), sizes.end(), [](const auto& size) { return size.channels == 3; });
  const auto channels = options.channels.value_or(colour ? 3 : 1);
  const auto common = common_size(all.found);
  auto seen = options.seen.value_or(ImageSize{standard_side, standard_side, channels});
  seen.channels = channels;
  const bool is_small = common && common->height <= small_side && common->width <= small_side;
  const bool as_they_are =
      is_small && (!options.seen || (seen.height == common->height && seen.width == common->width));
  Dataset data;
  if (as_they_are) {
    RawImages images{{common->height, common->width, channels}, nullptr, {}, {}};
    images.pixels = decode(list, all, images.size, context);
    report_broken(list, all.found.broken, options, context);
    add_labels(list, all.found, images);
    data = raw_dataset(std::move(images));
  } else {
    check_whole(list, all, context);
    report_broken(list, all.found.broken, options, context);
    data = encoded_dataset(list, all, seen);
  }
  data.class_names = list.class_names;
  return data;
}

}  // namespace fovea
