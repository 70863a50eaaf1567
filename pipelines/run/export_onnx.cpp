#include "pipelines/run/export_onnx.hpp"

#include "runtime/context.hpp"
#include "runtime/library.hpp"
#include "runtime/null_report.hpp"
#include "runtime/store/files.hpp"
#include "runtime/stream.hpp"
#include "runtime/text_file.hpp"
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

/// Refuses to replace a check by another where the folder has the export of another network, whose check it
/// may be.
void expect_no_other(const std::filesystem::path& check_file, const std::string& check,
                     const std::filesystem::path& file) {
  const auto there = MappedFile::if_there(check_file);
  if (there == nullptr || there->bytes() == check) return;
  std::error_code ignored;
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename();
    if (name.extension() != ".onnx" || name == file.filename()) continue;
    throw Error(check_file.string() + ": may be that of " + quote(name.string()) +
                ", as it is not of this export; write to a folder of its own, as -o " +
                (folder / file.stem() / file.filename()).lexically_normal().string());
  }
}

}  // namespace

void export_onnx(const Model& model, const std::filesystem::path& file, const OnnxInput& input) {
  const auto pixels = check_pixels(model.specification, images);
  const auto predictions = predictions_of(model, data_of(model, pixels));
  const auto check = export_check(model.specification, pixels, predictions.logits.span(), input);
  const auto check_file = file.parent_path() / "export_check.npz";
  expect_no_other(check_file, check, file);
  write_onnx(model, file, input);
  write_whole_file(check_file, check);
}

}  // namespace fovea
