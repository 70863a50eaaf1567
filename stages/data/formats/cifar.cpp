#include "stages/data/formats/cifar.hpp"

#include <deque>
#include <sstream>

#include "graph/error.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/data/formats/raw_images.hpp"

// A record is the label (CIFAR-100: the coarse one, then the fine one) and 32 x 32 pixels as three planes.

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr ImageSize cifar_size{32, 32, 3};
constexpr std::size_t records_at_once = 256;
constexpr std::size_t most_names_bytes = 1 << 16;

std::size_t label_bytes(const CifarFiles& files) {
  return files.hundred ? 2 : 1;
}
std::size_t record_bytes(const CifarFiles& files) {
  return label_bytes(files) + cifar_size.values();
}
std::string family(const CifarFiles& files) {
  return files.hundred ? "CIFAR-100" : "CIFAR-10";
}

bool holds_ten(const fs::path& folder) {
  return fs::is_regular_file(folder / "data_batch_1.bin");
}

/// Returns whether a folder holds CIFAR-100. "train.bin" is a common name, so the class names must be beside
/// it or its length must be whole records.
bool holds_hundred(const fs::path& folder) {
  const auto train = folder / "train.bin";
  if (!fs::is_regular_file(train)) return false;
  return fs::is_regular_file(folder / "fine_label_names.txt") ||
         fs::file_size(train) % record_bytes({.hundred = true, .train = {}, .test = {}, .names = {}}) == 0;
}

/// Returns the folder and its subfolders that hold CIFAR.
std::vector<fs::path> cifar_folders(const fs::path& folder) {
  std::vector<fs::path> all;
  for (const auto& each : {folder, folder / "cifar-10-batches-bin", folder / "cifar-100-binary"}) {
    if (holds_ten(each) || holds_hundred(each)) all.push_back(each);
  }
  return all;
}

std::optional<fs::path> if_there(const fs::path& path) {
  return fs::is_regular_file(path) ? std::optional(path) : std::nullopt;
}

/// Returns the number of records of a file.
std::size_t count_records(const InputFile& file, const CifarFiles& files) {
  const auto record = record_bytes(files);
  if (file.size() == 0) throw Error(file.path().string() + ": is empty; fetch the file again");
  if (file.size() % record != 0) {
    throw Error(file.path().string() + ": " + std::to_string(file.size()) + " bytes; " + family(files) +
                " has " + std::to_string(record) + " bytes for each image; fetch the file again");
  }
  return file.size() / record;
}

/// Appends the images of one file.
void read_records(const InputFile& file, const CifarFiles& files, Part part, RawImages& images) {
  const auto record = record_bytes(files), before = label_bytes(files), count = count_records(file, files);
  const int classes = files.hundred ? 100 : 10;
  std::vector<std::uint8_t> buffer;
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = i % records_at_once;
    if (place == 0) {
      buffer.resize(std::min(records_at_once, count - i) * record);
      file.read(i * record, buffer);
    }
    const auto one = std::span(buffer).subspan(place * record, record);
    const int label = one[before - 1];
    if (label >= classes) {
      throw Error(file.path().string() + ": image " + std::to_string(i) + " has label " +
                  std::to_string(label) + "; labels of " + family(files) + " are from 0 to " +
                  std::to_string(classes - 1));
    }
    interleave(one.subspan(before), cifar_size,
               images.pixels.get() + images.labels.size() * cifar_size.values());
    images.labels.push_back(label);
    images.parts.push_back(static_cast<std::uint8_t>(part));
  }
  images.names.add_rows(file.path().filename().string(), count);
}

std::vector<std::string> read_names(const fs::path& path, const CifarFiles& files) {
  std::istringstream text(InputFile(path).text(most_names_bytes));
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!is_name(line)) {
      throw Error(path.string() + ": line " + std::to_string(names.size() + 1) +
                  " has a zero byte; each line is the name of a class");
    }
    if (!line.empty()) names.push_back(line);
  }
  const std::size_t classes = files.hundred ? 100 : 10;
  if (names.size() == classes) return names;
  throw Error(path.string() + ": " + std::to_string(names.size()) + " names; " + family(files) + " has " +
              std::to_string(classes) + " classes, each named on a line of its own");
}

}  // namespace

bool holds_cifar(const fs::path& folder) {
  return !cifar_folders(folder).empty();
}

CifarFiles find_cifar(const fs::path& folder) {
  const auto folders = cifar_folders(folder);
  if (folders.empty()) {
    throw Error(
        folder.string() +
        ": no CIFAR; it holds \"data_batch_1.bin\" to \"data_batch_5.bin\", or \"train.bin\" of CIFAR-100");
  }
  if (folders.size() > 1 || (holds_ten(folders[0]) && holds_hundred(folders[0]))) {
    throw Error(folder.string() + ": holds both CIFAR-10 and CIFAR-100; give the folder of one of them");
  }
  const auto& top = folders[0];
  CifarFiles files{.hundred = !holds_ten(top), .train = {}, .test = {}, .names = {}};
  if (files.hundred) {
    files.train = {top / "train.bin"};
    files.test = if_there(top / "test.bin");
    files.names = if_there(top / "fine_label_names.txt");
    return files;
  }
  for (const auto* batch :
       {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"}) {
    files.train.push_back(top / batch);
    if (fs::is_regular_file(files.train.back())) continue;
    throw Error(top.string() + ": no file " + quote(files.train.back().filename().string()) +
                "; CIFAR-10 has five files for training, \"data_batch_1.bin\" to \"data_batch_5.bin\"");
  }
  files.test = if_there(top / "test_batch.bin");
  files.names = if_there(top / "batches.meta.txt");
  return files;
}

Dataset read_cifar(const CifarFiles& files) {
  std::deque<InputFile> all;
  for (const auto& path : files.train) all.emplace_back(path);
  if (files.test) all.emplace_back(*files.test);
  std::size_t count = 0;
  for (const auto& file : all) count += count_records(file, files);
  const auto place = files.train[0].string();
  check_samples(count, place);
  check_images(count, cifar_size, place);
  const auto names = files.names ? read_names(*files.names, files) : std::vector<std::string>{};
  RawImages images{cifar_size, take_memory(count * cifar_size.values(), place), {}, {}};
  for (std::size_t i = 0; i < all.size(); ++i)
    read_records(all[i], files, i < files.train.size() ? Part::train : Part::test, images);
  auto data = raw_dataset(std::move(images));
  data.class_names = names;
  return data;
}

}  // namespace fovea
