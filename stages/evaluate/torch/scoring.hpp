#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>

#include "runtime/context.hpp"
#include "stages/data/batch_stream.hpp"
#include "stages/model/torch/network.hpp"

namespace fovea {

/// Checks that images and classes of `data` are those that the network was made for. Throws `Error` that
/// begins with `what`, such as "validation", in quotes.
void expect_fits(const Specification& specification, const Dataset& data, const std::string& what);

/// Checks that a data set has images. Throws `Error` that says where to get some.
void expect_images(const Dataset& data, const std::string& what, const std::string& advice);

/// A tensor that looks at labels, which must outlive it.
at::Tensor label_tensor(const std::vector<std::int64_t>& labels);

/// The numbers of a tensor that lies in memory row by row.
std::span<const float> values_of(const at::Tensor& tensor);

/// Scores every image of a stream in evaluation mode, without gradients, and calls `visit(scores, batch)`
/// with the scores N x K before softmax. Throws `Stopped` when asked to.
void score(Network& network, const Specification& specification, BatchStream stream, Precision precision,
           const Context& context,
           const std::function<void(const at::Tensor& scores, const Batch& batch)>& visit);

}  // namespace fovea
