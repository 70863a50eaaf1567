// A stored GradientHistory:
//   gradients/names             text, the parameters
//   gradients/mean, /largest    double, epochs x parameters
#include "stages/train/gradient_history.hpp"

#include <algorithm>

#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"

namespace fovea {

void GradientSums::add(std::size_t parameter, double norm) {
  sum[parameter] += norm;
  largest[parameter] = std::max(largest[parameter], norm);
}

void GradientSums::end_epoch(std::int64_t steps_of_epoch, GradientHistory& history) {
  for (const double one : sum) history.mean.push_back(one / static_cast<double>(steps_of_epoch));
  history.largest.insert(history.largest.end(), largest.begin(), largest.end());
  *this = GradientSums(sum.size());
}

void write_gradients(const GradientHistory& history, H5Writer& file) {
  const Shape shape{history.epochs(), history.names.size()};
  file.write("gradients/names", history.names);
  file.write("gradients/mean", history.mean, shape);
  file.write("gradients/largest", history.largest, shape);
}

GradientHistory read_gradients(const H5Reader& file) {
  GradientHistory history{file.texts("gradients/names"), file.numbers("gradients/mean"),
                          file.numbers("gradients/largest")};
  const auto& mean = history.mean;
  const auto names = history.names.size();
  expect_stored(
      GradientHistory::kind,
      mean.size() == history.largest.size() && (names == 0 ? mean.empty() : mean.size() % names == 0),
      "its norms are not those of its parameters");
  return history;
}

std::string to_csv(const GradientHistory& history) {
  std::string csv = "epoch,parameter,mean_norm,largest_norm\n";
  for (std::size_t i = 0; i < history.mean.size(); ++i) {
    csv += std::to_string(i / history.names.size() + 1) + ',' + history.names[i % history.names.size()] +
           ',' + shortest(history.mean[i]) + ',' + shortest(history.largest[i]) + '\n';
  }
  return csv;
}

const Codec& GradientHistory::codec() {
  static const Codec codec = make_codec<GradientHistory>(
      1, write_gradients, [](const H5Reader& file, const Resolve&) { return read_gradients(file); });
  return codec;
}

}  // namespace fovea
