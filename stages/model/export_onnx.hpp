#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stages/model/model.hpp"

namespace fovea {

/// How an exported network takes its images.
struct OnnxInput {
  bool as_float = false;      ///< values 0 to 255 as fp32; else as bytes
  bool channels_last = true;  ///< N x H x W x C; else N x C x H x W
};

/// Writes a network as an ONNX file (opset 17) with the input `pixels`, which has values from 0 to 255 in
/// RGB order and any number of images, and the outputs `logits` and `probabilities` (N x K). Normalisation
/// and softmax are part of it; its metadata has the preprocessing and the class names as JSON. The library
/// that does so is loaded here. Throws `Error` where the network takes more than 2 GiB, which no ONNX file
/// may.
void write_onnx(const Model& model, const std::filesystem::path& file, const OnnxInput& input = {});

/// Returns images for which an export must give the outputs of the network itself: `count` x H x W x C bytes,
/// the same at every call.
std::vector<std::uint8_t> check_pixels(const Specification& specification, std::size_t count);

/// Returns images and what must come back for them as the bytes of a NumPy archive: `pixels` as an export
/// takes them, `logits` and `probabilities`.
std::string export_check(const Specification& specification, std::span<const std::uint8_t> pixels,
                         std::span<const float> logits, const OnnxInput& input = {});

}  // namespace fovea
