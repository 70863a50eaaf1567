#include "stages/model/torch/kernels/winograd.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "stages/model/layer_memory.hpp"
#include "stages/model/torch/kernels/vector_loops.hpp"
#include "stages/model/torch/kernels/winograd_loops.hpp"

namespace fovea {
namespace {

std::size_t size(const at::Tensor& x, int dimension) {
  return static_cast<std::size_t>(x.size(dimension));
}

WinogradShape shape_of(const at::Tensor& x, std::size_t channels_out) {
  return {size(x, 0), size(x, 2), size(x, 3), size(x, 1), channels_out};
}

at::Tensor scratch_for(const WinogradShape& shape) {
  return at::empty({static_cast<std::int64_t>(winograd_scratch(shape))}, at::kFloat);
}

/// Calls `body` with the type that the numbers of `x` are kept as.
template <class Body> void by_value(const at::Tensor& x, const Body& body) {
  if (x.scalar_type() == at::kFloat) return body(float{});
  body(std::uint16_t{});
}
template <class Value> Value* values(const at::Tensor& x) {
  return static_cast<Value*>(x.data_ptr());
}

/// Filters from so many channels to so many, as `transform(weights, channels in, channels out, filters)`
/// makes them.
template <class Transform> at::Tensor filters_of(const at::Tensor& weight, at::ScalarType type,
                                                 std::size_t from, std::size_t to,
                                                 const Transform& transform) {
  auto filters = at::empty({16, static_cast<std::int64_t>(from), static_cast<std::int64_t>(to)}, type);
  by_value(filters, [&]<class Value>(Value) {
    transform(weight.contiguous().data_ptr<float>(), size(weight, 1), size(weight, 0),
              values<Value>(filters));
  });
  return filters;
}

}  // namespace

bool suits_winograd(const Conv& conv, const at::Tensor& x) {
  static const bool fast = has_avx512(false), fast_in_bf16 = has_avx512(true);
  const bool bf16 = x.scalar_type() == at::kBFloat16;
  return (bf16 || x.scalar_type() == at::kFloat) && (bf16 ? fast_in_bf16 : fast) &&
         suits_winograd(conv, Extent{x.size(1), x.size(2), x.size(3)});
}

at::Tensor winograd_filters(const at::Tensor& weight, at::ScalarType type) {
  return filters_of(weight, type, size(weight, 1), size(weight, 0),
                    [](auto... numbers) { winograd_filters(numbers...); });
}

at::Tensor winograd_filters_back(const at::Tensor& weight, at::ScalarType type) {
  return filters_of(weight, type, size(weight, 0), size(weight, 1),
                    [](auto... numbers) { winograd_filters_back(numbers...); });
}

void winograd_convolve(const at::Tensor& x, const at::Tensor& filters, const at::Tensor& y) {
  const auto shape = shape_of(x, size(filters, 2));
  const auto scratch = scratch_for(shape);
  by_value(x, [&]<class Value>(Value) {
    winograd_convolve(values<const Value>(x), shape, values<const Value>(filters), values<Value>(y),
                      scratch.data_ptr<float>());
  });
}

at::Tensor winograd_weight_gradient(const at::Tensor& x, const at::Tensor& gradient) {
  const auto shape = shape_of(x, size(gradient, 1));
  const auto scratch = scratch_for(shape);
  const auto sums = at::zeros({16, x.size(1), gradient.size(1)}, at::kFloat);
  by_value(x, [&]<class Value>(Value) {
    winograd_add_gradients(values<const Value>(x), values<const Value>(gradient), shape,
                           sums.data_ptr<float>(), scratch.data_ptr<float>());
  });
  auto of_weight = at::empty({gradient.size(1), x.size(1), 3, 3}, at::kFloat);
  winograd_weight_gradients(sums.data_ptr<float>(), shape.channels_in, shape.channels_out,
                            of_weight.data_ptr<float>());
  return of_weight;
}

}  // namespace fovea
