#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// A setting of an operator.
struct OnnxAttribute {
  const char* name;
  std::variant<std::int64_t, float, std::vector<std::int64_t>> value;
};

/// Adds operators and constants to an ONNX graph, whose values are called by name. No name is given twice.
class OnnxGraph {
 public:
  using Inputs = std::vector<std::string>;
  using Attributes = std::initializer_list<OnnxAttribute>;

  /// `reserved` are names that only `result` and the graph's inputs have.
  OnnxGraph(onnx::GraphProto& graph, std::set<std::string> reserved)
      : graph_(graph), taken_(std::move(reserved)) {}

  /// Names of what is added from now on begin with this and a slash.
  void begin(std::string prefix) { prefix_ = std::move(prefix); }

  /// Adds an operator and returns the name of its result.
  std::string node(const char* op, const Inputs& inputs, Attributes attributes = {});
  /// Adds an operator with several results.
  std::vector<std::string> node_of(std::size_t results, const char* op, const Inputs& inputs,
                                   Attributes attributes = {});
  /// Adds an operator whose result has a reserved name.
  void result(const std::string& name, const char* op, const Inputs& inputs, Attributes attributes = {});

  /// Adds constants and returns their name: `name` where that is free, without the prefix.
  std::string weight(const std::string& name, const Extent& shape, std::span<const float> values);
  /// Adds one number.
  std::string number(double value);
  /// Adds a list of whole numbers, such as a shape.
  std::string whole(const std::vector<std::int64_t>& values);

  /// Says that a value is N x `extent`.
  void declare(const std::string& value, const Extent& extent);

 private:
  std::string unique(const std::string& wish);
  onnx::NodeProto& add(const std::string& name, const char* op, const Inputs& inputs, Attributes attributes);
  onnx::TensorProto& constant(const std::string& name, const Extent& shape, int type, const void* data,
                              std::size_t bytes);

  onnx::GraphProto& graph_;
  std::set<std::string> taken_, declared_;
  std::string prefix_;
};

/// Describes a value as N x `extent`, where N is free.
void set_extent(onnx::ValueInfoProto& value, int type, const Extent& extent);

}  // namespace fovea
