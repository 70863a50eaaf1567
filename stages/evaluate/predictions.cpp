// A stored Predictions:
//   logits          N x K float, scores before softmax, or logarithms of probabilities (`probabilities` in
//                   their place until version 2)
//   labels          N int32, the true class, 0 to K - 1
//   class_names     K texts
//   names           uint8: the names of the samples, one after the other, in UTF-8
//   name_offsets    int64 N + 1: the begin of each name, and the end of the last
//   attributes/0, attributes/0_offsets, attributes/1, ...
//                   as names: one text column each of the data's source; the attribute `name` of the first
//                   dataset is the column's name; absent without columns, since version 4
#include "stages/evaluate/predictions.hpp"

#include <cmath>
#include <limits>
#include <set>

#include "graph/error.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"

namespace fovea {

namespace {

void write(const Predictions& predictions, H5Writer& file) {
  file.write("logits", predictions.logits, {predictions.size(), predictions.classes()});
  file.attribute("logits", "axes", "sample, class");
  file.write("labels", predictions.labels, {predictions.size()});
  file.write("class_names", predictions.class_names);
  write_names(predictions.names, file);
  write_attributes(predictions.attributes, file);
}

/// Throws unless the stored predictions are consistent, so that their users need no check.
void check(const Predictions& predictions, const Shape& shape) {
  const auto expect = [](bool right, const char* wrong) { expect_stored(Predictions::kind, right, wrong); };
  expect(shape == Shape{predictions.size(), predictions.classes()},
         "its logits are not one a sample and class");
  const auto classes = static_cast<std::int32_t>(predictions.classes());
  expect(std::all_of(predictions.labels.begin(), predictions.labels.end(),
                     [&](auto label) { return label >= 0 && label < classes; }),
         "a label has no class");
  expect(predictions.names.empty() || predictions.names.size() == predictions.size(),
         "its samples and their names differ in number");
  expect(are_of(predictions.attributes, predictions.size()),
         "its samples and what is told of them differ in number");
}

/// Returns the logits of probabilities, as older versions stored them. Probabilities below the smallest
/// normal float are raised to it.
Array<float> logarithms(const Array<float>& probabilities) {
  std::vector<float> logits;
  for (const float one : probabilities.span())
    logits.push_back(std::log(std::max(one, std::numeric_limits<float>::min())));
  return logits;
}

Predictions read(const H5Reader& file, const Resolve&) {
  const bool is_old = file.has("probabilities");
  const auto* const scores = is_old ? "probabilities" : "logits";
  auto values = file.read<float>(scores);
  Predictions predictions{is_old ? logarithms(values) : std::move(values), file.read<std::int32_t>("labels"),
                          file.texts("class_names"), read_names(file, "Predictions"),
                          read_attributes(file, "Predictions")};
  check(predictions, file.shape(scores));
  return predictions;
}

/// The cells of the CSV's header; attributes come last, under names that no other column has.
std::vector<std::string> header_of(const std::vector<Attribute>& attributes) {
  std::vector<std::string> header{
      "sample",     "index",         "label", "predicted", "confidence", "correct", "label_probability",
      "label_name", "predicted_name"};
  const std::set<std::string> fixed(header.begin(), header.end());
  auto taken = fixed;
  for (const auto& attribute : attributes) taken.insert(attribute.name);
  for (const auto& attribute : attributes) {
    auto name = attribute.name;
    if (fixed.contains(name)) {
      while (taken.contains(name)) name.insert(0, "attribute_");
    }
    header.push_back(csv_cell(name));
  }
  return header;
}

void export_to(const Predictions& predictions, const std::filesystem::path&,
               const std::filesystem::path& target) {
  write_file(target, to_csv(predictions));
}

}  // namespace

const Codec& Predictions::codec() {
  static const Codec codec = make_codec<Predictions>(4, write, read, export_to);
  return codec;
}

std::vector<double> softmax(std::span<const float> logits) {
  std::vector<double> shares(logits.begin(), logits.end());
  const double largest = *std::max_element(shares.begin(), shares.end());
  double sum = 0;
  for (auto& one : shares) sum += one = std::exp(one - largest);
  for (auto& one : shares) one /= sum;
  return shares;
}

std::string to_csv(const Predictions& predictions) {
  std::vector<std::string> names;
  for (const auto& name : predictions.class_names) names.push_back(csv_cell(name));
  std::string csv = join(header_of(predictions.attributes), ",") + '\n';
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto row = softmax(predictions.row(i));
    const auto label = static_cast<std::size_t>(predictions.labels[i]);
    const auto best = predictions.predicted(i);
    csv += csv_cell(predictions.name(i)) + ',' + std::to_string(i) + ',' + std::to_string(label) + ',' +
           std::to_string(best) + ',' + shortest(static_cast<float>(row[best])) + ',' +
           (best == label ? "true" : "false") + ',' + shortest(static_cast<float>(row[label])) + ',' +
           names[label] + ',' + names[best];
    for (const auto& attribute : predictions.attributes) csv += ',' + csv_cell(attribute.values[i]);
    csv += '\n';
  }
  return csv;
}

}  // namespace fovea
