#include "pipelines/run/export_onnx.hpp"

#include "runtime/context.hpp"
#include "runtime/library.hpp"
#include "runtime/null_report.hpp"
#include "runtime/stream.hpp"
#include "stages/data/builder.hpp"
#include "stages/evaluate/predict.hpp"
#include "stages/list.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

constexpr std::size_t images = 8;

/// The images as a data set that the network sees as they are.
Dataset data_of(const Model& model, std::span<const std::uint8_t> pixels) {
  const auto size = input_size(model.specification);
  DatasetBuilder builder(size.height, size.width, size.channels, model.class_names);
  for (std::size_t i = 0; i < images; ++i) builder.add(pixels.subspan(i * size.values(), size.values()), 0);
  return builder.build();
}

Predictions predictions_of(Model model, Dataset data) {
  model.preprocessing.fit = Fit::stretch;  // images have the network's size, and are not cut
  NullReport silent;
  const StreamThreads one_thread(1);
  Context context{.stage = "predict", .key = {}, .threads = 1, .stop = {}, .report = &silent, .live = {}};
  Libraries libraries([](const std::string&) { prepare_numerics(); });
  const auto stage = libraries.implementation(stage_info<Predict>());
  const std::vector<std::vector<Item>> inputs{{Value<Model>(std::move(model)).item()},
                                              {Value<Dataset>(std::move(data)).item()}};
  const auto outputs = stage.run(inputs, write_params(Predict::Params{.precision = "fp32"}), context);
  return *Value<Predictions>(outputs.at(0));
}

}  // namespace

void export_onnx(const Model& model, const std::filesystem::path& file, const OnnxInput& input) {
  write_onnx(model, file, input);
  const auto pixels = check_pixels(model.specification, images);
  const auto predictions = predictions_of(model, data_of(model, pixels));
  write_export_check(file.parent_path() / "export_check.npz", model.specification, pixels,
                     predictions.logits.span(), input);
}

}  // namespace fovea
