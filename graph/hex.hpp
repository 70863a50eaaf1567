#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace fovea {

/// Bytes as lower-case hexadecimal digits, two a byte.
inline std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

/// A number as sixteen hexadecimal digits.
inline std::string hex(std::uint64_t number) {
  std::uint8_t bytes[8];
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(number >> 56);
    number <<= 8;
  }
  return hex(bytes);
}

}  // namespace fovea
