#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "runtime/store/array.hpp"

namespace fovea {

/// Files of figures for the run directory.
struct Figures {
  static constexpr std::string_view kind = "Figures";
  static const Codec& codec();

  struct File {
    std::string name;  ///< "training_curves.png"
    Array<std::uint8_t> bytes;
  };
  std::vector<File> files;
};

/// Refuses a file name that would leave its folder. Throws `Error`.
void expect_file_name(const std::string& name);

}  // namespace fovea
