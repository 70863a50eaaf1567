// A stored Predictions:
//   probabilities   N x K float, a row sums to 1
//   labels          N int32, the true class, 0 to K - 1
//   class_names     K texts
//   names           uint8: what the samples are called, one after the other, in UTF-8
//   name_offsets    int64 N + 1: where each name begins, and the end of the last
#include "stages/evaluate/predictions.hpp"

#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"

namespace fovea {

namespace {

void write(const Predictions& predictions, H5Writer& file) {
  file.write("probabilities", predictions.probabilities, {predictions.size(), predictions.classes()});
  file.attribute("probabilities", "axes", "sample, class");
  file.write("labels", predictions.labels, {predictions.size()});
  file.write("class_names", predictions.class_names);
  write_names(predictions.names, file);
}

/// Refuses what no Predictions can be, so that whoever uses one need not look again.
void check(const Predictions& predictions, const Shape& shape) {
  const auto wrong = [](const std::string& what) { throw Error("Predictions: " + what + "; make it again"); };
  if (shape != Shape{predictions.size(), predictions.classes()})
    wrong("its probabilities are not one a sample and class");
  const auto classes = static_cast<std::int32_t>(predictions.classes());
  if (std::any_of(predictions.labels.begin(), predictions.labels.end(),
                  [&](auto label) { return label < 0 || label >= classes; }))
    wrong("a label has no class");
  if (!predictions.names.empty() && predictions.names.size() != predictions.size())
    wrong("its samples and their names differ in number");
}

Predictions read(const H5Reader& file, const Resolve&) {
  Predictions predictions{file.read<float>("probabilities"), file.read<std::int32_t>("labels"),
                          file.texts("class_names"), read_names(file, "Predictions")};
  check(predictions, file.shape("probabilities"));
  return predictions;
}

void export_to(const Predictions& predictions, const std::filesystem::path&,
               const std::filesystem::path& target) {
  write_file(target, to_csv(predictions));
}

}  // namespace

const Codec& Predictions::codec() {
  static const Codec codec = make_codec<Predictions>(2, write, read, export_to);
  return codec;
}

std::string to_csv(const Predictions& predictions) {
  std::vector<std::string> names;
  for (const auto& name : predictions.class_names) names.push_back(csv_cell(name));
  std::string csv =
      "sample,index,label,predicted,confidence,correct,label_probability,label_name,predicted_name\n";
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto row = predictions.row(i);
    const auto label = static_cast<std::size_t>(predictions.labels[i]);
    const auto best = predictions.predicted(i);
    csv += predictions.names.empty() ? std::to_string(i) : csv_cell(predictions.names[i]);
    csv += ',' + std::to_string(i) + ',' + std::to_string(label) + ',' + std::to_string(best) + ',' +
           shortest(row[best]) + ',' + (best == label ? "true" : "false") + ',' + shortest(row[label]) + ',' +
           names[label] + ',' + names[best] + '\n';
  }
  return csv;
}

}  // namespace fovea
