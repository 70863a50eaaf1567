#include "stages/model/onnx/graph.hpp"

#include <bit>

namespace fovea {
namespace {

static_assert(std::endian::native == std::endian::little, "constants are written as they lie in memory");

void set_value(onnx::AttributeProto& attribute, std::int64_t value) {
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void set_value(onnx::AttributeProto& attribute, float value) {
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void set_value(onnx::AttributeProto& attribute, const std::vector<std::int64_t>& values) {
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const auto value : values) attribute.add_ints(value);
}

}  // namespace

std::string OnnxGraph::unique(const std::string& wish) {
  auto name = wish;
  for (int number = 2; !taken_.insert(name).second; ++number) name = wish + "_" + std::to_string(number);
  return name;
}

onnx::NodeProto& OnnxGraph::add(const std::string& name, const char* op, const Inputs& inputs,
                                Attributes attributes) {
  auto& node = *graph_.add_node();
  node.set_name(name);
  node.set_op_type(op);
  for (const auto& input : inputs) node.add_input(input);
  for (const auto& [key, value] : attributes) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(key);
    std::visit([&attribute = attribute](const auto& one) { set_value(attribute, one); }, value);
  }
  return node;
}

std::string OnnxGraph::node(const char* op, const Inputs& inputs, Attributes attributes) {
  return node_of(1, op, inputs, attributes).front();
}

std::vector<std::string> OnnxGraph::node_of(std::size_t results, const char* op, const Inputs& inputs,
                                            Attributes attributes) {
  auto& node = add(unique(prefix_ + "/" + op), op, inputs, attributes);
  std::vector<std::string> names{node.name()};
  while (names.size() < results) names.push_back(unique(node.name()));
  for (const auto& name : names) node.add_output(name);
  return names;
}

void OnnxGraph::result(const std::string& name, const char* op, const Inputs& inputs, Attributes attributes) {
  add(name, op, inputs, attributes).add_output(name);
}

onnx::TensorProto& OnnxGraph::constant(const std::string& name, const Extent& shape, int type,
                                       const void* data, std::size_t bytes) {
  auto& tensor = *graph_.add_initializer();
  tensor.set_name(unique(name));
  tensor.set_data_type(type);
  for (const auto length : shape) tensor.add_dims(length);
  tensor.set_raw_data(data, bytes);
  return tensor;
}

std::string OnnxGraph::weight(const std::string& name, const Extent& shape, std::span<const float> values) {
  return constant(name, shape, onnx::TensorProto::FLOAT, values.data(), values.size_bytes()).name();
}

std::string OnnxGraph::number(double value) {
  const auto single = static_cast<float>(value);
  return constant(prefix_ + "/number", {}, onnx::TensorProto::FLOAT, &single, sizeof single).name();
}

std::string OnnxGraph::whole(const std::vector<std::int64_t>& values) {
  return constant(prefix_ + "/lengths", {static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64,
                  values.data(), values.size() * sizeof(std::int64_t))
      .name();
}

void OnnxGraph::declare(const std::string& value, const Extent& extent) {
  if (!declared_.insert(value).second) return;
  auto& info = *graph_.add_value_info();
  info.set_name(value);
  set_extent(info, onnx::TensorProto::FLOAT, extent);
}

void set_extent(onnx::ValueInfoProto& value, int type, const Extent& extent) {
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape()->add_dim()->set_dim_param("N");
  for (const auto length : extent) tensor.mutable_shape()->add_dim()->set_dim_value(length);
}

}  // namespace fovea
