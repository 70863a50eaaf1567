// A stored Metrics:
//   /                  attributes samples, k, accuracy, top_k_accuracy, loss (nats); since version 2 k and
//                      top_k_accuracy are 0 where top-k accuracy is not measured
//   class_names        K texts
//   precision, recall, f1   K doubles; support: K int64
//   macro, weighted    3 doubles each: precision, recall, f1
//   confusion          K x K int64: rows true, columns predicted
#include "stages/evaluate/metrics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "graph/error.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"

namespace fovea {

namespace {

using Scores = Metrics::Scores;

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

/// Sums over samples, from which every metric follows.
struct MetricSums {
  std::vector<std::int64_t> confusion;
  std::int64_t hits = 0;
  std::int64_t top_k_hits = 0;
  double loss = 0;
};

void expect_numbers(const Predictions& predictions, std::size_t i) {
  const auto row = predictions.row(i);
  const bool fine = std::all_of(row.begin(), row.end(), [](float score) { return std::isfinite(score); });
  if (!fine) {
    throw Error("sample " + (predictions.names.empty() ? std::to_string(i) : quote(predictions.names[i])) +
                ": a score is not finite; train the model again with a lower \"learning_rate\"");
  }
}

/// Returns the cross-entropy of one sample: the negative log-softmax of its true class.
double cross_entropy(std::span<const float> row, std::size_t truth) {
  const double largest = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (const float score : row) sum += std::exp(score - largest);
  return std::log(sum) + largest - row[truth];
}

/// Returns the rank of class `truth` by probability, from 0.
std::int64_t rank(std::span<const float> row, std::size_t truth) {
  std::int64_t before = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    before += row[i] > row[truth] || (row[i] == row[truth] && i < truth);
  }
  return before;
}

MetricSums sum_up(const Predictions& predictions, std::int64_t k) {
  const auto classes = predictions.classes();
  MetricSums sums{.confusion = std::vector<std::int64_t>(classes * classes)};
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto row = predictions.row(i);
    const auto truth = static_cast<std::size_t>(predictions.labels[i]);
    assert(truth < classes);
    expect_numbers(predictions, i);
    const auto place = rank(row, truth);
    ++sums.confusion[truth * classes + predictions.predicted(i)];
    sums.hits += place == 0;
    sums.top_k_hits += place < k;
    sums.loss += cross_entropy(row, truth);
  }
  return sums;
}

std::vector<Scores> score_classes(std::span<const std::int64_t> confusion, std::size_t classes) {
  std::vector<Scores> scores(classes);
  for (std::size_t c = 0; c < classes; ++c) {
    std::int64_t predicted = 0;
    for (std::size_t other = 0; other < classes; ++other) {
      scores[c].support += confusion[c * classes + other];
      predicted += confusion[other * classes + c];
    }
    const auto hits = static_cast<double>(confusion[c * classes + c]);
    scores[c].precision = ratio(hits, static_cast<double>(predicted));
    scores[c].recall = ratio(hits, static_cast<double>(scores[c].support));
    scores[c].f1 = ratio(2 * hits, static_cast<double>(predicted + scores[c].support));
  }
  return scores;
}

/// Returns the mean of the classes' scores, weighted by `weight`.
template <class Weight> Scores average(const std::vector<Scores>& classes, Weight weight) {
  Scores mean;
  double total = 0;
  for (const auto& one : classes) {
    const double share = weight(one);
    mean.precision += share * one.precision;
    mean.recall += share * one.recall;
    mean.f1 += share * one.f1;
    mean.support += one.support;
    total += share;
  }
  return {ratio(mean.precision, total), ratio(mean.recall, total), ratio(mean.f1, total), mean.support};
}

void put(Json& object, const std::string& name, double value) {
  object[name] = std::isfinite(value) ? Json(value) : Json(nullptr);
  if (!std::isfinite(value)) object[name + "_reason"] = "not finite";
}

void put(Json& object, const Scores& scores) {
  put(object, "precision", scores.precision);
  put(object, "recall", scores.recall);
  put(object, "f1", scores.f1);
  object["support"] = scores.support;
}

Json confusion_rows(const Metrics& metrics) {
  Json rows = Json::array();
  const auto classes = metrics.class_names.size();
  for (std::size_t row = 0; row < classes; ++row) {
    const auto counts = metrics.confusion.span().subspan(row * classes, classes);
    rows.push_back(std::vector<std::int64_t>(counts.begin(), counts.end()));
  }
  return rows;
}

void write(const Metrics& metrics, H5Writer& file) {
  std::vector<double> precision, recall, f1;
  std::vector<std::int64_t> support;
  for (const auto& one : metrics.classes) {
    precision.push_back(one.precision);
    recall.push_back(one.recall);
    f1.push_back(one.f1);
    support.push_back(one.support);
  }
  const auto classes = metrics.class_names.size();
  file.write("class_names", metrics.class_names);
  file.write("precision", precision);
  file.write("recall", recall);
  file.write("f1", f1);
  file.write("support", support);
  file.write("macro", std::vector{metrics.macro.precision, metrics.macro.recall, metrics.macro.f1});
  file.write("weighted",
             std::vector{metrics.weighted.precision, metrics.weighted.recall, metrics.weighted.f1});
  for (const auto* name : {"macro", "weighted"}) file.attribute(name, "columns", "precision, recall, f1");
  file.write("confusion", metrics.confusion, {classes, classes});
  file.attribute("confusion", "axes", "true class, predicted class");
  file.attribute("/", "samples", metrics.samples);
  file.attribute("/", "k", metrics.k);
  file.attribute("/", "accuracy", metrics.accuracy);
  file.attribute("/", "top_k_accuracy", metrics.top_k_accuracy);
  file.attribute("/", "loss", metrics.loss);
}

Scores read_average(const H5Reader& file, const std::string& name, std::int64_t samples) {
  const auto values = file.read<double>(name);
  expect_stored(Metrics::kind, values.size() == 3, "an average is not of three scores");
  return {values[0], values[1], values[2], samples};
}

/// Throws where a list is not one value per class.
void check(const Metrics& metrics, std::initializer_list<std::size_t> lengths) {
  const auto expect = [](bool right, const char* wrong) { expect_stored(Metrics::kind, right, wrong); };
  const auto classes = metrics.class_names.size();
  expect(std::all_of(lengths.begin(), lengths.end(), [&](auto one) { return one == classes; }),
         "its lists differ in length");
  expect(metrics.confusion.size() == classes * classes, "its confusion is not of all pairs of classes");
  expect(metrics.samples >= 0 && metrics.k >= 0, "a count is below 0");
}

Metrics read(const H5Reader& file, const Resolve&) {
  Metrics metrics;
  metrics.samples = file.whole_attribute("/", "samples");
  metrics.k = file.whole_attribute("/", "k");
  metrics.accuracy = file.number_attribute("/", "accuracy");
  metrics.top_k_accuracy = file.number_attribute("/", "top_k_accuracy");
  metrics.loss = file.number_attribute("/", "loss");
  metrics.class_names = file.texts("class_names");
  metrics.confusion = file.read<std::int64_t>("confusion");
  metrics.macro = read_average(file, "macro", metrics.samples);
  metrics.weighted = read_average(file, "weighted", metrics.samples);
  const auto precision = file.read<double>("precision"), recall = file.read<double>("recall"),
             f1 = file.read<double>("f1");
  const auto support = file.read<std::int64_t>("support");
  check(metrics, {precision.size(), recall.size(), f1.size(), support.size()});
  for (std::size_t c = 0; c < metrics.class_names.size(); ++c) {
    metrics.classes.push_back({precision[c], recall[c], f1[c], support[c]});
  }
  return metrics;
}

void export_to(const Metrics& metrics, const std::filesystem::path&, const std::filesystem::path& target) {
  write_file(target, pretty(to_json(metrics)) + "\n");
  write_file(target.parent_path() / "classification_report.csv", classification_report(metrics));
}

NamedNumbers numbers_of(const Metrics& metrics) {
  NamedNumbers numbers{{"accuracy", metrics.accuracy}};
  if (metrics.k > 0) numbers.emplace_back("top_" + std::to_string(metrics.k), metrics.top_k_accuracy);
  numbers.insert(
      numbers.end(),
      {{"loss", metrics.loss}, {"macro_f1", metrics.macro.f1}, {"weighted_f1", metrics.weighted.f1}});
  return numbers;
}

SummaryLines summary_of(const Metrics& metrics) {
  NamedNumbers shown{{"accuracy", metrics.accuracy}};
  if (metrics.k > 0) shown.emplace_back("top-" + std::to_string(metrics.k), metrics.top_k_accuracy);
  shown.insert(shown.end(), {{"loss", metrics.loss}, {"macro F1", metrics.macro.f1}});
  auto json = to_json(metrics);
  for (const char* of_classes : {"class_names", "per_class", "confusion"}) json.erase(of_classes);
  return {{in_words(shown)}, std::move(json)};
}

}  // namespace

const Codec& Metrics::codec() {
  static const Codec codec =
      telling(make_codec<Metrics>(2, write, read, export_to),
              {.numbers = told_by<Metrics>(numbers_of), .summary = told_by<Metrics>(summary_of)});
  return codec;
}

Metrics measure(const Predictions& predictions, std::int64_t k) {
  assert(predictions.logits.size() == predictions.size() * predictions.classes());
  if (predictions.size() == 0) throw Error("no samples to measure; evaluate data with at least one image");
  auto sums = sum_up(predictions, k);
  const auto samples = static_cast<double>(predictions.size());
  Metrics metrics;
  metrics.samples = static_cast<std::int64_t>(predictions.size());
  metrics.accuracy = static_cast<double>(sums.hits) / samples;
  metrics.k = k;
  if (k > 0) metrics.top_k_accuracy = static_cast<double>(sums.top_k_hits) / samples;
  metrics.loss = sums.loss / samples;
  metrics.classes = score_classes(sums.confusion, predictions.classes());
  metrics.macro = average(metrics.classes, [](const Scores&) { return 1.0; });
  metrics.weighted =
      average(metrics.classes, [](const Scores& one) { return static_cast<double>(one.support); });
  metrics.confusion = std::move(sums.confusion);
  metrics.class_names = predictions.class_names;
  return metrics;
}

Json to_json(const Metrics& metrics) {
  Json json;
  json["samples"] = metrics.samples;
  put(json, "accuracy", metrics.accuracy);
  if (metrics.k > 0) {
    json["top_k"]["k"] = metrics.k;
    put(json["top_k"], "accuracy", metrics.top_k_accuracy);
  }
  put(json, "loss", metrics.loss);
  put(json["macro"] = Json::object(), metrics.macro);
  put(json["weighted"] = Json::object(), metrics.weighted);
  json["class_names"] = metrics.class_names;
  json["per_class"] = Json::array();
  for (std::size_t c = 0; c < metrics.classes.size(); ++c) {
    Json one{{"class", c}, {"name", metrics.class_names[c]}};
    put(one, metrics.classes[c]);
    json["per_class"].push_back(std::move(one));
  }
  json["confusion"]["axes"] = {"true", "predicted"};
  json["confusion"]["counts"] = confusion_rows(metrics);
  return json;
}

std::string classification_report(const Metrics& metrics) {
  std::string csv = "class,precision,recall,f1,support\n";
  const auto line = [&](const std::string& name, const Scores& scores) {
    csv += csv_cell(name) + ',' + shortest(scores.precision) + ',' + shortest(scores.recall) + ',' +
           shortest(scores.f1) + ',' + std::to_string(scores.support) + '\n';
  };
  for (std::size_t c = 0; c < metrics.classes.size(); ++c) line(metrics.class_names[c], metrics.classes[c]);
  csv += "accuracy,,," + shortest(metrics.accuracy) + ',' + std::to_string(metrics.samples) + '\n';
  line("macro avg", metrics.macro);
  line("weighted avg", metrics.weighted);
  return csv;
}

}  // namespace fovea
