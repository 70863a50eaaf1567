#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

namespace fovea {

/// A stream of a GPU, which runs its work in order and concurrently with other streams; on other devices the
/// only stream.
class DeviceStream {
 public:
  explicit DeviceStream(at::Device device);
  ~DeviceStream();
  DeviceStream(const DeviceStream&) = delete;

  /// Makes the stream current for this thread, for its lifetime.
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
  std::unique_ptr<Body> body_;  ///< null on devices with one stream
};

/// Uploads memory of one size from the host to a device while the device computes. Two pinned buffers are
/// filled in turn and copied by a stream of their own; the current stream waits for the copy on the device.
/// With LibTorch 1, and on devices with one stream, the copy is synchronous.
class Carrier {
 public:
  Carrier(std::int64_t bytes, at::Device device);
  ~Carrier();
  Carrier(const Carrier&) = delete;

  /// Returns the host's buffer to fill next; waits until its last upload is done.
  std::uint8_t* begin();
  /// Starts the upload. Work that is started in the current stream from now on finds it in `there`.
  void send();
  /// Returns the device's memory of `bytes` bytes, always at the same address.
  const at::Tensor& there() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace fovea
