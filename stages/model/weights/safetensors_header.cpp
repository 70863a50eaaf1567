#include "stages/model/weights/safetensors_header.hpp"

#include <algorithm>
#include <array>

#include "graph/error.hpp"
#include "graph/sorted_json.hpp"

namespace fovea {
namespace {

constexpr const char* metadata_key = "__metadata__";
constexpr const char* again = "fetch the file again";
constexpr std::size_t max_dimensions = 32;

struct TypeName {
  std::string_view name;
  std::size_t width;
};
constexpr std::array<TypeName, 8> types{
    {{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4}, {"U8", 1}, {"BOOL", 1}}};

/// Throws where a value of the header is of another kind than the format says.
void expect(bool right, const std::string& place, const SortedJson& value, const std::string& kind) {
  if (!right) throw Error(place + ": expected " + kind + ", got " + shown(Json(value)));
}

TensorType type_named(const SortedJson& value) {
  expect(value.is_string(), "dtype", value, "text");
  const auto name = value.get<std::string>();
  const auto found = std::ranges::find(types, name, &TypeName::name);
  if (found != types.end()) return static_cast<TensorType>(found - types.begin());
  std::vector<std::string> known;
  for (const auto& one : types) known.emplace_back(one.name);
  throw Error("dtype: " + quote(name) + " is not read; save it as one of " + join(known, ", "));
}

std::vector<std::size_t> whole_numbers(const std::string& place, const SortedJson& value) {
  expect(value.is_array(), place, value, "a list");
  std::vector<std::size_t> numbers;
  for (const auto& one : value) {
    expect(one.is_number_unsigned(), place + "[" + std::to_string(numbers.size()) + "]", one,
           "a whole number from 0 on");
    numbers.push_back(one.get<std::size_t>());
  }
  return numbers;
}

/// Returns the bytes that a shape asks for. Throws `Error` where these are more than could be counted.
std::size_t bytes_of(const TensorEntry& tensor) {
  if (tensor.shape.size() > max_dimensions) {
    throw Error("shape: " + std::to_string(tensor.shape.size()) + " dimensions; at most " +
                std::to_string(max_dimensions) + " are read");
  }
  std::size_t bytes = width_of(tensor.type);
  for (const auto size : tensor.shape) {
    if (__builtin_mul_overflow(bytes, size, &bytes))
      throw Error("shape: " + shown(Json(tensor.shape)) + " is more than any file holds; " + again);
  }
  return bytes;
}

TensorEntry read_tensor(const std::string& name, const SortedJson& json, std::size_t data_bytes) {
  if (!json.is_object()) throw Error("expected an object, got " + shown(Json(json)));
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!json.contains(key)) throw Error(quote(key) + " is missing; " + again);
  }
  for (const auto& [key, value] : json.items()) {
    if (key == "dtype" || key == "shape" || key == "data_offsets") continue;
    throw Error("unknown key " + quote(key) + "; the format has \"dtype\", \"shape\" and \"data_offsets\"");
  }
  TensorEntry tensor{name, type_named(json.at("dtype")), whole_numbers("shape", json.at("shape"))};
  const auto offsets = whole_numbers("data_offsets", json.at("data_offsets"));
  if (offsets.size() != 2)
    throw Error("data_offsets: expected 2 numbers, got " + std::to_string(offsets.size()));
  tensor.begin = offsets[0];
  tensor.end = offsets[1];
  const auto range = "bytes " + std::to_string(tensor.begin) + " to " + std::to_string(tensor.end);
  if (tensor.begin > tensor.end || tensor.end > data_bytes) {
    throw Error("data_offsets: " + range + " do not lie in the " + std::to_string(data_bytes) +
                " of the data; " + again);
  }
  const auto bytes = bytes_of(tensor);
  if (bytes == tensor.end - tensor.begin) return tensor;
  throw Error("data_offsets: " + range + " are " + std::to_string(tensor.end - tensor.begin) +
              ", but its shape and type take " + std::to_string(bytes) + "; " + again);
}

std::map<std::string, std::string> read_metadata(const SortedJson& json) {
  if (!json.is_object()) throw Error("expected an object, got " + shown(Json(json)));
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : json.items()) {
    expect(value.is_string(), quote(key), value, "text");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

/// Throws where the tensors, in the order of their bytes, leave bytes between them or share some.
void expect_gapless(const std::vector<TensorEntry>& tensors, std::size_t data_bytes) {
  std::size_t next = 0;
  for (const auto& tensor : tensors) {
    if (tensor.begin != next) {
      throw Error("tensor " + quote(tensor.name) + ": begins at byte " + std::to_string(tensor.begin) +
                  " of the data, but the one before ends at " + std::to_string(next) +
                  "; tensors must follow each other");
    }
    next = tensor.end;
  }
  if (next != data_bytes) {
    throw Error("its tensors end at byte " + std::to_string(next) + " of the data, which has " +
                std::to_string(data_bytes) + "; " + again);
  }
}

}  // namespace

std::size_t width_of(TensorType type) {
  return types.at(static_cast<std::size_t>(type)).width;
}

SafetensorsHeader read_safetensors_header(std::string_view json, std::size_t data_bytes) {
  const auto all = at("header", [&] { return parse_sorted_json(json); });
  if (!all.is_object()) throw Error("header: expected an object, got " + shown(Json(all)));
  SafetensorsHeader header;
  for (const auto& [name, value] : all.items()) {
    if (name == metadata_key) {
      header.metadata = at(metadata_key, [&] { return read_metadata(value); });
    } else {
      header.tensors.push_back(
          at("tensor " + quote(name), [&] { return read_tensor(name, value, data_bytes); }));
    }
  }
  std::ranges::stable_sort(header.tensors, {}, [](const TensorEntry& one) {
    return std::pair{one.begin, one.end};
  });
  expect_gapless(header.tensors, data_bytes);
  return header;
}

std::string safetensors_header(const SafetensorsHeader& header) {
  Json json = Json::object();
  if (!header.metadata.empty()) json[metadata_key] = header.metadata;
  for (const auto& tensor : header.tensors) {
    json[tensor.name] = {{"dtype", types.at(static_cast<std::size_t>(tensor.type)).name},
                         {"shape", tensor.shape},
                         {"data_offsets", {tensor.begin, tensor.end}}};
  }
  auto text = json.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace fovea
