#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>

#include "runtime/context.hpp"
#include "stages/data/batch_stream.hpp"
#include "stages/model/torch/network.hpp"
#include "stages/model/torch/network_input.hpp"

namespace fovea {

/// Checks that the classes of `data` are as many as the network tells apart. Throws `Error` that begins with
/// `what`, such as "validation", in quotes.
void expect_classes(const Specification& specification, const Dataset& data, const std::string& what);

/// Checks that `data` has the classes of the model, in its order. Throws `Error` that begins with "data" in
/// quotes.
void expect_same_classes(const Model& model, const Dataset& data);

/// Checks that a recipe's batches are what the model takes: images of its size, brought to it in the same
/// way, and classes. Throws `Error` that begins with "batches" in quotes.
void expect_fits(const Model& model, const AugmentationRecipe& batches);

/// Returns a recipe, which must fit the model, with the preprocessing of the model: a network goes on with
/// the mean and standard deviation that its weights are used to.
Value<AugmentationRecipe> as_model_sees(const Model& model, const Value<AugmentationRecipe>& batches);

/// Checks that a data set has images. Throws `Error` that ends with `advice`.
void expect_images(const Dataset& data, const std::string& what, const std::string& advice);

/// Returns a tensor over the labels without a copy; they must outlive it.
at::Tensor label_tensor(const std::vector<std::int64_t>& labels);

/// Returns the values of a contiguous tensor without a copy.
std::span<const float> values_of(const at::Tensor& tensor);

/// Returns the logits N x K of images N x H x W x C in evaluation mode, contiguous. Gradients must be off.
at::Tensor scores_of(Network& network, NetworkInput& input, std::span<const std::uint8_t> images,
                     Precision precision);

/// Sees the logits N x K of a batch on the CPU, and the batch; images that were scored on a GPU are not kept
/// in it.
using SeeScores = std::function<void(const at::Tensor& scores, const Batch& batch)>;

/// Runs every image of a stream through the network in evaluation mode, without gradients, and calls `visit`
/// in the stream's order. A GPU is waited for once in many batches. Throws `Stopped` when a stop is
/// requested.
void score(Network& network, const Specification& specification, BatchStream stream, Precision precision,
           const Context& context, const SeeScores& visit);

}  // namespace fovea
