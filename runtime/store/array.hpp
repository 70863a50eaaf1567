#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace fovea {

/// A shared read-only array, made from a vector or mapped from a file. The memory lives as long as any array
/// that refers to it.
template <class T> class Array {
 public:
  Array() = default;
  Array(std::vector<T> values) {
    const auto kept = std::make_shared<const std::vector<T>>(std::move(values));
    values_ = *kept;
    owner_ = kept;
  }
  Array(std::span<const T> values, std::shared_ptr<const void> owner)
      : values_(values), owner_(std::move(owner)) {}

  std::span<const T> span() const { return values_; }
  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  /// The owner that keeps the memory alive.
  const std::shared_ptr<const void>& owner() const { return owner_; }
  const T* data() const { return values_.data(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  const T& operator[](std::size_t i) const { return values_[i]; }
  /// Returns the values `from` to `from + count` as a view of the same memory.
  Array part(std::size_t from, std::size_t count) const { return {values_.subspan(from, count), owner_}; }

 private:
  std::span<const T> values_;
  std::shared_ptr<const void> owner_;
};

}  // namespace fovea
