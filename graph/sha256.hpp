#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace fovea {

/// SHA-256 of the bytes, as 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

/// An incremental SHA-256 of bytes that are added in parts.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  /// Returns the digest of all added bytes, in hexadecimal. May be called once, after the last `add`.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fovea
