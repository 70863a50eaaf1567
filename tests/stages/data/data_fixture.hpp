#pragma once

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

#include "runtime/context.hpp"
#include "runtime/store/artifact.hpp"
#include "stages/data/dataset.hpp"
#include "tests/folder.hpp"

namespace fovea::testing {

using Bytes = std::vector<std::uint8_t>;

using ::Folder;

inline void write_bytes(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

/// What zlib packs, in the form that its `windowBits` ask for.
inline Bytes packed(const Bytes& bytes, int window_bits, int flush = Z_FINISH) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  Bytes to(deflateBound(&stream, bytes.size()) + 64);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = to.data();
  stream.avail_out = static_cast<unsigned>(to.size());
  deflate(&stream, flush);
  to.resize(stream.total_out);
  deflateEnd(&stream);
  return to;
}

inline Bytes gzip(const Bytes& bytes) {
  return packed(bytes, 15 + 16);
}

/// The bytes of an IDX file: magic, extents, values.
inline Bytes idx(const std::vector<std::uint32_t>& extents, const Bytes& values) {
  Bytes bytes{0, 0, 8, static_cast<std::uint8_t>(extents.size())};
  for (const auto extent : extents) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(extent >> shift));
  }
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

inline Bytes counted_bytes(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + i / 256);
  return bytes;
}

/// A data set of images full of different values, with these labels; class names are "a", "b", ...
inline Dataset small_dataset(const std::vector<std::int32_t>& labels, std::size_t height = 4,
                             std::size_t width = 5, std::size_t channels = 1) {
  Dataset data;
  data.height = height;
  data.width = width;
  data.channels = channels;
  data.pixels = counted_bytes(labels.size() * data.image_bytes());
  std::vector<std::uint32_t> index(labels.size());
  std::iota(index.begin(), index.end(), 0U);
  data.index = std::move(index);
  data.labels = labels;
  data.parts = Bytes(labels.size(), static_cast<std::uint8_t>(Part::train));
  std::int32_t classes = 1;
  for (const auto label : labels) classes = std::max(classes, label + 1);
  for (std::int32_t c = 0; c < classes; ++c) data.class_names.emplace_back(1, static_cast<char>('a' + c));
  measure_statistics(data);
  return data;
}

template <class T> std::vector<T> to_vector(const Array<T>& array) {
  return {array.begin(), array.end()};
}

/// Keeps what a stage warns of.
class Listener : public Report {
 public:
  void event(const Event& event) override {
    const std::scoped_lock lock(mutex_);
    if (event.name == "warning") warnings.push_back(event.line);
  }
  void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {}
  std::vector<std::string> warnings;

 private:
  std::mutex mutex_;
};

/// A context for a stage that is run alone.
struct Alone {
  explicit Alone(const std::string& stage, std::uint64_t seed = 1) {
    context.stage = stage;
    context.seed = seed;
    context.report = &listener;
  }
  Listener listener;
  Context context;
};

/// The value as it comes back from a file; `others` are what it refers to.
template <class T> T stored(const T& value, const Resolve& others = {}) {
  const Folder folder;
  const auto path = folder / "artifact.h5";
  H5Writer file(path);
  T::codec().write(&value, file);
  file.close();
  return *std::static_pointer_cast<const T>(T::codec().read(H5Reader(path), others));
}

}  // namespace fovea::testing
