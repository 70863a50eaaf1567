#include "stages/evaluate/metrics.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;

namespace {

Json oracle() {
  return parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/metrics.json"));
}

Predictions predictions_of(std::vector<float> logits, std::vector<std::int32_t> labels, std::size_t classes) {
  Predictions predictions{std::move(logits), std::move(labels), {}};
  for (std::size_t c = 0; c < classes; ++c) predictions.class_names.push_back("c" + std::to_string(c));
  return predictions;
}

Metrics small() {
  return measure(predictions_of({.9f, .1f, .2f, .8f, .6f, .4f}, {0, 1, 1}, 2), 1);
}

void check_near(double value, const Json& expected) {
  CHECK(value == Approx(expected.get<double>()).epsilon(0).margin(1e-9));
}

void check_average(const Metrics::Scores& scores, const Json& expected) {
  check_near(scores.precision, expected[0]);
  check_near(scores.recall, expected[1]);
  check_near(scores.f1, expected[2]);
}

}  // namespace

TEST_CASE("metrics: every figure is that of scikit-learn, top-k hits and loss that of NumPy") {
  const auto all = oracle();
  REQUIRE(all.size() > 4);
  for (const auto& one : all) {
    INFO(one["name"].get<std::string>());
    const auto metrics =
        measure(predictions_of(one["logits"].get<std::vector<float>>(),
                               one["labels"].get<std::vector<std::int32_t>>(), one["classes"]),
                one["k"]);
    check_near(metrics.accuracy, one["accuracy"]);
    check_near(metrics.top_k_accuracy, one["top_k_accuracy"]);
    check_near(metrics.loss, one["loss"]);
    check_average(metrics.macro, one["macro"]);
    check_average(metrics.weighted, one["weighted"]);
    for (std::size_t c = 0; c < metrics.classes.size(); ++c) {
      check_average(metrics.classes[c], {one["precision"][c], one["recall"][c], one["f1"][c]});
      CHECK(metrics.classes[c].support == one["support"][c]);
    }
    const auto confusion = one["confusion"].get<std::vector<std::int64_t>>();
    CHECK(std::vector(metrics.confusion.begin(), metrics.confusion.end()) == confusion);
  }
}

TEST_CASE("metrics: with k at least the number of classes, every sample is a hit") {
  CHECK(measure(predictions_of({0, 1, 1, 0}, {0, 1}, 2), 2).top_k_accuracy == 1);
  CHECK(measure(predictions_of({0, 1, 1, 0}, {0, 1}, 2), 100).top_k_accuracy == 1);
}

TEST_CASE("metrics: of equal probabilities the class with the lower number comes first") {
  const auto metrics = measure(predictions_of({.5f, .5f, .5f, .5f}, {0, 1}, 2), 1);
  CHECK(metrics.accuracy == 0.5);
  CHECK(metrics.count(1, 0) == 1);
}

TEST_CASE("metrics: a class that never occurs keeps its row, its name and scores of 0") {
  const auto metrics = measure(predictions_of({1, 0, 0}, {0}, 3), 1);
  CHECK(metrics.class_names[2] == "c2");
  CHECK(metrics.classes[2].f1 == 0);
  CHECK(metrics.classes[2].support == 0);
}

TEST_CASE("metrics: no samples are an error") {
  CHECK_THROWS_WITH(measure(predictions_of({}, {}, 3), 1),
                    "no samples to measure; evaluate data with at least one image");
}

TEST_CASE("metrics: a score that is not a number is an error that names the sample") {
  auto predictions = predictions_of({1, 0, NAN, 0}, {0, 0}, 2);
  CHECK_THROWS_WITH(measure(predictions, 1),
                    "sample 1: a score is not finite; train the model again with a lower \"learning_rate\"");
  NameList names;
  for (const auto* name : {"cat/1.png", "cat/2.png"}) names.add(name);
  predictions.names = names.finish();
  CHECK_THROWS_WITH(measure(predictions, 1),
                    "sample \"cat/2.png\": a score is not finite; train the model again with a lower "
                    "\"learning_rate\"");
}

TEST_CASE("metrics: the JSON holds every figure, rows of counts on one line") {
  const auto metrics = small();
  const auto text = pretty(to_json(metrics));
  const auto json = parse_json(text);
  CHECK(json["accuracy"] == metrics.accuracy);
  CHECK(json["top_k"] == Json({{"k", 1}, {"accuracy", metrics.top_k_accuracy}}));
  CHECK(json["loss"] == metrics.loss);
  CHECK(json["per_class"][1]["name"] == "c1");
  CHECK(json["per_class"][1]["recall"] == 0.5);
  CHECK(json["class_names"] == Json({"c0", "c1"}));
  CHECK_THAT(text, Catch::Contains("\"counts\": [\n      [1,0],\n      [1,1]\n    ]"));
}

TEST_CASE("metrics: the JSON has null and the reason for what is not finite") {
  auto metrics = small();
  metrics.loss = std::numeric_limits<double>::infinity();
  const auto json = to_json(metrics);
  CHECK(json["loss"].is_null());
  CHECK(json["loss_reason"] == "not finite");
}

TEST_CASE("metrics: the JSON is valid whatever bytes a class name holds") {
  auto metrics = small();
  metrics.class_names = {"bad \xff byte", "quote \" and\nline"};
  CHECK(parse_json(pretty(to_json(metrics)))["class_names"][1] == "quote \" and\nline");
}

TEST_CASE("metrics: the report has a line for each class and for each average") {
  auto metrics = small();
  metrics.class_names = {"cat, small", "dog"};
  CHECK(classification_report(metrics) ==
        "class,precision,recall,f1,support\n"
        "\"cat, small\",0.5,1,0.6666666666666666,1\n"
        "dog,1,0.5,0.6666666666666666,2\n"
        "accuracy,,,0.6666666666666666,3\n"
        "macro avg,0.75,0.75,0.6666666666666666,3\n"
        "weighted avg,0.8333333333333334,0.6666666666666666,0.6666666666666666,3\n");
}

TEST_CASE("metrics: what is stored is what is read") {
  const Folder folder;
  const auto path = folder / "metrics.h5";
  const auto metrics = small();
  H5Writer writer(path);
  Metrics::codec().write(&metrics, writer);
  writer.close();
  const auto read = Metrics::codec().read(H5Reader(path), {});
  CHECK(to_json(*static_cast<const Metrics*>(read.get())) == to_json(metrics));
}

TEST_CASE("metrics: exporting writes the JSON and the report beside it") {
  const Folder folder;
  const auto metrics = small();
  Metrics::codec().export_to(&metrics, "", folder / "metrics.json");
  CHECK(parse_json(bytes_of(folder / "metrics.json")) == to_json(metrics));
  CHECK(bytes_of(folder / "classification_report.csv") == classification_report(metrics));
}

TEST_CASE("metrics: stored metrics whose lists do not fit each other are refused") {
  const auto refused = [](const Metrics& metrics) {
    const Folder folder;
    write_artifact(Metrics::codec(), &metrics, folder / "metrics.h5");
    return error_of([&] { Metrics::codec().read(H5Reader(folder / "metrics.h5"), {}); });
  };
  auto metrics = small();
  metrics.classes.pop_back();
  CHECK(refused(metrics) == "Metrics: its lists differ in length; make it again");
  metrics = small();
  metrics.k = -1;
  CHECK(refused(metrics) == "Metrics: a count is below 0; make it again");
}

TEST_CASE("metrics: with k 0 hits among the most probable are not counted") {
  const auto metrics = measure(predictions_of({.9f, .1f}, {0}, 2), 0);
  CHECK(metrics.top_k_accuracy == 0);
  CHECK_FALSE(to_json(metrics).contains("top_k"));
}
