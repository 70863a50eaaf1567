#include "stages/evaluate/summarise.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "runtime/context.hpp"
#include "runtime/store/artifact.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;

namespace {

Approx exactly(double value) {
  return Approx(value).epsilon(0).margin(1e-9);
}

/// Metrics of two classes in which everything is made of one number.
Metrics metrics_of(double number) {
  Metrics metrics;
  metrics.samples = 10;
  metrics.accuracy = number;
  metrics.k = 5;
  metrics.top_k_accuracy = number / 2;
  metrics.loss = 10 * number;
  metrics.classes = {{0, 0, number / 4, 5}, {0, 0, number / 5, 5}};
  metrics.macro.f1 = number / 8;
  metrics.weighted.f1 = number / 16;
  metrics.class_names = {"cat", "dog"};
  return metrics;
}

MetricsSummary summary_of(const std::vector<Metrics>& runs, const char* each = "[]") {
  Summarise::In<Value> in;
  for (const auto& run : runs) in.metrics.emplace_back(run);
  Context context;
  const auto values = parse_json(each);
  return *Summarise::run(in, {.each = {values.begin(), values.end()}}, context).summary;
}

}  // namespace

// Student's sleep data, as R's t.test(sleep$extra[sleep$group == 1]) has it: mean 0.75, interval -0.5297804
// to 2.0297804; the further digits from A(t|9) of Abramowitz and Stegun, 26.7.3.
TEST_CASE("spread: mean, deviation and interval are those of Student's sleep data") {
  const auto spread = spread_of({0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0});
  CHECK(spread.mean == exactly(0.75));
  CHECK(spread.std == exactly(1.7890096577591623));
  CHECK(spread.low == exactly(-0.5297804135262323));
  CHECK(spread.high == exactly(2.0297804135262325));
}

// With one and two degrees of freedom the quantile is tan(0.475 pi) and 0.95 sqrt(2 / (1 - 0.95^2)).
TEST_CASE("spread: with two and three values the quantile is that of its closed form") {
  const auto two = spread_of({1, 3});
  CHECK(two.std == exactly(std::sqrt(2.0)));
  CHECK(two.high - two.mean == exactly(12.706204736174696));
  const auto three = spread_of({1, 2, 3});
  CHECK(three.std == exactly(1));
  CHECK(three.mean - three.low == exactly(4.302652729749463 / std::sqrt(3.0)));
}

TEST_CASE("spread: the interval of shares stays within 0 and 1, and tells how far it reaches") {
  const auto high = spread_of_shares({0.98, 1}), low = spread_of_shares({0, 0.02});
  CHECK(high.high == 1);
  CHECK(high.low == exactly(0.99 - 12.706204736174696 * 0.01));
  CHECK(high.reach() == exactly(12.706204736174696 * 0.01));
  CHECK(low.low == 0);
  CHECK(low.high == exactly(0.01 + 12.706204736174696 * 0.01));
  CHECK(std::isnan(spread_of_shares({0.5}).low));
}

TEST_CASE("summarise: shares have intervals of shares, and the loss has its own") {
  auto one = metrics_of(0.98), other = metrics_of(1);
  const auto summary = summary_of({one, other});
  CHECK(summary.settings[0].accuracy.high == 1);
  CHECK(summary.settings[0].loss.high > 9.9);
}

TEST_CASE("summarise: a top-k accuracy that the runs do not have is left out") {
  auto without = metrics_of(0.5);
  without.k = 0;
  const auto summary = summary_of({without});
  CHECK(in_words(summary) ==
        std::vector<std::string>{"accuracy 0.5000  loss 5.0000  macro F1 0.0625  (1 run)"});
  CHECK_FALSE(to_json(summary).at("settings")[0].contains("top_k"));
}

TEST_CASE("summarise: a stored summary whose lists do not fit each other is refused") {
  const auto refused = [](const MetricsSummary& summary) {
    const Folder folder;
    write_artifact(MetricsSummary::codec(), &summary, folder / "summary.h5");
    return error_of([&] { MetricsSummary::codec().read(H5Reader(folder / "summary.h5"), {}); });
  };
  CHECK(refused({}) == "MetricsSummary: its lists differ in length; make it again");
}

TEST_CASE("spread: equal values have an interval of no length") {
  const auto spread = spread_of({0.5, 0.5, 0.5});
  CHECK(spread.std == 0);
  CHECK(spread.low == 0.5);
  CHECK(spread.high == 0.5);
}

TEST_CASE("spread: what one value does not tell is null, with the reason beside it") {
  CHECK(to_json(spread_of({0.25})).dump() ==
        R"({"mean":0.25,"std":null,"std_reason":"one value tells nothing of a spread",)"
        R"("interval":null,"interval_reason":"one value tells nothing of a spread","values":[0.25]})");
}

TEST_CASE("spread: a value that is not finite leaves nothing known but the others") {
  const auto json = to_json(spread_of({1, std::numeric_limits<double>::infinity()}));
  CHECK(json.dump() == R"({"mean":null,"mean_reason":"not finite","std":null,"std_reason":"not finite",)"
                       R"("interval":null,"interval_reason":"not finite","values":[1.0,null]})");
}

TEST_CASE("summarise: every metric has the values of all runs in their order") {
  const auto summary = summary_of({metrics_of(0.4), metrics_of(0.8), metrics_of(0.6)});
  using Values = std::vector<double>;
  CHECK(summary.runs() == 3);
  REQUIRE(summary.settings.size() == 1);
  const auto& all = summary.settings[0];
  CHECK(all.accuracy.values == Values{0.4, 0.8, 0.6});
  CHECK(all.accuracy.mean == exactly(0.6));
  CHECK(all.accuracy.std == exactly(0.2));
  CHECK(all.top_k_accuracy.mean == exactly(0.3));
  CHECK(all.loss.values == Values{4, 8, 6});
  CHECK(all.macro_f1.mean == exactly(0.075));
  CHECK(all.weighted_f1.mean == exactly(0.0375));
  CHECK(all.class_f1[0].mean == exactly(0.15));
  CHECK(all.class_f1[1].values == Values{0.4 / 5, 0.8 / 5, 0.6 / 5});
}

TEST_CASE("summarise: a mean is one over seeds and folds, and never over settings") {
  const auto summary = summary_of({metrics_of(0.4), metrics_of(0.8), metrics_of(0.6), metrics_of(0.7)},
                                  R"([{"seed": 0, "train.rate": 0.1}, {"seed": 0, "train.rate": 0.2},
          {"train.rate": 0.1, "seed": 1, "split.fold": 2}, {"train.rate": 0.2, "split.fold": 1, "seed": 0}])");
  REQUIRE(summary.settings.size() == 2);
  using Values = std::vector<double>;
  CHECK(summary.settings[0].setting.dump() == R"({"train.rate":0.1})");
  CHECK(summary.settings[0].accuracy.values == Values{0.4, 0.6});
  CHECK(summary.settings[1].accuracy.values == Values{0.8, 0.7});
  CHECK(summary.settings[1].accuracy.mean == exactly(0.75));
  CHECK(Json(summary.settings[1].runs).dump() == R"([{"seed":0},{"seed":0,"split.fold":1}])");
  CHECK(summary.runs() == 4);
}

TEST_CASE("summarise: values that are not one for each of the metrics are refused") {
  CHECK(error_of([] {
          summary_of({metrics_of(0.4), metrics_of(0.8)}, R"([{"seed": 0}])");
        }) == "\"each\": 1 values, but 2 metrics; give one for each, or none");
}

TEST_CASE("summarise: runs of other classes, or of another k, are refused") {
  auto other = metrics_of(0.5);
  other.class_names = {"dog", "cat"};
  CHECK(
      error_of([&] {
        summary_of({metrics_of(0.4), other});
      }) ==
      "\"metrics\": number 2 is of [\"dog\",\"cat\"], but the first is of [\"cat\",\"dog\"]; give metrics of "
      "the same classes in the same order");
  other = metrics_of(0.5);
  other.k = 3;
  CHECK(
      error_of([&] {
        summary_of({metrics_of(0.4), metrics_of(0.4), other});
      }) ==
      "\"metrics\": number 3 counts hits among the top 3, but the first among 5; evaluate all with the same "
      "\"top_k\"");
}

TEST_CASE("summarise: what is stored is what is read, and what is exported is JSON with every number") {
  const Folder folder;
  const auto summary = summary_of({metrics_of(0.4), metrics_of(0.8), metrics_of(0.6)},
                                  R"([{"seed": 0}, {"seed": 1}, {"seed": 0, "train.rate": 2}])");
  H5Writer writer(folder / "summary.h5");
  MetricsSummary::codec().write(&summary, writer);
  writer.close();
  const auto read = std::static_pointer_cast<const MetricsSummary>(
      MetricsSummary::codec().read(H5Reader(folder / "summary.h5"), {}));
  CHECK(to_json(*read) == to_json(summary));
  MetricsSummary::codec().export_to(&summary, {}, folder / "summary.json");
  const auto json = parse_json(bytes_of(folder / "summary.json"));
  CHECK(json == parse_json(to_json(summary).dump()));
  CHECK(json["runs"] == 3);
  CHECK(json["settings"][1]["setting"]["train.rate"] == 2);
  CHECK(json["settings"][0]["each"][1]["seed"] == 1);
  CHECK(json["confidence"] == 0.95);
  const auto& one = json["settings"][0];
  CHECK(one["top_k"]["k"] == 5);
  CHECK(one["accuracy"]["interval"][1].get<double>() == exactly(summary.settings[0].accuracy.high));
  CHECK(one["per_class"][1]["name"] == "dog");
  CHECK(one["per_class"][1]["f1"]["values"].size() == 2);
}

TEST_CASE("summarise: in words it says the mean of each metric and how far its interval reaches") {
  using Lines = std::vector<std::string>;
  CHECK(
      in_words(summary_of({metrics_of(0.5), metrics_of(0.5)})) ==
      Lines{
          "accuracy 0.5000 ± 0.0000  top-5 0.2500 ± 0.0000  loss 5.0000 ± 0.0000  macro F1 0.0625 ± 0.0000  "
          "(2 runs; ± is the 95 % interval of the mean)"});
  CHECK(in_words(summary_of({metrics_of(0.5)})) ==
        Lines{"accuracy 0.5000  top-5 0.2500  loss 5.0000  macro F1 0.0625  (1 run)"});
  // The mean of 0.98 and 1 is 0.99, and 12.7 times their standard error of 0.01 would go beyond 1.
  CHECK(in_words(summary_of({metrics_of(0.98), metrics_of(1)}))[0].starts_with(
      "accuracy 0.9900 (0.8629 to 1)  top-5 0.4950 ± 0.0635  loss 9.9000 ± 1.2706  "));
  CHECK(in_words(summary_of({metrics_of(0.98), metrics_of(1)}))[0].ends_with(
      "  (2 runs; ± or in brackets is the 95 % interval of the mean)"));
  const auto two =
      in_words(summary_of({metrics_of(0.5), metrics_of(0.25)}, R"([{"train.rate": 1}, {"train.rate": 2}])"));
  REQUIRE(two.size() == 2);
  CHECK(two[1] == "rate 2  accuracy 0.2500  top-5 0.1250  loss 2.5000  macro F1 0.0312  (1 run)");
}
