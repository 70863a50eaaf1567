#include "tests/stages/model/torch/walled_device.hpp"

#include <ATen/EmptyTensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>
#include <torch/version.h>
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 11)
#include <ATen/detail/PrivateUse1HooksInterface.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "stages/model/compute_device.hpp"
#include "tests/stages/model/torch/late_streams.hpp"

namespace fovea::walled {
namespace {

constexpr auto kind = c10::DeviceType::PrivateUse1;
constexpr auto key = c10::DispatchKey::PrivateUse1;

std::atomic<std::size_t> operations = 0, ups = 0, downs = 0, reads = 0, bytes_up = 0;

/// How deep a thread is in what the CPU computes for the device, whose copies do not cross the wall.
thread_local int behind_the_wall = 0;
struct BehindTheWall {
  BehindTheWall() { ++behind_the_wall; }
  ~BehindTheWall() { --behind_the_wall; }
  BehindTheWall(const BehindTheWall&) = delete;
};

/// Pages that can be touched only while they are open.
class Pages {
 public:
  void* take(std::size_t bytes) {
    auto* const begin = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TORCH_CHECK(begin != MAP_FAILED, "no memory");
    const std::lock_guard lock(mutex_);
    all_[begin] = {bytes, 0};
    return begin;
  }
  void give_back(void* begin) {
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(begin);
    munmap(begin, found->second.bytes);
    all_.erase(found);
  }
  void open(void* begin) {
    const std::lock_guard lock(mutex_);
    auto& one = all_.at(begin);
    if (one.users++ == 0) mprotect(begin, one.bytes, PROT_READ | PROT_WRITE);
  }
  void close(void* begin) {
    const std::lock_guard lock(mutex_);
    auto& one = all_.at(begin);
    if (--one.users == 0) mprotect(begin, one.bytes, PROT_NONE);
  }

 private:
  struct One {
    std::size_t bytes, users;
  };
  std::mutex mutex_;
  std::map<void*, One> all_;
};

/// Never destroyed: tensors of static lifetime may give their memory back last of all.
Pages& pages() {
  static auto* const all = new Pages;
  return *all;
}

struct Memory : c10::Allocator {
  // LibTorch 1 asks for the first of these, LibTorch 2 for the others.
  c10::DataPtr allocate(std::size_t bytes) const { return taken(bytes); }
  c10::DataPtr allocate(std::size_t bytes) { return taken(bytes); }
  void copy_data(void* to, const void* from, std::size_t bytes) const {
    pages().open(to);
    pages().open(const_cast<void*>(from));
    std::memcpy(to, from, bytes);
    pages().close(to);
    pages().close(const_cast<void*>(from));
  }
  c10::DeleterFnPtr raw_deleter() const override {
    return [](void* begin) { pages().give_back(begin); };
  }

 private:
  c10::DataPtr taken(std::size_t bytes) const {
    auto* const begin = pages().take(std::max<std::size_t>(bytes, 1));
    return {begin, begin, raw_deleter(), device()};
  }
};

Memory* memory() {
  static Memory one;
  return &one;
}

bool is_here(const at::Tensor& tensor) {
  return tensor.defined() && tensor.device().type() == kind;
}

/// Opens tensors to the CPU for as long as it lives.
class Open {
 public:
  Open() = default;
  Open(const Open&) = delete;
  ~Open() {
    for (const auto& one : opened_) pages().close(begin_of(one.there));
  }
  /// The same numbers as a tensor of the CPU; those in fp16, of which the CPU knows too little, in fp32.
  at::Tensor operator()(const at::Tensor& there) {
    if (!is_here(there)) return there;
    pages().open(begin_of(there));
    const auto here =
        at::from_blob(there.data_ptr(), there.sizes(), there.strides(), at::TensorOptions(there.dtype()));
    has_fp16_ = has_fp16_ || there.scalar_type() == at::kHalf;
    opened_.push_back({there, here, there.scalar_type() == at::kHalf ? here.to(at::kFloat) : here});
    return opened_.back().given;
  }
  /// What an operation gave: the tensor that it changed, or a new one. As on a GPU, values that come from
  /// fp16 are in fp16, and statistics are not.
  at::Tensor outside(const at::Tensor& result) const {
    if (!result.defined()) return result;
    for (const auto& one : opened_) {
      if (!result.is_same(one.given)) continue;
      if (!one.given.is_same(one.here)) one.here.copy_(one.given);
      return one.there;
    }
    const bool is_half = has_fp16_ && result.scalar_type() == at::kFloat && result.dim() > 1;
    return (is_half ? result.to(at::kHalf) : result).to(device());
  }

 private:
  struct One {
    at::Tensor there;  ///< the tensor of the device
    at::Tensor here;   ///< the same memory
    at::Tensor given;  ///< that, or its values in fp32
  };
  static void* begin_of(const at::Tensor& tensor) { return tensor.storage().data_ptr().get_context(); }
  std::vector<One> opened_;
  bool has_fp16_ = false;
};

void expect_here(const c10::OperatorHandle& op, const at::Tensor& tensor) {
  TORCH_CHECK(!tensor.defined() || is_here(tensor) || tensor.dim() == 0, op.schema().name(),
              ": all tensors must be on ", device(), ", but one is on ", tensor.device());
}

/// Any operation: the CPU computes it with the tensors opened to it.
void compute(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  op.schema().name() == "aten::_local_scalar_dense" ? ++reads : ++operations;
  const BehindTheWall inside;
  Open open;
  const auto count = op.schema().arguments().size();
  for (auto value = stack->end() - static_cast<std::ptrdiff_t>(count); value != stack->end(); ++value) {
    TORCH_CHECK(!value->isOptionalTensorList(), op.schema().name(), ": indices are not known here");
    if (value->isTensor()) {
      expect_here(op, value->toTensor());
      *value = open(value->toTensor());
    } else if (value->isTensorList()) {
      std::vector<at::Tensor> tensors;
      for (const auto& tensor : value->toTensorVector()) {
        expect_here(op, tensor);
        tensors.push_back(open(tensor));
      }
      *value = tensors;
    } else if (value->isDevice()) {
      *value = at::Device(at::kCPU);
    }
  }
  op.callBoxed(stack);
  const auto results = op.schema().returns().size();
  for (auto value = stack->end() - static_cast<std::ptrdiff_t>(results); value != stack->end(); ++value) {
    if (value->isTensor()) *value = open.outside(value->toTensor());
    if (!value->isTensorList()) continue;
    std::vector<at::Tensor> all;
    for (const auto& one : value->toTensorVector()) all.push_back(open.outside(one));
    *value = all;
  }
}

at::Tensor empty(at::IntArrayRef sizes, c10::optional<at::ScalarType> type, c10::optional<at::Layout>,
                 c10::optional<at::Device>, c10::optional<bool>, c10::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(sizes, memory(), c10::DispatchKeySet(key), type.value_or(at::kFloat),
                                   format);
}

at::Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides, c10::optional<at::ScalarType> type,
                         c10::optional<at::Layout>, c10::optional<at::Device>, c10::optional<bool>) {
  return at::detail::empty_strided_generic(sizes, strides, memory(), c10::DispatchKeySet(key),
                                           type.value_or(at::kFloat));
}

void copy_now(const at::Tensor& to, const at::Tensor& from) {
  Open open;
  open.outside(open(to).copy_(open(from)));
}

at::Tensor& copy(at::Tensor& to, const at::Tensor& from, bool without_waiting) {
  const bool up = is_here(to) && !is_here(from);
  if (behind_the_wall == 0) {
    if (is_here(to) && is_here(from)) ++operations;
    if (up) ++ups, bytes_up += from.nbytes();
    if (!is_here(to) && is_here(from)) ++downs;
  }
  if (up && without_waiting && late::current() != 0) {
    Open open;
    late::copy(open(to).data_ptr(), from.data_ptr(), to.nbytes(), [to, from] { copy_now(to, from); });
  } else {
    copy_now(to, from);
  }
  return to;
}

/// LibTorch chooses a convolution by the device, and has these for one that it does not know.
at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias,
                       at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
                       bool transposed, at::IntArrayRef output_padding, std::int64_t groups) {
  ++operations;
  const BehindTheWall inside;
  Open open;
  const auto offset = bias ? open(*bias) : at::Tensor();
  return open.outside(at::convolution(open(x), open(weight), offset, stride, padding, dilation, transposed,
                                      output_padding, groups));
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolution_backward(
    const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& weight, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed, at::IntArrayRef output_padding,
    std::int64_t groups, std::array<bool, 3> asked) {
  ++operations;
  const BehindTheWall inside;
  Open open;
  const std::vector<std::int64_t> bias{weight.size(0)};
  const auto [of_x, of_weight, of_bias] =
      at::convolution_backward(open(gradient), open(x), open(weight), at::IntArrayRef(bias), stride, padding,
                               dilation, transposed, output_padding, groups, asked);
  return {open.outside(of_x), open.outside(of_weight), open.outside(of_bias)};
}

at::Tensor as_strided(const at::Tensor& self, at::IntArrayRef sizes, at::IntArrayRef strides,
                      c10::optional<std::int64_t> offset) {
  return at::native::as_strided_tensorimpl(self, sizes, strides, offset);
}

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 11)
/// Without these, a LibTorch that is built for a GPU takes the GPU's streams for those of every device apart.
/// Where there is a GPU they would hide its streams in turn.
struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
};

const bool registered = [] {
  if (!cuda_here().devices.empty()) return false;
  c10::register_privateuse1_backend("walled");
  at::RegisterPrivateUse1HooksInterface(new Hooks);
  return true;
}();
#endif

/// One device, whose first stream has always done what was asked of it.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kind; }
  c10::Device exchangeDevice(c10::Device) const override { return device(); }
  c10::Device getDevice() const override { return device(); }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const noexcept override { return stream(late::current()); }
  c10::Stream getDefaultStream(c10::Device) const override { return stream(0); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override { return stream(late::new_stream()); }
  c10::Stream exchangeStream(c10::Stream to) const noexcept override {
    return stream(std::exchange(late::current(), to.id()));
  }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void** event, const c10::Stream& on, const c10::DeviceIndex,
              const c10::EventFlag) const override {
    if (*event == nullptr) *event = new late::Event;
    *static_cast<late::Event*>(*event) = late::record(on.id());
  }
  void block(void* event, const c10::Stream&) const override {
    if (event != nullptr) late::block(*static_cast<late::Event*>(event));
  }
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void* event, const c10::DeviceIndex) const noexcept override {
    delete static_cast<late::Event*>(event);
  }
#if TORCH_VERSION_MAJOR >= 2
  void synchronizeEvent(void* event) const override {
    if (event != nullptr) late::synchronize(*static_cast<late::Event*>(event));
  }
#endif

 private:
  static c10::Stream stream(c10::StreamId id) {
    return c10::Stream(c10::Stream::UNSAFE, device(), id);
  }
};

}  // namespace

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&compute>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", &empty);
  library.impl("empty_strided", &empty_strided);
  library.impl("copy_", &copy);
  library.impl("as_strided", &as_strided);
  library.impl("view", &at::native::view);
  library.impl("_reshape_alias", &at::native::_reshape_alias);
  library.impl("convolution_overrideable", &convolution);
  library.impl("convolution_backward_overrideable", &convolution_backward);
}

at::Device device() {
  return {kind, 0};
}

std::size_t computed() {
  return operations;
}

Crossed crossed() {
  return {ups, downs, reads, bytes_up};
}

}  // namespace fovea::walled
