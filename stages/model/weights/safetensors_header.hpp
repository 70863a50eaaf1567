#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/store/hdf5.hpp"

namespace fovea {

/// The number types of a .safetensors file that are read.
enum class TensorType : std::uint8_t { f64, f32, f16, bf16, i64, i32, u8, boolean };

/// Returns the bytes of one number.
std::size_t width_of(TensorType type);

/// A tensor as the header of a .safetensors file describes it; `begin` and `end` count bytes of the data.
struct TensorEntry {
  std::string name;
  TensorType type = TensorType::f32;
  Shape shape;
  std::size_t begin = 0, end = 0;
};

/// The header of a .safetensors file.
struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  ///< in the order of their bytes
  std::map<std::string, std::string> metadata;
};

/// The largest header in bytes: tens of thousands of tensors.
inline constexpr std::size_t max_safetensors_header = std::size_t{4} << 20;

/// Parses the JSON of a header, and checks all of it against the number of bytes of data: known types, shapes
/// that fit their bytes, neither overlaps nor holes. Throws `Error` that begins with the tensor.
SafetensorsHeader read_safetensors_header(std::string_view json, std::size_t data_bytes);

/// Returns the JSON of a header, filled up with spaces so that data after 8 bytes and it is aligned to 8
/// bytes.
std::string safetensors_header(const SafetensorsHeader& header);

}  // namespace fovea
