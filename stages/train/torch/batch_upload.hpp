#pragma once

#include "stages/data/batch_stream.hpp"
#include "stages/model/torch/device_stream.hpp"
#include "stages/model/torch/network.hpp"
#include "stages/model/torch/network_input.hpp"
#include "stages/train/torch/loss.hpp"

namespace fovea {

/// The input of a step on the device, sent as one block of memory at a fixed address: a few numbers, labels,
/// dropout masks, bytes of images.
class BatchUpload {
 public:
  /// Numbers that differ from step to step.
  struct Numbers {
    float rate = 0;  ///< the learning rate
    float seed = 0;  ///< the initial gradient of the loss sum
  };
  /// The uploaded data of a number of images; all but `images` are views.
  struct Read {
    at::Tensor seed;    ///< one number, fp32
    at::Tensor images;  ///< N x C x H x W, fp32, channels last: normalised and blended
    Truth truth;
    std::vector<at::Tensor> kept;  ///< dropout masks, as in `Pass`
  };

  /// Makes room for `batch_size` images a step of batches of this recipe.
  BatchUpload(const Specification& specification, const AugmentationRecipe& batches,
              const std::vector<Dropped>& dropped, std::int64_t batch_size, at::Device device);

  /// Uploads a batch; `seed` and `pass` number the dropout masks. Must be called in the compute stream.
  void send(const Batch& batch, const Numbers& numbers, std::uint64_t seed, std::uint64_t pass);
  Read read(std::int64_t images) const;
  /// Returns a view of the learning rate, fp32.
  at::Tensor rate() const;

 private:
  static constexpr std::int64_t header = 64;
  /// A range of bytes in the block.
  struct Place {
    std::int64_t begin = 0, bytes = 0;
  };
  Place next(std::int64_t bytes);
  at::Tensor part(const Place& place, at::ScalarType type, std::int64_t count) const;
  void fill_shares(const Batch& batch, std::uint8_t* out) const;
  void fill(const Batch& batch, const Numbers& numbers, std::uint64_t seed, std::uint64_t pass,
            std::uint8_t* out) const;

  const Specification specification_;
  const std::vector<Dropped> dropped_;
  const NetworkInput input_;
  Place labels_, others_, shares_, images_;
  std::vector<Place> kept_;
  std::int64_t bytes_ = header;
  std::unique_ptr<Carrier> carrier_;
};

}  // namespace fovea
