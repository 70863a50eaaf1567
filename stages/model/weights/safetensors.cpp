// A .safetensors file: 8 bytes, little-endian, that say how long the header is; the header, JSON as
// {"__metadata__": {KEY: TEXT}, NAME: {"dtype": "F32", "shape": [2, 3], "data_offsets": [BEGIN, END]}}, whose
// offsets count from its end; then the bytes of the tensors, little-endian, in row-major order.
#include "stages/model/weights/safetensors.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "graph/error.hpp"
#include "runtime/text_file.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/model/weights/safetensors_header.hpp"

namespace fovea {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are little-endian and read as they are");

constexpr std::size_t length_bytes = 8;
constexpr const char* digest_key = "fovea.xxh3";
const std::string no_digest(32, '0');

template <class T> std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

float from_half(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16U, exponent = bits >> 10U & 31U, fraction = bits & 1023U;
  if (exponent == 0)
    return std::copysign(std::ldexp(static_cast<float>(fraction), -24), std::bit_cast<float>(sign | 1U));
  const auto wide = exponent == 31 ? 255U : exponent + 112U;
  return std::bit_cast<float>(sign | wide << 23U | fraction << 13U);
}

float from_bfloat(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

template <class T, class Convert>
void convert(std::span<const std::uint8_t> bytes, std::vector<float>& values, const Convert& converted) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = converted(value);
  }
}

void convert(TensorType type, std::span<const std::uint8_t> bytes, std::vector<float>& values) {
  const auto cast = [](auto value) { return static_cast<float>(value); };
  switch (type) {
    case TensorType::f64:
      return convert<double>(bytes, values, cast);
    case TensorType::f32:
      return convert<float>(bytes, values, cast);
    case TensorType::f16:
      return convert<std::uint16_t>(bytes, values, from_half);
    case TensorType::bf16:
      return convert<std::uint16_t>(bytes, values, from_bfloat);
    case TensorType::i64:
      return convert<std::int64_t>(bytes, values, cast);
    case TensorType::i32:
      return convert<std::int32_t>(bytes, values, cast);
    case TensorType::u8:
      return convert<std::uint8_t>(bytes, values, cast);
    case TensorType::boolean:
      return convert<std::uint8_t>(bytes, values,
                                   [](std::uint8_t value) { return value == 0 ? 0.0F : 1.0F; });
  }
}

/// Reads length and JSON of the header, which lies before the data.
std::string header_text(const InputFile& file) {
  if (file.size() < length_bytes) {
    throw Error(std::to_string(file.size()) +
                " bytes; a .safetensors file begins with 8 that say how long its header is");
  }
  std::uint64_t length = 0;
  file.read(0, {reinterpret_cast<std::uint8_t*>(&length), length_bytes});
  if (length > file.size() - length_bytes) {
    throw Error("its header is to have " + std::to_string(length) + " bytes, but the file has " +
                std::to_string(file.size()) + "; fetch the file again");
  }
  if (length > max_safetensors_header) {
    throw Error("its header has " + std::to_string(length) + " bytes; at most " +
                std::to_string(max_safetensors_header) + " are read");
  }
  std::string text(length, '\0');
  file.read(length_bytes, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return text;
}

std::string length_of(const std::string& header) {
  const std::uint64_t length = header.size();
  return {reinterpret_cast<const char*>(&length), length_bytes};
}

/// Compares the digest in a header with the content; a file of another program has none.
class DigestCheck {
 public:
  DigestCheck(const SafetensorsHeader& header, std::string text) {
    const auto found = header.metadata.find(digest_key);
    if (found == header.metadata.end()) return;
    expected_ = found->second;
    const auto place = text.find(quote(expected_));
    if (expected_.size() == no_digest.size() && place != std::string::npos)
      text.replace(place + 1, no_digest.size(), no_digest);
    add(length_of(text));
    add(text);
  }
  void add(std::string_view bytes) {
    if (!expected_.empty()) digest_.add(bytes);
  }
  void expect_right() const {
    if (expected_.empty() || digest_.hex() == expected_) return;
    throw Error("its bytes are not those that its \"" + std::string(digest_key) +
                "\" is of; fetch the file again, or write it without that where it was changed on purpose");
  }

 private:
  std::string expected_;
  Xxh3 digest_;
};

Safetensors read(const std::filesystem::path& path, const InputFile& file) {
  const auto text = at(path.string(), [&] { return header_text(file); });
  const auto data = length_bytes + text.size();
  auto header = at(path.string(), [&] { return read_safetensors_header(text, file.size() - data); });
  DigestCheck digest(header, text);
  Safetensors content;
  std::vector<std::uint8_t> bytes;
  for (auto& tensor : header.tensors) {
    bytes.resize(tensor.end - tensor.begin);
    file.read(data + tensor.begin, bytes);
    digest.add(bytes_of(bytes));
    std::vector<float> values(bytes.size() / width_of(tensor.type));
    convert(tensor.type, bytes, values);
    content.arrays.push_back({std::move(tensor.name), std::move(tensor.shape), std::move(values)});
  }
  at(path.string(), [&] { digest.expect_right(); });
  content.metadata = std::move(header.metadata);
  content.metadata.erase(digest_key);
  return content;
}

bool is_counter(const NamedArray& array) {
  return array.name.ends_with("num_batches_tracked");
}

std::string data_of(const NamedArray& array) {
  if (!is_counter(array))
    return {reinterpret_cast<const char*>(array.values.data()), 4 * array.values.size()};
  std::vector<std::int64_t> counts;
  for (const auto value : array.values) counts.push_back(std::llround(value));
  return std::string(bytes_of(counts));
}

}  // namespace

Safetensors read_safetensors(const std::filesystem::path& path) {
  return read(path, InputFile(path));
}

void write_safetensors(const std::filesystem::path& path, const Safetensors& content) {
  SafetensorsHeader header{{}, content.metadata};
  header.metadata["format"] = "pt";
  header.metadata[digest_key] = no_digest;
  std::size_t next = 0;
  for (const auto& array : content.arrays) {
    const auto type = is_counter(array) ? TensorType::i64 : TensorType::f32;
    const auto end = next + array.values.size() * width_of(type);
    header.tensors.push_back({array.name, type, array.shape, std::exchange(next, end), end});
  }
  const auto text = safetensors_header(header);
  auto bytes = length_of(text) + text;
  bytes.reserve(bytes.size() + next);
  for (const auto& array : content.arrays) bytes += data_of(array);
  const auto place = bytes.find(quote(digest_key) + ":" + quote(no_digest));
  bytes.replace(bytes.find(no_digest, place), no_digest.size(), xxh3(bytes));
  write_whole_file(path, bytes);
}

}  // namespace fovea
