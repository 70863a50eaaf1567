#pragma once

#include "stages/data/batch_stream.hpp"
#include "stages/model/torch/device_stream.hpp"
#include "stages/model/torch/network.hpp"
#include "stages/train/torch/loss.hpp"

namespace fovea {

/// All that a step needs from the host, in one piece of memory at one place of the device: a few numbers,
/// labels, what dropout keeps, images.
class BatchUpload {
 public:
  /// The step's own numbers.
  struct Numbers {
    float rate = 0;  ///< the learning rate
    float seed = 0;  ///< the gradient that the loss's sum begins with
  };
  /// What has arrived, for so many images; nothing is copied.
  struct Read {
    at::Tensor rate, seed;  ///< one number each, fp32
    at::Tensor images;      ///< N x C x H x W, fp32, channels last
    Truth truth;
    std::vector<at::Tensor> kept;  ///< as in `Pass`
  };

  /// For at most `batch_size` images a step, of which some are mixed where `mixes`.
  BatchUpload(const Specification& specification, const std::vector<Dropped>& dropped,
              std::int64_t batch_size, bool mixes, at::Device device);

  /// Sends a batch; `seed` and `pass` are those of what is dropped. To be called by the stream that computes.
  void send(const Batch& batch, const Numbers& numbers, std::uint64_t seed, std::uint64_t pass);
  Read read(std::int64_t images) const;

 private:
  static constexpr std::int64_t header = 64;
  /// Bytes from the beginning, and how many.
  struct Place {
    std::int64_t begin = 0, bytes = 0;
  };
  Place next(std::int64_t bytes);
  at::Tensor part(const Place& place, at::ScalarType type, std::int64_t count) const;
  void fill(const Batch& batch, const Numbers& numbers, std::uint64_t seed, std::uint64_t pass,
            std::uint8_t* out) const;

  const Specification specification_;
  const std::vector<Dropped> dropped_;
  Place labels_, others_, images_;
  std::vector<Place> kept_;
  std::int64_t bytes_ = header;
  std::unique_ptr<Carrier> carrier_;
};

}  // namespace fovea
