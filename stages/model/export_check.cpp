#include "runtime/random.hpp"
#include "stages/data/formats/npz_writer.hpp"
#include "stages/evaluate/predictions.hpp"
#include "stages/model/export_onnx.hpp"

namespace fovea {
namespace {

/// Returns N x C x H x W of N x H x W x C.
std::vector<std::uint8_t> channels_first(std::span<const std::uint8_t> pixels, std::size_t area,
                                         std::size_t channels) {
  std::vector<std::uint8_t> turned(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const auto pixel = i / channels, image = pixel / area;
    turned[(image * channels + i % channels) * area + pixel % area] = pixels[i];
  }
  return turned;
}

}  // namespace

std::vector<std::uint8_t> check_pixels(const Specification& specification, std::size_t count) {
  const auto size = input_size(specification);
  std::vector<std::uint8_t> pixels;
  for (std::size_t image = 0; image < count; ++image) {
    // Squares of one colour, larger from image to image, so that the networks see more than noise.
    const auto side = std::size_t{1} << image % 8;
    const auto columns = (size.width + side - 1) / side;
    Random random(0, Purpose::synthesise, 0, static_cast<std::uint32_t>(image));
    std::vector<std::uint8_t> colours(columns * ((size.height + side - 1) / side) * size.channels);
    for (auto& colour : colours) colour = static_cast<std::uint8_t>(random.below(256));
    for (std::size_t y = 0; y < size.height; ++y) {
      for (std::size_t x = 0; x < size.width; ++x) {
        for (std::size_t c = 0; c < size.channels; ++c)
          pixels.push_back(colours[(y / side * columns + x / side) * size.channels + c]);
      }
    }
  }
  return pixels;
}

std::string export_check(const Specification& specification, std::span<const std::uint8_t> pixels,
                         std::span<const float> logits, const OnnxInput& input) {
  const auto [height, width, channels] = input_size(specification);
  const auto classes = static_cast<std::size_t>(specification.classes), count = logits.size() / classes;
  std::vector<std::size_t> shape{count, height, width, channels};
  std::vector<std::uint8_t> taken(pixels.begin(), pixels.end());
  if (!input.channels_last) {
    taken = channels_first(pixels, height * width, channels);
    shape = {count, channels, height, width};
  }
  std::vector<float> probabilities;
  for (std::size_t i = 0; i < count; ++i) {
    const auto shares = softmax(logits.subspan(i * classes, classes));
    probabilities.insert(probabilities.end(), shares.begin(), shares.end());
  }
  NpzWriter archive;
  if (input.as_float) {
    archive.add("pixels", shape, std::span<const float>(std::vector<float>(taken.begin(), taken.end())));
  } else {
    archive.add("pixels", shape, std::span<const std::uint8_t>(taken));
  }
  archive.add("logits", {count, classes}, logits);
  archive.add("probabilities", {count, classes}, std::span<const float>(probabilities));
  return archive.archive();
}

}  // namespace fovea
