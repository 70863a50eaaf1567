#include "stages/evaluate/tally.hpp"

namespace fovea {
namespace {

/// Returns the rank of the true class, from 0; NaN ranks before everything.
std::size_t rank_of(std::span<const float> scores, std::size_t truth) {
  const float score = scores[truth];
  std::size_t rank = 0;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (!(scores[k] <= score) || (scores[k] == score && k < truth)) ++rank;
  }
  return rank;
}

}  // namespace

void Tally::add(double mean_loss, std::span<const float> scores, const Batch& batch) {
  const double share = static_cast<double>(batch.share);
  count(scores, batch.labels, batch.other_labels.empty() ? 1 : share);
  if (!batch.other_labels.empty()) count(scores, batch.other_labels, 1 - share);
  loss += mean_loss * static_cast<double>(batch.size());
  samples += static_cast<std::int64_t>(batch.size());
}

void Tally::count(std::span<const float> scores, std::span<const std::int64_t> labels, double share) {
  const auto classes = scores.size() / labels.size();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto rank = rank_of(scores.subspan(i * classes, classes), static_cast<std::size_t>(labels[i]));
    if (rank == 0) hits += share;
    if (rank < 5) hits_5 += share;
  }
}

}  // namespace fovea
