#include "stages/data/formats/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <numeric>

#include "graph/hex.hpp"
#include "runtime/store/files.hpp"
#include "stages/data/formats/raw_images.hpp"

// IDX: 00 00 08 d (unsigned bytes, d dimensions), d extents as big-endian 32-bit numbers, then the values.

namespace fovea {
namespace {

namespace fs = std::filesystem;

const std::string again = "; fetch the file again";

std::string number(std::size_t value) {
  return std::to_string(value);
}

}  // namespace

struct IdxFile::Handle {
  explicit Handle(const fs::path& path) : file(gzopen(path.c_str(), "rb")) {
    if (file == nullptr) throw Error(path.string() + ": cannot be opened; check its permissions");
    gzbuffer(file, 1 << 18);
  }
  ~Handle() { gzclose(file); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  /// Returns the number of bytes read, at most the number asked for.
  std::size_t read(const fs::path& path, std::span<std::uint8_t> to) {
    std::size_t done = 0;
    while (done < to.size()) {
      const auto part = std::min<std::size_t>(to.size() - done, 1 << 26);
      const int got = gzread(file, to.data() + done, static_cast<unsigned>(part));
      if (got < static_cast<int>(part)) check_end(path);
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  /// Throws unless the data ends where expected.
  void check_end(const fs::path& path) const {
    int code = Z_OK;
    const std::string_view words = gzerror(file, &code);
    if (code == Z_OK || code == Z_STREAM_END) return;
    if (code == Z_ERRNO) throw file_error(path, errno);
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    const std::string fact = code == Z_BUF_ERROR         ? "it ends too early"
                             : words.ends_with(" check") ? "its checksum is wrong"
                                                         : "it does not unpack";
    throw Error(path.string() + ": damaged gzip (" + fact + ")" + again);
  }

  gzFile file;
};

IdxFile::IdxFile(fs::path path, Holds what) : path_(std::move(path)) {
  const auto place = path_.string() + ": ";
  if (!fs::is_regular_file(path_)) throw Error(place + "not a file; an IDX file is needed here");
  handle_ = std::make_unique<Handle>(path_);
  std::array<std::uint8_t, 4> magic{};
  const auto got = handle_->read(path_, magic);
  const bool images = what == Holds::images;
  const auto dimensions = static_cast<std::size_t>(magic[3]);
  const bool fits = images ? dimensions == 3 || dimensions == 4 : dimensions == 1;
  if (got < 4 || magic[0] != 0 || magic[1] != 0 || magic[2] != 8 || !fits) {
    throw Error(
        place + "begins with " + (got == 0 ? "nothing" : hex(std::span(magic).first(got))) +
        (images ? "; IDX images begin with 00000803 or 00000804" : "; IDX labels begin with 00000801"));
  }
  std::vector<std::uint8_t> extents(dimensions * 4);
  if (handle_->read(path_, extents) < extents.size()) throw Error(place + "ends within its header" + again);
  for (std::size_t i = 0; i < extents.size(); i += 4) {
    const auto* byte = &extents[i];
    shape_.push_back(std::size_t{byte[0]} << 24 | std::size_t{byte[1]} << 16 | std::size_t{byte[2]} << 8 |
                     byte[3]);
  }
  if (images && dimensions == 3) shape_.push_back(1);
  check_samples(shape_[0], path_.string());
  if (images) check_images(shape_[0], {shape_[1], shape_[2], shape_[3]}, path_.string());
  check_length(4 + extents.size());
}

IdxFile::~IdxFile() = default;
IdxFile::IdxFile(IdxFile&&) noexcept = default;

void IdxFile::check_length(std::size_t header_bytes) const {
  const std::size_t length = fs::file_size(path_);
  const auto wanted = header_bytes + bytes();
  const bool packed = gzdirect(handle_->file) == 0;
  if (packed ? wanted <= length * most_packed : wanted == length) return;
  throw Error(path_.string() + ": its header announces " + shape_text(shape_) + ", so " + number(wanted) +
              " bytes; the file " + (packed ? "cannot unpack to more than " : "has ") +
              number(packed ? length * most_packed : length) + again);
}

std::size_t IdxFile::bytes() const {
  return std::accumulate(shape_.begin(), shape_.end(), std::size_t{1}, std::multiplies<>());
}

void IdxFile::read(std::span<std::uint8_t> to) {
  const auto got = handle_->read(path_, to);
  std::uint8_t more = 0;
  const bool goes_on = got == to.size() && handle_->read(path_, {&more, 1}) == 1;
  if (got == to.size() && !goes_on) return;
  throw Error(path_.string() + ": its header announces " + shape_text(shape_) + ", so " + number(bytes()) +
              " values; the file has " + (goes_on ? "more" : number(got)) + again);
}

namespace {

std::optional<fs::path> find_file(const fs::path& folder, const std::string& part, const std::string& kind) {
  for (const auto* mark : {"-", "."}) {
    for (const auto* end : {"", ".gz"}) {
      auto path = folder / (part + mark + kind + end);
      if (fs::is_regular_file(path)) return path;
    }
  }
  return std::nullopt;
}

fs::path need_file(const fs::path& folder, const std::string& part, const std::string& kind) {
  if (auto path = find_file(folder, part, kind)) return *path;
  const auto name = part + "-" + kind;
  std::vector<std::string> there;
  for (const auto& entry : fs::directory_iterator(folder)) there.push_back(entry.path().filename().string());
  const auto near = nearest(name, there);
  throw Error(folder.string() + ": no file " + quote(name) + ", plain or .gz; " +
              (near.empty() ? "an IDX folder holds images and labels of each part"
                            : "the nearest name there is " + quote(near)));
}

/// The open images and labels of one part, checked against each other.
struct OpenPart {
  OpenPart(const fs::path& images_path, const fs::path& labels_path)
      : images(images_path, IdxFile::Holds::images), labels(labels_path, IdxFile::Holds::labels) {
    if (images.shape()[0] == labels.shape()[0]) return;
    throw Error(labels_path.string() + ": " + number(labels.shape()[0]) + " labels for the " +
                number(images.shape()[0]) + " images of " + quote(images_path.filename().string()) +
                "; there must be one for each");
  }
  std::size_t size() const { return images.shape()[0]; }
  IdxFile images;
  IdxFile labels;
};

void append_labels(OpenPart& part, Part kind, std::vector<std::int32_t>& labels,
                   std::vector<std::uint8_t>& parts) {
  std::vector<std::uint8_t> values(part.size());
  part.labels.read(values);
  labels.insert(labels.end(), values.begin(), values.end());
  parts.insert(parts.end(), part.size(), static_cast<std::uint8_t>(kind));
}

}  // namespace

bool holds_idx(const fs::path& folder) {
  return find_file(folder, "train-images", "idx3-ubyte").has_value();
}

IdxFiles find_idx(const fs::path& folder) {
  IdxFiles files;
  files.train_images = need_file(folder, "train-images", "idx3-ubyte");
  files.train_labels = need_file(folder, "train-labels", "idx1-ubyte");
  files.test_images = find_file(folder, "t10k-images", "idx3-ubyte");
  files.test_labels = find_file(folder, "t10k-labels", "idx1-ubyte");
  if (files.test_images && !files.test_labels) need_file(folder, "t10k-labels", "idx1-ubyte");
  if (files.test_labels && !files.test_images) need_file(folder, "t10k-images", "idx3-ubyte");
  return files;
}

Dataset read_idx(const IdxFiles& files) {
  OpenPart train(files.train_images, files.train_labels);
  std::optional<OpenPart> test;
  if (files.test_images) test.emplace(*files.test_images, *files.test_labels);
  const auto& shape = train.images.shape();
  if (test && !std::equal(shape.begin() + 1, shape.end(), test->images.shape().begin() + 1)) {
    throw Error(files.test_images->string() + ": images are " + shape_text(test->images.shape()) +
                ", those for training " + shape_text(shape) + "; all sides must be the same");
  }
  const auto train_bytes = train.images.bytes();
  const auto test_bytes = test ? test->images.bytes() : 0;
  const auto memory = take_memory(train_bytes + test_bytes, files.train_images.string());
  std::vector<std::int32_t> labels;
  std::vector<std::uint8_t> parts;
  append_labels(train, Part::train, labels, parts);
  if (test) append_labels(*test, Part::test, labels, parts);
  train.images.read({memory.get(), train_bytes});
  if (test) test->images.read({memory.get() + train_bytes, test_bytes});
  NameList names;
  names.add_rows(files.train_images.filename().string(), train.size());
  if (test) names.add_rows(files.test_images->filename().string(), test->size());
  return raw_dataset(
      {{shape[1], shape[2], shape[3]}, memory, std::move(labels), std::move(parts), std::move(names)});
}

}  // namespace fovea
