#include "stages/data/formats/formats.hpp"

#include <algorithm>

#include "graph/error.hpp"
#include "stages/data/formats/cifar.hpp"
#include "stages/data/formats/idx.hpp"
#include "stages/data/formats/image_csv.hpp"
#include "stages/data/formats/image_folder.hpp"
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

std::string folder_of(const fs::path& file) {
  return quote(file.has_parent_path() ? file.parent_path().string() : ".");
}

/// Tries a path for every format that may be a file, or a folder, as it is one.
const Format& format_of(const fs::path& path) {
  const bool is_folder = fs::is_directory(path);
  for (const auto& format : formats()) {
    if ((is_folder || format.is_file) && format.holds(path)) return format;
  }
  if (!is_folder) {
    throw Error(path.string() + ": a file, not a folder; give the folder that it is in, " + folder_of(path) +
                ", or a .csv or .npz file");
  }
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
  throw Error(path.string() + ": a file, not a folder; give the folder that it is in, " + folder_of(path));
}

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      {"idx", "the MNIST family: images and labels in IDX files, plain or gzip",
       "a file \"train-images-idx3-ubyte\", plain or .gz", false, false, holds_idx, idx_sources, nullptr,
       idx_data},
      {"cifar", "CIFAR-10 and CIFAR-100 in their binary form", "\"data_batch_1.bin\" or \"train.bin\"", false,
       false, holds_cifar, cifar_sources, nullptr, cifar_data},
      {"csv", "a table of image files: path,label and, if need be, part", "a file \"labels.csv\"", true, true,
       holds_image_csv, image_csv_sources, list_image_csv, csv_data},
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
  return {top, name == "auto" ? &format_of(top) : &format_named(name, top)};
}

}  // namespace fovea
