// A stored Predictions:
//   probabilities   N x K float, a row sums to 1
//   labels          N int32, the true class, 0 to K - 1
//   class_names     K texts
#include "stages/learn/predictions.hpp"

#include "runtime/store/artifact.hpp"
#include "stages/learn/text_file.hpp"

namespace fovea {

namespace {

void write(const Predictions& predictions, H5Writer& file) {
  file.write("probabilities", predictions.probabilities, {predictions.size(), predictions.classes()});
  file.attribute("probabilities", "axes", "sample, class");
  file.write("labels", predictions.labels, {predictions.size()});
  file.write("class_names", predictions.class_names);
}

Predictions read(const H5Reader& file, const Resolve&) {
  return {file.read<float>("probabilities"), file.read<std::int32_t>("labels"), file.texts("class_names")};
}

void export_to(const Predictions& predictions, const std::filesystem::path&,
               const std::filesystem::path& target) {
  write_file(target, to_csv(predictions));
}

}  // namespace

const Codec& Predictions::codec() {
  static const Codec codec = make_codec<Predictions>(1, write, read, export_to);
  return codec;
}

std::string to_csv(const Predictions& predictions) {
  std::vector<std::string> names;
  for (const auto& name : predictions.class_names) names.push_back(csv_cell(name));
  std::string csv = "index,label,predicted,confidence,correct,label_probability,label_name,predicted_name\n";
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto row = predictions.row(i);
    const auto label = static_cast<std::size_t>(predictions.labels[i]);
    const auto best = predictions.predicted(i);
    csv += std::to_string(i) + ',' + std::to_string(label) + ',' + std::to_string(best) + ',' +
           shortest(row[best]) + ',' + (best == label ? "true" : "false") + ',' + shortest(row[label]) + ',' +
           names[label] + ',' + names[best] + '\n';
  }
  return csv;
}

}  // namespace fovea
