#include "stages/data/formats/image_list.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>

#include "graph/error.hpp"
#include "stages/data/for_all.hpp"
#include "stages/data/formats/image_input.hpp"
#include "stages/data/formats/letters.hpp"
#include "stages/data/formats/raw_images.hpp"
#include "stages/data/images/image_file.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Images of at most this many pixels a side are kept as pixels.
constexpr std::size_t small_side = 64;
constexpr std::size_t standard_side = 224;
constexpr std::size_t most_listed = 5;

constexpr std::string_view again = "; fetch the file again";

/// Returns the fact of an error without its place and without general advice.
std::string reason_of(const Error& error, const std::string& place) {
  std::string text = error.what();
  if (text.starts_with(place + ": ")) text.erase(0, place.size() + 2);
  for (const std::string_view plain :
       {again, std::string_view("; check the path"), std::string_view("; data is read from files")}) {
    if (text.ends_with(plain)) text.erase(text.size() - plain.size());
  }
  return text;
}

/// Calls `body(i)` for these images of the list on all threads. Where it throws, the image is added to the
/// broken ones with size 0 x 0.
void look_at(const ImageList& list, const std::vector<std::size_t>& images, InspectedImages& found,
             const Context& context, const std::function<void(std::size_t)>& body) {
  std::vector<std::string> reasons(images.size());
  for_all_images(images.size(), context, [&](std::size_t k) {
    try {
      body(images[k]);
    } catch (const Error& error) {
      reasons[k] = reason_of(error, list.path(images[k]).string());
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

/// Collects oddities of undamaged images from all threads.
class OddImages {
 public:
  void add(std::size_t image, const std::string& what) {
    if (what.empty()) return;
    const std::scoped_lock lock(mutex_);
    all_.push_back({image, what});
  }
  std::vector<BrokenImage> in_order() {
    std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.image < b.image; });
    return std::move(all_);
  }

 private:
  std::mutex mutex_;
  std::vector<BrokenImage> all_;
};

std::vector<std::size_t> all_of(const ImageList& list) {
  std::vector<std::size_t> images(list.images.size());
  std::iota(images.begin(), images.end(), std::size_t{0});
  return images;
}

/// Returns the images that are not broken, in order.
std::vector<std::size_t> whole_of(const InspectedImages& found) {
  std::vector<std::size_t> images;
  for (std::size_t i = 0; i < found.sizes.size(); ++i) {
    if (found.sizes[i].height > 0) images.push_back(i);
  }
  return images;
}

/// The bytes of all files, one after the other; broken files keep their room.
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

/// Returns the offset of each file; a missing file takes no room.
std::vector<std::size_t> offsets_of(const ImageList& list) {
  std::vector<std::size_t> offsets{0};
  for (std::size_t i = 0; i < list.images.size(); ++i) {
    std::error_code code;
    const auto size = fs::file_size(list.path(i), code);
    offsets.push_back(offsets.back() + (!code && size <= most_image_bytes ? size : 0));
  }
  return offsets;
}

ImageBytes read_files(const ImageList& list, const Context& context) {
  auto offsets = offsets_of(list);
  ImageBytes all{take_memory(offsets.back(), list.top.string()), std::move(offsets), {}};
  all.found.sizes.resize(list.images.size());
  look_at(list, all_of(list), all.found, context, [&](std::size_t i) {
    const auto path = list.path(i);
    const auto file = open_image(path);
    const auto to = all.file(i);
    if (file->size() != to.size()) throw Error("changes while it is read; wait until it is whole");
    file->read(0, to);
    all.found.sizes[i] = look_at_ends(to, path.string());
  });
  return all;
}

/// Reports broken files as an error or a warning, as the options say.
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

/// Returns the common size of all images that are not broken, or nothing.
std::optional<ImageSize> common_size(const InspectedImages& found) {
  std::optional<ImageSize> common;
  for (const auto& size : found.sizes) {
    if (size.height == 0) continue;
    if (!common) common = size;
    if (size.height != common->height || size.width != common->width) return std::nullopt;
  }
  return common;
}

/// Decodes every image to pixels of `size`.
std::shared_ptr<std::uint8_t[]> decode(const ImageList& list, ImageBytes& all, const ImageSize& size,
                                       const Context& context) {
  const auto images = whole_of(all.found);
  const auto pixels = take_memory(images.size() * size.values(), list.top.string());
  std::vector<std::size_t> places(list.images.size());
  for (std::size_t k = 0; k < images.size(); ++k) places[images[k]] = k;
  const auto at = [&](std::size_t place) { return pixels.get() + place * size.values(); };
  OddImages odd;
  look_at(list, images, all.found, context, [&](std::size_t i) {
    const auto picture = decoder().whole(all.file(i), size.channels, list.path(i).string());
    if (picture.pixels.size() != size.values()) throw Error("decodes to another size than its header says");
    std::memcpy(at(places[i]), picture.pixels.data(), size.values());
    odd.add(i, decoder().oddity());
  });
  all.found.odd = odd.in_order();
  std::size_t done = 0;
  for (const auto i : whole_of(all.found)) {
    if (places[i] != done) std::memcpy(at(done), at(places[i]), size.values());
    ++done;
  }
  return pixels;
}

/// Decodes every image, so that damage is found before training.
void check_whole(const ImageList& list, ImageBytes& all, const Context& context) {
  OddImages odd;
  look_at(list, whole_of(all.found), all.found, context, [&](std::size_t i) {
    decoder().check(all.file(i), list.path(i).string());
    odd.add(i, decoder().oddity());
  });
  all.found.odd = odd.in_order();
}

/// Adds names, labels and parts of all images that are not broken.
void add_labels(const ImageList& list, const InspectedImages& found, RawImages& images) {
  for (const auto i : whole_of(found)) {
    images.names.add(list.images[i].name);
    images.labels.push_back(list.images[i].label);
    images.parts.push_back(static_cast<std::uint8_t>(list.images[i].part));
  }
}

/// Returns the attributes of all images that are not broken.
std::vector<Attribute> attributes_of(const ImageList& list, const InspectedImages& found) {
  std::vector<Attribute> all;
  for (const auto& [name, values] : list.attributes) {
    NameList kept;
    for (const auto i : whole_of(found)) kept.add(values[i]);
    all.push_back({name, kept.finish()});
  }
  return all;
}

/// Returns a data set of the bytes of all files that are not broken.
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

void warn_of_alike(ImageList& list) {
  std::map<std::string, std::string> known;
  for (const auto& name : list.class_names) {
    const auto [before, is_new] = known.emplace(folded_name(name), name);
    if (is_new) continue;
    list.warnings.push_back("classes " + quote(before->second) + " and " + quote(name) +
                            " differ in case only; give them one name if they are one class");
  }
}

void add_files(const ImageList& list, std::vector<fs::path>& files) {
  for (std::size_t i = 0; i < list.images.size(); ++i) {
    std::error_code ignored;
    auto path = list.path(i);
    if (fs::is_regular_file(path, ignored)) files.push_back(std::move(path));
  }
}

InspectedImages inspect_images(const ImageList& list, const Context& context) {
  InspectedImages found;
  OddImages odd;
  found.sizes.resize(list.images.size());
  look_at(list, all_of(list), found, context, [&](std::size_t i) {
    thread_local std::vector<std::uint8_t> bytes;
    const auto path = list.path(i);
    const auto file = open_image(path);
    bytes.resize(file->size());
    file->read(0, bytes);
    found.sizes[i] = check_image(bytes, path.string());
    odd.add(i, decoder().oddity());
  });
  found.odd = odd.in_order();
  return found;
}

std::string broken_text(const ImageList& list, std::span<const BrokenImage> broken) {
  std::vector<std::string> texts;
  for (const auto& [image, reason] : broken.first(std::min(broken.size(), most_listed)))
    texts.push_back(quote(list.images[image].name) + " (" + reason + ")");
  const auto rest = broken.size() - texts.size();
  return join(texts, ", ") + (rest > 0 ? " and " + std::to_string(rest) + " more" : "");
}

std::string odd_text(const ImageList& list, std::span<const BrokenImage> odd) {
  if (odd.empty()) return "";
  return std::to_string(odd.size()) + " of " + std::to_string(list.images.size()) + " images " +
         (odd.size() == 1 ? "is" : "are") + " not quite in order, such as " +
         quote(list.images[odd[0].image].name) + " (" + odd[0].reason + "); see whether " +
         (odd.size() == 1 ? "it looks" : "they look") + " right";
}

Dataset read_images(const ImageList& list, const ImageOptions& options, const Context& context) {
  if (!list.doubt.empty() && !options.classes_meant) throw Error(list.top.string() + ": " + list.doubt);
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
  if (!all.found.odd.empty()) context.warn(list.top.string() + ": " + odd_text(list, all.found.odd));
  data.class_names = list.class_names;
  data.attributes = attributes_of(list, all.found);
  return data;
}

}  // namespace fovea
