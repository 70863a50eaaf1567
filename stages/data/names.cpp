#include "stages/data/names.hpp"

#include <algorithm>

#include "graph/error.hpp"

namespace fovea {

Names NameList::finish() {
  Names names{std::move(bytes_), std::move(offsets_)};
  bytes_ = {};
  offsets_ = {0};
  return names;
}

void write_names(const Names& names, H5Writer& file) {
  if (names.empty()) return;
  file.write("names", names.bytes, {names.bytes.size()});
  file.attribute("names", "encoding", "UTF-8; name i is the bytes name_offsets[i] to name_offsets[i + 1]");
  file.write("name_offsets", names.offsets, {names.offsets.size()});
}

Names read_names(const H5Reader& file, const std::string& place) {
  if (!file.has("name_offsets")) return {};
  Names names{file.read<std::uint8_t>("names"), file.read<std::int64_t>("name_offsets")};
  const auto& offsets = names.offsets;
  if (offsets.empty() || offsets[0] != 0 || !std::is_sorted(offsets.begin(), offsets.end()) ||
      static_cast<std::size_t>(offsets[names.size()]) != names.bytes.size())
    throw Error(place + ": its names do not lie one after the other; make it again");
  return names;
}

}  // namespace fovea
