#pragma once

#include <filesystem>
#include <span>
#include <stop_token>

#include "graph/json.hpp"
#include "stages/evaluate/measure_passes.hpp"

namespace fovea {

/// What a process measures of one network. It finds this in its folder as `job.json`, with images as
/// `pixels.u8` (N x H x W x C bytes), and leaves `result.json` and `logits.f32` (N x K) there.
struct BenchJob {
  std::string model;      ///< the path of its file
  ImageSize size;         ///< of the images that it is given
  std::string precision;  ///< "fp32" or "bf16"
  bool folded = true;
  std::vector<std::int64_t> batch_sizes;  ///< rising
  double seconds = 1;                     ///< of each batch size
  std::string device = "cpu";
  int threads = 1;
};

/// Writes and reads images as a job's folder has them.
void write_pixels(const std::filesystem::path& folder, std::span<const std::uint8_t> pixels);
std::vector<std::uint8_t> read_pixels(const std::filesystem::path& folder);

/// Writes a job into its folder, starts a program with the folder's path as its last argument, and reads what
/// it measured. Returns nothing where it ends with the exit code `missing`. Throws `Error` with `place` and
/// the last line of its stderr where it fails, and `Stopped`.
std::optional<Measured> measure_apart(const BenchJob& job, const std::filesystem::path& folder,
                                      std::vector<std::string> line, const std::string& place,
                                      const std::stop_token& stop, int missing = 0);

/// Carries out a job of this program in its folder, with LibTorch.
void measure_here(const std::filesystem::path& folder);

/// Returns a model with the input of other images. Throws `Error` where its layers or weights fit none but
/// its own.
Model with_image_size(Model model, std::int64_t height, std::int64_t width);

}  // namespace fovea
