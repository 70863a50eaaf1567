#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtime/store/store.hpp"
#include "tests/runtime/file_bytes.hpp"

namespace fovea {

/// Some numbers.
struct Numbers {
  static constexpr std::string_view kind = "Numbers";
  Array<float> values;

  static Codec of_version(int version) {
    return make_codec<Numbers>(
        version,
        [](const Numbers& numbers, H5Writer& file) {
          file.write("values", numbers.values, {numbers.values.size()});
        },
        [](const H5Reader& file, const Resolve&) { return Numbers{file.read<float>("values")}; });
  }
  static const Codec& codec() {
    static const auto codec = of_version(2);
    return codec;
  }
};

/// Refers to numbers that are stored elsewhere.
struct Half {
  static constexpr std::string_view kind = "Half";
  Value<Numbers> whole;

  static const Codec& codec() {
    static const auto codec = make_codec<Half>(
        1, [](const Half& half, H5Writer& file) { file.attribute("/", "whole", half.whole.object()); },
        [](const H5Reader& file, const Resolve& resolve) {
          return Half{Value<Numbers>(resolve(Numbers::codec(), file.text_attribute("/", "whole")))};
        });
    return codec;
  }
};

/// A store in a folder of its own, and the warnings that it gave.
struct Place {
  Folder folder;
  std::vector<std::string> warnings;
  Store store{folder.path(), [this](const std::string& line) { warnings.push_back(line); }};

  std::string publish(std::vector<float> values) {
    const Numbers numbers{std::move(values)};
    return store.publish(Numbers::codec(), &numbers);
  }
  std::optional<Value<Numbers>> load(const std::string& object) {
    auto item = store.load(Numbers::codec(), object);
    if (!item) return std::nullopt;
    return Value<Numbers>(std::move(*item));
  }
  std::size_t count(const std::filesystem::path& below) const {
    if (!std::filesystem::exists(folder / below)) return 0;
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / below))
      files += entry.is_regular_file();
    return files;
  }
};

}  // namespace fovea
