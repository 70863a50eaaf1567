#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace fovea {

/// LibTorch's allocator of the CPU, with the bytes that are taken now and were at most; of all threads.
class CountedMemory : public c10::Allocator {
 public:
  /// Takes the place of LibTorch's allocator for the rest of the program.
  static CountedMemory& here() {
    static CountedMemory* const counted = [] {
      auto* one = new CountedMemory(c10::GetAllocator(c10::DeviceType::CPU));
      c10::SetAllocator(c10::DeviceType::CPU, one, 255);
      return one;
    }();
    return *counted;
  }

  /// The peak begins anew at the bytes that are taken now, which are returned.
  std::int64_t begin() {
    const std::lock_guard lock(mutex_);
    return peak_ = alive_;
  }
  std::int64_t alive() const { return alive_; }
  std::int64_t peak() const { return peak_; }

#if __has_include(<c10/core/CachingDeviceAllocator.h>)
  c10::DataPtr allocate(std::size_t bytes) override {
    return counted(bytes);
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
#else
  c10::DataPtr allocate(std::size_t bytes) const override {
    return const_cast<CountedMemory*>(this)->counted(bytes);
  }
#endif
  c10::DeleterFnPtr raw_deleter() const override {
    return &release;
  }

 private:
  explicit CountedMemory(c10::Allocator* inner) : inner_(inner) {}

  c10::DataPtr counted(std::size_t bytes) {
    auto* const memory = inner_->raw_allocate(bytes);
    const std::lock_guard lock(mutex_);
    sizes_[memory] = static_cast<std::int64_t>(bytes);
    alive_ += static_cast<std::int64_t>(bytes);
    peak_ = std::max(peak_, alive_);
    return {memory, memory, &release, c10::DeviceType::CPU};
  }
  static void release(void* memory) {
    auto& all = here();
    {
      const std::lock_guard lock(all.mutex_);
      const auto found = all.sizes_.find(memory);
      if (found != all.sizes_.end()) {
        all.alive_ -= found->second;
        all.sizes_.erase(found);
      }
    }
    all.inner_->raw_deallocate(memory);
  }

  c10::Allocator* const inner_;
  std::mutex mutex_;
  std::unordered_map<void*, std::int64_t> sizes_;
  std::int64_t alive_ = 0, peak_ = 0;
};

}  // namespace fovea
