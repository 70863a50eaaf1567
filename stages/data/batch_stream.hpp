#pragma once

#include <memory>

#include "stages/data/augmentation_recipe.hpp"

namespace fovea {

/// Images with their labels.
struct Batch {
  std::vector<std::uint8_t> images;        ///< n x H x W x C
  std::vector<std::int64_t> labels;        ///< n
  std::vector<std::int64_t> other_labels;  ///< n, the second label of mixed images; empty without mixing
  float share = 1;                         ///< weight of `labels`; the rest is that of `other_labels`
  float blended = 1;  ///< share of an image's own values, once they are normalised; the rest is that of the
                      ///< image at the same place from the batch's end
  std::size_t size() const { return labels.size(); }
};

/// Seconds by phase, summed over all threads that make batches; `waited` is the consumer's.
struct StreamTimes {
  double decoding = 0;
  double augmenting = 0;
  double waited = 0;
};

/// Returns how many batches of so many bytes are made ahead of their use: two for each thread and one more,
/// but fewer of large ones.
std::size_t batches_ahead(std::size_t threads, std::size_t batch_bytes);

/// The batches of one pass over the data, made in parallel ahead of their use and returned in order.
class BatchStream {
 public:
  /// Makes the stream of a training pass: samples in the random order of (seed, epoch), each augmented anew,
  /// from batch `first` on. The last batch may be smaller.
  static BatchStream training(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t batch_size,
                              std::size_t threads, std::size_t first = 0);
  /// A pass over all samples in their own order, as the preprocessing shows them. The data may have images of
  /// any size, gray or RGB.
  static BatchStream plain(const Dataset& data, const Preprocessing& how, std::size_t batch_size,
                           std::size_t threads);
  BatchStream(BatchStream&&) noexcept;
  ~BatchStream();

  /// Returns the next batch, which is valid until the next call, or null after the last.
  const Batch* next();
  /// Returns how the bytes of images become values.
  const Preprocessing& preprocessing() const;
  /// Returns the times so far.
  StreamTimes times() const;

 private:
  struct Body;
  explicit BatchStream(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace fovea
