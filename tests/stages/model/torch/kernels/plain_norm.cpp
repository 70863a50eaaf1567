#include "tests/stages/model/torch/kernels/plain_norm.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>

using fovea::Epilogue;

namespace plain_layers {

fovea::Norm norm(std::int64_t channels, double first_weight, double last_weight, double epsilon) {
  return {at::linspace(first_weight, last_weight, channels).requires_grad_(true),
          at::linspace(0.5, -0.5, channels).requires_grad_(true),
          at::zeros({channels}),
          at::ones({channels}),
          0.1,
          epsilon};
}

at::Tensor normalised(const at::Tensor& x, const fovea::Norm& norm, bool training, Epilogue epilogue,
                      const at::Tensor& added) {
  auto y = at::batch_norm(x, norm.weight, norm.bias, norm.mean, norm.variance, training, norm.momentum,
                          norm.epsilon, false);
  if (added.defined()) y = y + added;
  if (epilogue != Epilogue::nothing) y = at::relu(y);
  return epilogue == Epilogue::relu_and_pool ? at::max_pool2d(y, 2) : y;
}

}  // namespace plain_layers
