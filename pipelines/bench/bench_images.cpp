#include "pipelines/bench/bench_images.hpp"

#include <algorithm>

#include "pipelines/run/image_arguments.hpp"
#include "runtime/stream.hpp"
#include "stages/data/file_stream.hpp"
#include "stages/model/export_onnx.hpp"

namespace fovea {
namespace {

constexpr std::size_t drawn_count = 64, most_files = 256, files_a_batch = 32;

/// Leaves at most `most` of them, with the same distance between neighbours.
std::vector<std::filesystem::path> spread(const std::vector<std::filesystem::path>& files, std::size_t most) {
  const auto count = std::min(files.size(), most);
  std::vector<std::filesystem::path> some;
  for (std::size_t i = 0; i < count; ++i) some.push_back(files[i * files.size() / count]);
  return some;
}

}  // namespace

BenchImages drawn_images(const Model& model) {
  return {check_pixels(model.specification, drawn_count), drawn_count, "drawn"};
}

BenchImages images_of_files(const Model& model, const std::string& path, std::size_t threads) {
  const auto found = image_arguments({path}, stdin);
  if (!found.errors.empty()) throw Error(found.errors.front());
  const StreamThreads allowed(threads);
  const auto files = spread(found.files, most_files);
  BenchImages images{{}, files.size(), path};
  FileStream stream(files, model.preprocessing, files_a_batch, threads);
  while (const auto* batch = stream.next()) {
    for (const auto& error : batch->errors) {
      if (!error.empty()) throw Error(error);
    }
    images.pixels.insert(images.pixels.end(), batch->images.begin(), batch->images.end());
  }
  return images;
}

}  // namespace fovea
