#include "stages/model/weights/weight_match.hpp"

#include "stages/data/dataset.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/build_model.hpp"
#include "stages/model/head.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/model/weights/small_model.hpp"

namespace fovea {
namespace {

using namespace testing;

/// The file of a model's weights, called "w", with a prefix before all names.
WeightFile file_of(const Model& model, const std::string& prefix = "") {
  WeightFile file{"w", model.weights, {}, {}, {}};
  for (auto& array : file.arrays) array.name = prefix + array.name;
  return file;
}

/// The weights of a model, all of them 9.
std::vector<NamedArray> nines(const Model& model) {
  auto all = model.weights;
  for (auto& array : all) array.values = std::vector<float>(array.values.size(), 9);
  return all;
}

const NamedArray& named(const std::vector<NamedArray>& all, const std::string& name) {
  return *std::ranges::find(all, name, &NamedArray::name);
}

/// What `build_model` makes of images of 8 x 8 pixels with these labels and a file.
Model build(const std::filesystem::path& file, Alone& alone, const std::vector<std::int32_t>& labels = {0, 1},
            std::size_t channels = 3) {
  const auto data = small_dataset(labels, 8, 8, channels);
  return *BuildModel::run({.data = data}, {.architecture = "resnet8", .pretrained = file}, alone.context)
              .model;
}

}  // namespace

TEST_CASE("weight match: all weights of the same network are taken") {
  const auto model = small_model();
  const auto match = match_weights(model.specification, nines(model), file_of(model));
  CHECK(same_weights(match.weights, model.weights));
  CHECK(match.taken.size() == model.weights.size());
  CHECK(in_words(match, file_of(model)) == "8 of 8 weights are from w");
  CHECK(warnings_of(match, file_of(model)).empty());
}

TEST_CASE("weight match: a head of other classes is left as it was, and told") {
  const auto wanted = small_model(3, 5), given = small_model(3, 2);
  const auto match = match_weights(wanted.specification, nines(wanted), file_of(given));
  CHECK(match.replaced == std::vector<std::string>{"fc.weight", "fc.bias"});
  CHECK(named(match.weights, "fc.weight").values[0] == 9);
  CHECK(named(match.weights, "conv1.weight").values[0] == 0.5F);
  CHECK(in_words(match, file_of(given)) ==
        "6 of 8 weights are from w; the head (fc.weight, fc.bias) is new, as it tells 2 classes apart there");
}

TEST_CASE("weight match: a prefix of all names is stripped, and told") {
  const auto model = small_model();
  const auto file = file_of(model, "module.model.");
  const auto match = match_weights(model.specification, nines(model), file);
  CHECK(same_weights(match.weights, model.weights));
  CHECK(in_words(match, file) == "8 of 8 weights are from w, where their names begin with \"module.model.\"");
}

TEST_CASE("weight match: filters of three colours are summed up for gray images, and told") {
  const auto gray = small_model(1), colour = small_model(3);
  const auto match = match_weights(gray.specification, nines(gray), file_of(colour));
  const auto& summed = named(match.weights, "conv1.weight");
  const auto& filters = named(colour.weights, "conv1.weight").values;
  CHECK(summed.shape == Shape{4, 1, 3, 3});
  CHECK(summed.values[0] == filters[0] + filters[9] + filters[18]);
  CHECK(summed.values[35] == filters[89] + filters[98] + filters[107]);
  CHECK(in_words(match, file_of(colour)) ==
        "8 of 8 weights are from w; conv1.weight is the sum over three colours, as images here are gray");
}

TEST_CASE("weight match: another shape in the body is an error that names both") {
  auto file = file_of(small_model());
  file.arrays[1] = {"bn1.weight", {5}, std::vector<float>(5)};
  CHECK(error_of([&] { match_weights(small_model().specification, small_model().weights, file); }) ==
        "w: \"bn1.weight\" is 5, but in small it is 4; give weights of the same architecture");
}

TEST_CASE("weight match: no name that fits is an error with names of both sides") {
  auto file = file_of(small_model());
  for (auto& array : file.arrays) array.name += "_of_another";
  CHECK(error_of([&] { match_weights(small_model().specification, small_model().weights, file); }) ==
        "w: has no weight of the body of small: it has \"conv1.weight_of_another\", "
        "\"bn1.weight_of_another\", \"bn1.bias_of_another\", ..., but small has \"conv1.weight\", "
        "\"bn1.weight\", \"bn1.bias\", ...; give weights of that architecture, or choose theirs");
}

TEST_CASE("weight match: what the body lacks and what has no place is warned of, counters are not") {
  auto file = file_of(small_model());
  std::erase_if(file.arrays,
                [](const NamedArray& one) { return one.name.starts_with("bn1.") && one.name != "bn1.bias"; });
  file.arrays.push_back({"ema.decay", {}, std::vector<float>{1}});
  const auto match = match_weights(small_model().specification, nines(small_model()), file);
  CHECK(match.added.size() == 4);
  CHECK(warnings_of(match, file) ==
        std::vector<std::string>{"3 weights are not in w and begin as if untrained: \"bn1.weight\", "
                                 "\"bn1.running_mean\", \"bn1.running_var\"",
                                 "1 weights of w have no place in this network: \"ema.decay\""});
}

TEST_CASE("head: it is the last layer with weights on the way to the output") {
  for (const auto& name : architecture_names()) {
    const auto network = build_specification(name, 64, 64, 3, 7);
    const auto info = infer(network);
    CHECK(info.layers[head_of(info)].weights.front().shape.front() == 7);
  }
}

TEST_CASE(
    "build_model: weights of a file take the place of the first ones, and what became of them is told") {
  const Folder folder;
  Alone first("model", 1), second("model", 2);
  const auto model = build({}, first);
  write_safetensors(folder / "w.safetensors", model);
  CHECK(same_weights(build(folder / "w.safetensors", second).weights, model.weights));
  CHECK_FALSE(same_weights(build({}, second).weights, model.weights));
  CHECK(BuildModel::sources({.pretrained = folder / "w.safetensors"}) ==
        std::vector<std::filesystem::path>{folder / "w.safetensors"});
}

TEST_CASE("build_model: a file that is not there is an error before anything runs") {
  CHECK(error_of([] { BuildModel::sources({.pretrained = "/nowhere/w.safetensors"}); }) ==
        "/nowhere/w.safetensors: no such file; check the path");
}

TEST_CASE("build_model: the preprocessing of a model's file is kept, in the size of the data") {
  const Folder folder;
  Alone alone("model");
  auto model = build({}, alone);
  model.preprocessing.fit = Fit::short_side;
  model.preprocessing.mean = {0.1, 0.2, 0.3};
  write_safetensors(folder / "w.safetensors", model);
  const auto data = small_dataset({0, 1}, 12, 10, 3);
  const BuildModel::Params params{.architecture = "resnet8", .pretrained = folder / "w.safetensors"};
  const auto how = BuildModel::run({.data = data}, params, alone.context).model->preprocessing;
  CHECK(how.mean == std::vector<double>{0.1, 0.2, 0.3});
  CHECK(how.fit == Fit::short_side);
  CHECK(how.size == ImageSize{12, 10, 3});
  auto own = params;
  own.fit = "stretch";
  CHECK(BuildModel::run({.data = data}, own, alone.context).model->preprocessing.mean == data.mean);
}

}  // namespace fovea
