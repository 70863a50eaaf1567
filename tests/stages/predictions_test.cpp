#include "stages/learn/predictions.hpp"

#include <fstream>
#include <sstream>

#include "runtime/store/artifact.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"

using namespace fovea;

namespace {

Predictions three() {
  return {std::vector<float>{.75f, .25f, .125f, .875f, .5f, .5f},
          std::vector<std::int32_t>{0, 0, 1},
          {"cat, \"big\"", "dog"}};
}

}  // namespace

TEST_CASE("predictions: of equals the class with the lowest number is predicted") {
  CHECK(three().predicted(1) == 1);
  CHECK(three().predicted(2) == 0);
}

TEST_CASE("predictions: the CSV has a line for each sample, names quoted where they need it") {
  CHECK(to_csv(three()) ==
        "index,label,predicted,confidence,correct,label_probability,label_name,predicted_name\n"
        "0,0,0,0.75,true,0.75,\"cat, \"\"big\"\"\",\"cat, \"\"big\"\"\"\n"
        "1,0,1,0.875,false,0.125,\"cat, \"\"big\"\"\",dog\n"
        "2,1,0,0.5,false,0.5,dog,\"cat, \"\"big\"\"\"\n");
}

TEST_CASE("predictions: probabilities are written so that they read back as the same float") {
  const Predictions one{std::vector<float>{0.1f, 0.9f}, std::vector<std::int32_t>{0}, {"a", "b"}};
  CHECK_THAT(to_csv(one), Catch::Contains("0,0,1,0.9,false,0.1,a,b\n"));
}

TEST_CASE("predictions: what is stored is what is read") {
  const Folder folder;
  const auto predictions = three();
  H5Writer writer(folder / "predictions.h5");
  Predictions::codec().write(&predictions, writer);
  writer.close();
  const auto read = Predictions::codec().read(H5Reader(folder / "predictions.h5"), {});
  CHECK(to_csv(*static_cast<const Predictions*>(read.get())) == to_csv(predictions));
}

TEST_CASE("predictions: exporting writes the CSV") {
  const Folder folder;
  const auto predictions = three();
  Predictions::codec().export_to(&predictions, "", folder / "predictions.csv");
  std::ostringstream text;
  text << std::ifstream(folder / "predictions.csv").rdbuf();
  CHECK(text.str() == to_csv(predictions));
}
