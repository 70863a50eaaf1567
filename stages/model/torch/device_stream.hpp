#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

namespace fovea {

/// A stream of a GPU, in which work is done in order and beside that of other streams; on other devices,
/// which have one, it is that.
class DeviceStream {
 public:
  explicit DeviceStream(at::Device device);
  ~DeviceStream();
  DeviceStream(const DeviceStream&) = delete;

  /// Has a thread start its work in the stream for as long as it lives.
  class In {
   public:
    explicit In(const DeviceStream& stream);
    ~In();
    In(const In&) = delete;

   private:
    struct Guard;
    std::unique_ptr<Guard> guard_;
  };

 private:
  struct Body;
  std::unique_ptr<Body> body_;  ///< none where there is one stream
};

/// Brings memory of one size from the host to a device, while the device computes with what came before.
/// Each time one of two pinned buffers is filled and goes by a stream of its own; the stream that is current
/// waits for it there. With LibTorch 1, and on other devices than GPUs, it is copied at once.
class Carrier {
 public:
  Carrier(std::int64_t bytes, at::Device device);
  ~Carrier();
  Carrier(const Carrier&) = delete;

  /// The host's buffer to fill next; waits until it was brought over the last time.
  std::uint8_t* begin();
  /// Sends it off. What is started in the current stream from now on finds it in `there`.
  void send();
  /// Always the same memory of the device, `bytes` bytes.
  const at::Tensor& there() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace fovea
