#pragma once

#include <memory>

#include "stages/data/augmentation_recipe.hpp"

namespace fovea {

/// Images ready for a network.
struct Batch {
  std::vector<float> images;               ///< n x H x W x C, normalised
  std::vector<std::int64_t> labels;        ///< n
  std::vector<std::int64_t> other_labels;  ///< n, of what was mixed in; empty where nothing was
  float share = 1;                         ///< of `labels`; the rest is that of `other_labels`
  std::size_t size() const { return labels.size(); }
};

/// Where the time went, in seconds over all threads that made batches; `waited` is that of who took them.
struct StreamTimes {
  double decoding = 0;
  double augmenting = 0;
  double waited = 0;
};

/// The batches of one pass over the data, made in parallel ahead of their use and given in order.
class BatchStream {
 public:
  /// A training pass: samples in the random order of (seed, epoch), each augmented anew; begins with batch
  /// `first`. The last batch may be smaller.
  static BatchStream training(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t batch_size,
                              std::size_t threads, std::size_t first = 0);
  /// A pass over all samples in their own order, only normalised.
  static BatchStream plain(const Dataset& data, const std::vector<double>& mean,
                           const std::vector<double>& std, std::size_t batch_size, std::size_t threads);
  BatchStream(BatchStream&&) noexcept;
  ~BatchStream();

  /// The next batch, which stays until the next call, or null after the last.
  const Batch* next();
  /// Where the time has gone so far.
  StreamTimes times() const;

 private:
  struct Body;
  explicit BatchStream(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace fovea
