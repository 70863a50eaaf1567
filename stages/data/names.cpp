#include "stages/data/names.hpp"

#include <algorithm>

#include "runtime/store/artifact.hpp"

namespace fovea {

Names NameList::finish() {
  Names names{std::move(bytes_), std::move(offsets_)};
  bytes_ = {};
  offsets_ = {0};
  return names;
}

void write_names(const Names& names, H5Writer& file, const std::string& bytes, const std::string& offsets) {
  if (names.empty()) return;
  file.write(bytes, names.bytes, {names.bytes.size()});
  file.attribute(bytes, "encoding",
                 "UTF-8; name i is the bytes " + offsets + "[i] to " + offsets + "[i + 1]");
  file.write(offsets, names.offsets, {names.offsets.size()});
}

Names read_names(const H5Reader& file, const std::string& place, const std::string& bytes,
                 const std::string& offsets) {
  if (!file.has(offsets)) return {};
  Names names{file.read<std::uint8_t>(bytes), file.read<std::int64_t>(offsets)};
  const auto& ends = names.offsets;
  expect_stored(place,
                !ends.empty() && ends[0] == 0 && std::is_sorted(ends.begin(), ends.end()) &&
                    static_cast<std::size_t>(ends[names.size()]) == names.bytes.size(),
                "its names do not lie one after the other");
  return names;
}

}  // namespace fovea
