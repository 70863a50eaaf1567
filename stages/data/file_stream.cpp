#include "stages/data/file_stream.hpp"

#include <algorithm>
#include <cassert>

#include "graph/error.hpp"
#include "runtime/ceil_div.hpp"
#include "runtime/stream.hpp"
#include "stages/data/batch_stream.hpp"
#include "stages/data/formats/image_input.hpp"
#include "stages/data/viewer.hpp"

namespace fovea {
namespace {

/// A data set of one image file, without a class; its name is the file's.
Dataset dataset_of(const std::filesystem::path& path, std::size_t channels) {
  const auto file = open_image(path);
  std::vector<std::uint8_t> bytes(file->size());
  file->read(0, bytes);
  const auto size = look_at_ends(bytes, path.string());
  NameList names;
  names.add(path.string());
  Dataset data;
  data.channels = channels;
  data.offsets = std::vector<std::int64_t>{0, static_cast<std::int64_t>(bytes.size())};
  data.encoded = std::move(bytes);
  data.extents = std::vector<std::int32_t>{static_cast<std::int32_t>(size.height),
                                           static_cast<std::int32_t>(size.width)};
  data.names = names.finish();
  data.index = std::vector<std::uint32_t>{0};
  return data;
}

}  // namespace

struct FileStream::Body {
  Body(std::vector<std::filesystem::path> the_files, const Preprocessing& preprocessing,
       std::size_t files_each, std::size_t threads)
      : files(std::move(the_files)),
        how(preprocessing),
        batch_size(files_each),
        stream(ceil_div(files.size(), batch_size), batches_ahead(threads, batch_size * how.size.values()),
               threads, [this](std::size_t index, FileBatch& batch) { fill(index, batch); }) {}

  void fill(std::size_t number, FileBatch& batch) const {
    const auto from = number * batch_size;
    const auto count = std::min(batch_size, files.size() - from);
    batch.images.resize(count * how.size.values());
    batch.errors.assign(count, "");
    auto* out = batch.images.data();
    for (std::size_t i = 0; i < count; ++i) {
      try {
        show(files[from + i], out);
        out += how.size.values();
      } catch (const Error& error) {
        batch.errors[i] = error.what();
      }
    }
    batch.images.resize(static_cast<std::size_t>(out - batch.images.data()));
  }

  void show(const std::filesystem::path& file, std::uint8_t* out) const {
    thread_local Viewer viewer;
    std::copy_n(viewer.plain(dataset_of(file, how.size.channels), 0, how), how.size.values(), out);
  }

  const std::vector<std::filesystem::path> files;
  const Preprocessing how;
  const std::size_t batch_size;
  Stream<FileBatch> stream;
};

FileStream::FileStream(std::vector<std::filesystem::path> files, const Preprocessing& how,
                       std::size_t batch_size, std::size_t threads) {
  assert(batch_size > 0);
  body_ = std::make_unique<Body>(std::move(files), how, batch_size, threads);
}

FileStream::~FileStream() = default;

const FileBatch* FileStream::next() {
  return body_->stream.next();
}

}  // namespace fovea
