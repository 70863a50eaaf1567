#include "stages/model/model.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/model/small_model.hpp"

using namespace fovea;
using testing::small_model;

namespace {

/// A stored model whose attributes and numbers are found under these names.
template <class Check> void look_into(const Model& model, const Check& check) {
  const testing::Folder folder;
  H5Writer file(folder / "model.h5");
  Model::codec().write(&model, file);
  file.close();
  check(H5Reader(folder / "model.h5"));
}

/// The model as a file had it before there was a preprocessing, `std` being called `std_name`.
Model read_older(const Model& model, const std::string& std_name) {
  const testing::Folder folder;
  H5Writer file(folder / "model.h5");
  file.write("specification", std::vector<std::string>{write_params(model.specification).dump()});
  std::vector<std::string> names;
  for (const auto& weight : model.weights) {
    names.push_back(weight.name);
    file.write("weights/" + weight.name, weight.values, weight.shape);
  }
  file.write("weight_names", names);
  file.write("class_names", model.class_names);
  file.write("mean", model.preprocessing.mean);
  file.write(std_name, model.preprocessing.std);
  file.close();
  return *std::static_pointer_cast<const Model>(Model::codec().read(H5Reader(folder / "model.h5"), {}));
}

}  // namespace

TEST_CASE("model: its preprocessing comes back from its file whole") {
  auto model = small_model();
  auto& how = model.preprocessing;
  how.fit = Fit::short_side;
  how.crop_pct = 0.875;
  how.filter = {Interpolation::bicubic, false};
  how.fill = {1, 2, 3};
  how.scale = 1 / 127.5;
  CHECK(testing::stored(model).preprocessing == how);
}

TEST_CASE("model: its preprocessing is a group of a file, in the words that users type") {
  auto model = small_model();
  model.preprocessing.fit = Fit::letterbox;
  look_into(model, [&](const H5Reader& file) {
    const std::string group = "preprocessing";
    CHECK(file.whole_attribute(group, "height") == 4);
    CHECK(file.whole_attribute(group, "width") == 6);
    CHECK(file.whole_attribute(group, "channels") == 3);
    CHECK(file.text_attribute(group, "fit") == "letterbox");
    CHECK(file.text_attribute(group, "interpolation") == "bilinear");
    CHECK(file.whole_attribute(group, "antialias") == 1);
    CHECK(file.number_attribute(group, "scale") == 1.0 / 255);
    CHECK(testing::to_vector(file.read<double>(group + "/mean")) == model.preprocessing.mean);
  });
}

TEST_CASE("model: an older file means the largest part in the middle, in the size of its layers") {
  for (const auto* std_name : {"std", "deviation"}) {
    const auto how = read_older(small_model(), std_name).preprocessing;
    CHECK(how.size == ImageSize{4, 6, 3});
    CHECK(how.fit == Fit::crop);
    CHECK(how.filter == Filter{});
    CHECK(how.scale == 1.0 / 255);
    CHECK(how.mean == small_model().preprocessing.mean);
    CHECK(how.std == small_model().preprocessing.std);
  }
}

TEST_CASE("model: a preprocessing that its layers can't take is refused") {
  auto model = small_model();
  model.preprocessing.size.height = 5;
  CHECK(error_of([&] { testing::stored(model); }) ==
        "Model: its preprocessing gives images of another size than its layers take; make it again");
  model = small_model();
  model.preprocessing.std.pop_back();
  CHECK(error_of([&] { testing::stored(model); }) ==
        "Model: its statistics are not numbers for each channel; make it again");
}
