#include "stages/model/torch/device_stream.hpp"

#include <ATen/ops/zeros.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>

#include <optional>

namespace fovea {
namespace {

/// Whether events can be waited for, which LibTorch 1 does not support.
template <class Event> constexpr bool can_wait = requires(Event& event) {
  event.synchronize();
};
template <class Event> void wait_for(Event& event) {
  if constexpr (can_wait<Event>) event.synchronize();
}

c10::impl::VirtualGuardImpl guard_of(at::Device device) {
  return c10::impl::VirtualGuardImpl(device.type());
}

/// Whether a device has streams to choose from: a GPU, and what an extension of LibTorch brings.
bool has_streams(at::Device device) {
  return device.is_cuda() || device.type() == c10::DeviceType::PrivateUse1;
}

c10::Stream new_stream(at::Device device) {
  return guard_of(device).getStreamFromGlobalPool(device, false);
}

}  // namespace

struct DeviceStream::Body {
  c10::Stream stream;
};
struct DeviceStream::In::Guard {
  explicit Guard(const c10::Stream& stream) : guard(stream) {}
  c10::StreamGuard guard;
};

DeviceStream::DeviceStream(at::Device device)
    : body_(device.is_cuda() ? std::make_unique<Body>(Body{new_stream(device)}) : nullptr) {}
DeviceStream::~DeviceStream() = default;
DeviceStream::In::In(const DeviceStream& stream)
    : guard_(stream.body_ ? std::make_unique<Guard>(stream.body_->stream) : nullptr) {}
DeviceStream::In::~In() = default;

struct Carrier::Body {
  /// One of the two buffers with its copy on the device.
  struct Lane {
    at::Tensor here, arrived;
    std::optional<c10::Event> brought{}, taken{};
  };
  at::Device device;
  Lane lanes[2];
  at::Tensor there;
  std::optional<c10::Stream> stream{};
  std::size_t sent = 0;
  Lane& lane() { return lanes[sent % 2]; }
};

Carrier::Carrier(std::int64_t bytes, at::Device device)
    : body_(std::make_unique<Body>(Body{device, {}, {}})) {
  const auto options = at::TensorOptions(at::kByte);
  const auto there = [&] { return at::zeros({bytes}, options.device(device)); };
  const bool streams = can_wait<c10::Event> && has_streams(device);
  for (auto& lane : body_->lanes) {
    lane.here = at::zeros({bytes}, options.pinned_memory(device.is_cuda()));
    if (streams) lane.arrived = there();
  }
  body_->there = there();
  if (streams) body_->stream = new_stream(device);
}
Carrier::~Carrier() {
  // The host's memory must outlive the copies from it.
  try {
    for (auto& lane : body_->lanes)
      if (lane.brought) wait_for(*lane.brought);
  } catch (const c10::Error&) {  // reported where the work was started
  }
}

std::uint8_t* Carrier::begin() {
  auto& lane = body_->lane();
  if (lane.brought) wait_for(*lane.brought);
  return lane.here.data_ptr<std::uint8_t>();
}

void Carrier::send() {
  auto& lane = body_->lane();
  ++body_->sent;
  if (!body_->stream) return void(body_->there.copy_(lane.here));
  const auto record = [&](std::optional<c10::Event>& event, const c10::Stream& stream) {
    if (!event) event.emplace(body_->device.type());
    event->record(stream);
  };
  const auto computing = guard_of(body_->device).getStream(body_->device);
  {
    const c10::StreamGuard in_own(*body_->stream);
    if (lane.taken) lane.taken->block(*body_->stream);
    lane.arrived.copy_(lane.here, true);
    record(lane.brought, *body_->stream);
  }
  lane.brought->block(computing);
  body_->there.copy_(lane.arrived, true);
  record(lane.taken, computing);
}

const at::Tensor& Carrier::there() const {
  return body_->there;
}

}  // namespace fovea
