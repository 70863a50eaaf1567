#include "stages/data/formats/npz.hpp"

#include <algorithm>
#include <array>

#include "graph/error.hpp"
#include "stages/data/formats/npy.hpp"
#include "stages/data/formats/raw_images.hpp"
#include "stages/data/formats/zip.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t largest_label = 65535;

struct ArrayNames {
  const char* images;
  const char* labels;
  Part part;
};

/// The known array names, by family; the first part of a family is required.
const std::vector<std::vector<ArrayNames>>& families() {
  static const std::vector<std::vector<ArrayNames>> all{{{"x_train", "y_train", Part::train},
                                                         {"x_val", "y_val", Part::validation},
                                                         {"x_test", "y_test", Part::test}},
                                                        {{"train_images", "train_labels", Part::train},
                                                         {"val_images", "val_labels", Part::validation},
                                                         {"test_images", "test_labels", Part::test}},
                                                        {{"images", "labels", Part::none}},
                                                        {{"x", "y", Part::none}}};
  return all;
}

/// An array of the archive with its header read; its values come next.
struct NpyArray {
  NpyArray(const ZipFile& archive, const ZipEntry& entry)
      : stream(archive, entry),
        place(archive.file().path().string() + ": " + fs::path(entry.name).stem().string()) {
    std::array<std::uint8_t, 8> magic{};
    constexpr std::array<std::uint8_t, 6> begins{0x93, 'N', 'U', 'M', 'P', 'Y'};
    if (entry.size < 10) throw Error(place + ": too short for an array; save it again with NumPy");
    stream.read(magic);
    if (!std::equal(begins.begin(), begins.end(), magic.begin()) || magic[6] < 1 || magic[6] > 3)
      throw Error(place + ": not a NumPy array of version 1, 2 or 3; save it again with NumPy");
    std::array<std::uint8_t, 4> length{};
    stream.read(std::span(length).first(magic[6] == 1 ? 2 : 4));
    const std::uint64_t size = length[0] | length[1] << 8 | length[2] << 16 | std::uint64_t{length[3]} << 24;
    const std::uint64_t before = magic[6] == 1 ? 10 : 12;
    if (size > 65536 || size > entry.size - before)
      throw Error(place + ": its header does not end; save it again with NumPy");
    std::string text(size, ' ');
    stream.read({reinterpret_cast<std::uint8_t*>(text.data()), size});
    header = parse_npy_header(text, place);
    if (header.type() == "text") {
      throw Error(place + ": an array of text; arrays of numbers are read, and np.unique(..., " +
                  "return_inverse=True) numbers text");
    }
    if (header.fortran)
      throw Error(place + ": in Fortran order; save it in C order, with np.ascontiguousarray");
    const auto wanted = before + size + header.values(place) * header.width;
    if (wanted == entry.size) return;
    throw Error(place + ": its header announces " + shape_text(header.shape) + " of " + header.type() +
                ", so " + std::to_string(wanted) + " bytes; the archive has " + std::to_string(entry.size) +
                "; fetch the file again");
  }

  ZipStream stream;
  std::string place;
  NpyHeader header;
};

/// The open images and labels of one part, checked against each other.
class NpzPart {
 public:
  NpzPart(const ZipFile& archive, const ZipEntry& images, const ZipEntry& labels, Part part)
      : images_(archive, images),
        labels_(archive, labels),
        name_(archive.file().path().filename().string() + ':' + fs::path(images.name).stem().string()),
        part_(part) {
    const auto& header = images_.header;
    if (header.type() != "uint8")
      throw Error(images_.place + ": images of " + header.type() + "; save them as uint8, from 0 to 255");
    find_layout();
    check_samples(size(), images_.place);
    check_images(size(), size_, images_.place);
    check_labels();
  }

  std::size_t size() const { return images_.header.shape[0]; }
  const ImageSize& image_size() const { return size_; }
  const std::string& place() const { return images_.place; }

  /// Reads everything: images to `to`; labels and parts are appended.
  void read(std::uint8_t* to, RawImages& all) {
    read_labels(all);
    all.parts.insert(all.parts.end(), size(), static_cast<std::uint8_t>(part_));
    all.names.add_rows(name_, size());
    if (!planar_) {
      images_.stream.read({to, size() * size_.values()});
    } else {
      std::vector<std::uint8_t> planes(size_.values());
      for (std::size_t i = 0; i < size(); ++i, to += size_.values()) {
        images_.stream.read(planes);
        interleave(planes, size_, to);
      }
    }
    images_.stream.finish();
  }

 private:
  void find_layout() {
    const auto& shape = images_.header.shape;
    const auto is_channels = [](std::size_t extent) { return extent == 1 || extent == 3; };
    if (shape.size() == 3) {
      size_ = {shape[1], shape[2], 1};
    } else if (shape.size() == 4 && is_channels(shape[3])) {
      size_ = {shape[1], shape[2], shape[3]};
    } else if (shape.size() == 4 && is_channels(shape[1])) {
      size_ = {shape[2], shape[3], shape[1]};
      planar_ = shape[1] == 3;
    } else {
      throw Error(images_.place + ": an array of " + shape_text(shape) +
                  "; images are N x H x W, or with 1 or 3 channels at the end or after N");
    }
  }

  void check_labels() const {
    const auto& [header, place] = std::tie(labels_.header, labels_.place);
    const auto& shape = header.shape;
    const bool is_list = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
    if (std::string_view("uib").find(header.kind) == std::string_view::npos || header.width > 8)
      throw Error(place + ": labels of " + header.type() + "; whole numbers are read");
    if (!is_list)
      throw Error(place + ": an array of " + shape_text(shape) + "; labels are N or N x 1 class numbers");
    if (shape[0] == size()) return;
    throw Error(place + ": " + std::to_string(shape[0]) + " labels for " + std::to_string(size()) +
                " images; there must be one for each");
  }

  void read_labels(RawImages& all) {
    const auto width = labels_.header.width;
    std::vector<std::uint8_t> bytes(size() * width);
    labels_.stream.read(bytes);
    labels_.stream.finish();
    for (std::size_t i = 0; i < size(); ++i) {
      const auto label = label_at(&bytes[i * width]);
      if (label < 0 || label > largest_label) {
        throw Error(labels_.place + ": image " + std::to_string(i) + " has label " + std::to_string(label) +
                    "; labels are from 0 to " + std::to_string(largest_label));
      }
      all.labels.push_back(static_cast<std::int32_t>(label));
    }
  }

  std::int64_t label_at(const std::uint8_t* bytes) const {
    const auto& header = labels_.header;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < header.width; ++i) {
      const auto byte = bytes[header.big_endian ? i : header.width - 1 - i];
      value = i == 0 && header.kind == 'i' && byte >= 128 ? ~std::uint64_t{0} << 8 | byte : value << 8 | byte;
    }
    if (header.kind == 'u' && value > INT64_MAX) return INT64_MAX;
    return static_cast<std::int64_t>(value);
  }

  NpyArray images_;
  NpyArray labels_;
  std::string name_;
  Part part_;
  ImageSize size_;
  bool planar_ = false;
};

const ZipEntry* find_array(const ZipFile& archive, const std::string& name) {
  const auto& all = archive.entries();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name + ".npy"; });
  return found == all.end() ? nullptr : &*found;
}

/// Returns the names of the first family that the archive has.
const std::vector<ArrayNames>& family_of(const ZipFile& archive) {
  for (const auto& family : families()) {
    if (find_array(archive, family[0].images) != nullptr) return family;
  }
  std::vector<std::string> there;
  for (std::size_t i = 0; i < std::min<std::size_t>(archive.entries().size(), 10); ++i)
    there.push_back(quote(fs::path(archive.entries()[i].name).stem().string()));
  throw Error(archive.file().path().string() + ": no images; \"x_train\", \"train_images\", \"images\" or " +
              "\"x\" is looked for, and there " +
              (there.empty() ? "is nothing" : "are " + join(there, ", ")));
}

/// Opens all parts, and warns of arrays that are not read.
std::vector<NpzPart> open_parts(const ZipFile& archive, const Context& context) {
  std::vector<NpzPart> parts;
  std::vector<const ZipEntry*> used;
  for (const auto& [image_name, label_name, part] : family_of(archive)) {
    const auto *images = find_array(archive, image_name), *labels = find_array(archive, label_name);
    if (images == nullptr && labels == nullptr) continue;
    if (images == nullptr || labels == nullptr) {
      throw Error(archive.file().path().string() + ": no array " + quote(images ? label_name : image_name) +
                  ", but " + quote(images ? image_name : label_name) + "; images and labels go together");
    }
    parts.emplace_back(archive, *images, *labels, part);
    used.insert(used.end(), {images, labels});
  }
  std::vector<std::string> others;
  for (const auto& entry : archive.entries()) {
    if (std::find(used.begin(), used.end(), &entry) == used.end())
      others.push_back(quote(fs::path(entry.name).stem().string()));
  }
  const auto count = others.size();
  others.resize(std::min<std::size_t>(count, 5));
  if (count > 0) {
    context.warn(archive.file().path().string() + ": " + std::to_string(count) +
                 (count == 1 ? " array is" : " arrays are") + " not read: " + join(others, ", ") +
                 (count > 5 ? ", ..." : ""));
  }
  return parts;
}

std::vector<fs::path> npz_files(const fs::path& folder) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (lower(entry.path().extension().string()) == ".npz" && entry.is_regular_file())
      all.push_back(entry.path());
  }
  return all;
}

}  // namespace

bool holds_npz(const fs::path& path) {
  if (fs::is_directory(path)) return !npz_files(path).empty();
  return lower(path.extension().string()) == ".npz";
}

fs::path find_npz(const fs::path& path) {
  if (!fs::is_directory(path)) return path;
  const auto all = npz_files(path);
  if (all.size() == 1) return all[0];
  throw Error(path.string() + ": holds " + (all.empty() ? "no" : std::to_string(all.size())) +
              " .npz files; give the path of one");
}

Dataset read_npz(const fs::path& file, const Context& context) {
  const ZipFile archive(file);
  auto parts = open_parts(archive, context);
  std::size_t count = 0;
  for (const auto& part : parts) {
    count += part.size();
    const auto& first = parts[0].image_size();
    const auto& [height, width, channels] = part.image_size();
    if (height == first.height && width == first.width && channels == first.channels) continue;
    throw Error(part.place() + ": images of " + shape_text(std::vector{height, width, channels}) +
                ", those for training are " +
                shape_text(std::vector{first.height, first.width, first.channels}) +
                "; all must have one size");
  }
  const auto size = parts[0].image_size();
  RawImages all{size, take_memory(count * size.values(), file.string()), {}, {}};
  for (auto& part : parts) part.read(all.pixels.get() + all.labels.size() * size.values(), all);
  return raw_dataset(std::move(all));
}

}  // namespace fovea
