#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include "runtime/text_file.hpp"
#include "stages/model/onnx/onnx_model.hpp"

namespace fovea {
namespace {

/// Protocol buffers end at 2 GiB; a part is left for what is not weights.
constexpr std::size_t most_bytes = (std::size_t{1} << 31) - (std::size_t{1} << 24);

void expect_fits(const Model& model) {
  std::size_t bytes = 0;
  for (const auto& weight : model.weights) bytes += weight.values.span().size_bytes();
  if (bytes <= most_bytes) return;
  throw Error("the weights take " + std::to_string(bytes >> 20) +
              " MiB, but an ONNX file holds at most 2 GiB; export to safetensors");
}

/// Returns the bytes of the file, which onnx has accepted.
std::string serialised(const Model& model, const OnnxInput& input) {
  expect_fits(model);
  auto exported = onnx_model(model, input);
  check(exported);
  std::string bytes;
  if (!exported.SerializeToString(&bytes)) throw Error("it takes more than 2 GiB; export to safetensors");
  return bytes;
}

}  // namespace

void check(onnx::ModelProto& file) try {
  onnx::checker::check_model(file);
  onnx::shape_inference::InferShapes(file, onnx::OpSchemaRegistry::Instance(),
                                     onnx::ShapeInferenceOptions(true, 1, true));
} catch (const std::runtime_error& error) {
  throw Error("onnx does not accept it (" + std::string(error.what()) + "); report it with the layers");
}

}  // namespace fovea

extern "C" void fovea_write_onnx(const fovea::Model& model, const std::filesystem::path& file,
                                 const fovea::OnnxInput& input) {
  const auto bytes = fovea::at(file.string(), [&] { return fovea::serialised(model, input); });
  fovea::write_whole_file(file, bytes);
}
