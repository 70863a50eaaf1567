#include "stages/data/formats/formats.hpp"

#include <algorithm>

#include "graph/error.hpp"
#include "stages/data/formats/cifar.hpp"
#include "stages/data/formats/idx.hpp"
#include "stages/data/formats/image_csv.hpp"
#include "stages/data/formats/image_folder.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/data/formats/npz.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

Paths idx_sources(const fs::path& path) {
  const auto files = find_idx(path);
  Paths all{files.train_images, files.train_labels};
  if (files.test_images) all.insert(all.end(), {*files.test_images, *files.test_labels});
  return all;
}

Paths cifar_sources(const fs::path& path) {
  const auto files = find_cifar(path);
  auto all = files.train;
  for (const auto& file : {files.test, files.names}) {
    if (file) all.push_back(*file);
  }
  return all;
}

Dataset idx_data(const fs::path& path, const ImageOptions&, const Context&) {
  return read_idx(find_idx(path));
}
Dataset cifar_data(const fs::path& path, const ImageOptions&, const Context&) {
  return read_cifar(find_cifar(path));
}
Dataset npz_data(const fs::path& path, const ImageOptions&, const Context& context) {
  return read_npz(find_npz(path), context);
}
Paths npz_sources(const fs::path& path) {
  return {find_npz(path)};
}
Dataset csv_data(const fs::path& path, const ImageOptions& options, const Context& context) {
  return read_images(list_image_csv(path), options, context);
}
Dataset folder_data(const fs::path& path, const ImageOptions& options, const Context& context) {
  return read_images(list_image_folder(path), options, context);
}

[[noreturn]] void no_such_path(const fs::path& path) {
  std::vector<std::string> there;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path.parent_path(), ignored)) {
    if (entry.is_directory(ignored)) there.push_back(entry.path().filename().string());
  }
  const auto near = nearest(path.filename().string(), there);
  throw Error(path.string() + ": no such folder; " +
              (near.empty() ? "give the folder that holds the data"
                            : "did you mean " + quote((path.parent_path() / near).string()) + "?"));
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

/// Returns the first format that a path holds.
const Format* first_format(const fs::path& path, bool is_folder) {
  const auto& all = formats();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) {
    return (is_folder || each.is_file) && each.holds(path);
  });
  return found == all.end() ? nullptr : &*found;
}

/// Returns the kind of a file by its extension, with advice.
std::string other_file(const fs::path& file) {
  static const std::vector<std::pair<std::vector<std::string_view>, std::string>> kinds{
      {{".zip", ".tar", ".tgz", ".tbz2", ".txz", ".7z", ".rar", ".gz", ".bz2", ".xz", ".zst"},
       "an archive; unpack it, and give the folder that holds the data"},
      {{".xlsx", ".xls", ".ods"}, "a spreadsheet; save it as CSV"},
      {{".npy"}, "one NumPy array; save images and labels together, with np.savez"},
      {{".h5", ".hdf5", ".mat", ".pkl", ".pickle", ".parquet", ".tfrecord", ".tfrecords", ".arrow", ".json"},
       "a format that is not read; save the data as .npz, or as class folders of images"}};
  const auto name = lower(file.filename().string());
  for (const auto& [ends, text] : kinds) {
    if (std::any_of(ends.begin(), ends.end(), [&](auto end) { return name.ends_with(end); })) return text;
  }
  if (has_image_name(file)) {
    const auto above = folder_of(folder_of(file));
    return "one image; give the folder above its class folder" +
           (first_format(above, true) != nullptr ? ", " + quote(above.string()) : "");
  }
  const auto folder = folder_of(file);
  return std::string("a file, not a folder; give the folder that ") +
         (first_format(folder, true) != nullptr ? "it is in, " + quote(folder.string()) : "holds the data") +
         ", or a .csv or .npz file";
}

/// Tries the formats of files or of folders on a path.
const Format& format_of(const fs::path& path) {
  const bool is_folder = fs::is_directory(path);
  if (const auto* found = first_format(path, is_folder)) return *found;
  if (!is_folder) throw Error(path.string() + ": " + other_file(path));
  std::vector<std::string> signs;
  for (const auto& format : formats()) signs.push_back(quote(format.name) + " needs " + format.sign);
  throw Error(path.string() + ": no data in a known format; " + join(signs, ", "));
}

const Format& format_named(const std::string& name, const fs::path& path) {
  const auto& all = formats();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
  if (found == all.end()) throw Error("unknown format " + quote(name) + suggestion(name, format_names()));
  if (fs::is_directory(path) || found->is_file) return *found;
  throw Error(path.string() + ": " + other_file(path));
}

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      {"idx", "the MNIST family: images and labels in IDX files, plain or gzip",
       "a file \"train-images-idx3-ubyte\", plain or .gz", false, false, holds_idx, idx_sources, nullptr,
       idx_data},
      {"cifar", "CIFAR-10 and CIFAR-100 in their binary form", "\"data_batch_1.bin\" or \"train.bin\"", false,
       false, holds_cifar, cifar_sources, nullptr, cifar_data},
      {"csv",
       "a table of image files: path (or filename, file, image), label (or class) and, if need be, part (or "
       "split)",
       "a file \"labels.csv\"", true, true, holds_image_csv, image_csv_sources, list_image_csv, csv_data},
      {"npz", "NumPy arrays: x_train, y_train, x_test, y_test, or images, labels", "a .npz file", true, false,
       holds_npz, npz_sources, nullptr, npz_data},
      {"folder",
       "a folder of JPEG and PNG images for each class, in train, val and test where these are there",
       "class folders of .jpg, .jpeg or .png files", false, true, holds_image_folder, image_folder_sources,
       list_image_folder, folder_data}};
  return all;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names{"auto"};
  for (const auto& format : formats()) names.push_back(format.name);
  names.emplace_back("synthetic");
  return names;
}

FoundData find_data(const fs::path& path, const std::string& name) {
  auto top = path.lexically_normal();
  if (!top.has_filename()) top = top.parent_path();
  if (!fs::exists(top)) no_such_path(top);
  if (name == "auto") return {top, &format_of(top), true};
  return {top, &format_named(name, top), false};
}

void throw_at(const FoundData& found, const Error& error) {
  const bool is_folder = fs::is_directory(found.path);
  for (const auto& other : formats()) {
    if (!found.guessed || !is_folder || &other == found.format || !other.holds(found.path)) continue;
    throw Error(std::string(error.what()) + ", or set \"format\": " + quote(other.name) +
                " to read what else is there");
  }
  throw error;
}

}  // namespace fovea
