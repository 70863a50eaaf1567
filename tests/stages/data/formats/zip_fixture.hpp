#pragma once

#include <optional>

#include "tests/stages/data/images/image_fixture.hpp"

namespace fovea::testing {

/// A file of a zip archive, and what is said of it that is not so.
struct ZipMember {
  std::string name;
  Bytes content;
  bool deflated = false;
  bool zip64 = false;
  std::uint16_t flags = 0;
  std::optional<std::uint16_t> method{};
  std::optional<std::uint64_t> announced{};  ///< bytes when unpacked
  std::optional<Bytes> packed_instead{};     ///< what is packed in place of the content
};

inline void append_little(Bytes& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8) to.push_back(static_cast<std::uint8_t>(value));
}

/// Whole numbers of so many bytes.
inline Bytes little(const std::vector<std::uint64_t>& values, int bytes) {
  Bytes all;
  for (const auto value : values) append_little(all, value, bytes);
  return all;
}

inline Bytes zip(const std::vector<ZipMember>& members) {
  Bytes file, directory;
  for (const auto& member : members) {
    const auto& content = member.packed_instead ? *member.packed_instead : member.content;
    const auto stored = member.deflated ? packed(content, -15) : content;
    const auto size = member.announced.value_or(member.content.size());
    const auto header = file.size();
    const auto crc = crc32(0, content.data(), static_cast<unsigned>(content.size()));
    const auto method = member.method.value_or(member.deflated ? 8 : 0);
    const std::uint64_t full = 0xffffffff;
    Bytes extra;
    if (member.zip64) {
      append_little(extra, 1, 2);
      append_little(extra, 24, 2);
      for (const std::uint64_t value : {size, std::uint64_t{stored.size()}, std::uint64_t{header}})
        append_little(extra, value, 8);
    }
    append_little(file, 0x04034b50, 4);
    for (const std::uint64_t value : {20, static_cast<int>(member.flags), static_cast<int>(method), 0, 0})
      append_little(file, value, 2);
    for (const std::uint64_t value : {std::uint64_t{crc}, std::uint64_t{stored.size()}, size})
      append_little(file, value, 4);
    append_little(file, member.name.size(), 2);
    append_little(file, 0, 2);
    file.insert(file.end(), member.name.begin(), member.name.end());
    file.insert(file.end(), stored.begin(), stored.end());
    append_little(directory, 0x02014b50, 4);
    for (const std::uint64_t value : {20, 20, static_cast<int>(member.flags), static_cast<int>(method), 0, 0})
      append_little(directory, value, 2);
    append_little(directory, crc, 4);
    append_little(directory, member.zip64 ? full : stored.size(), 4);
    append_little(directory, member.zip64 ? full : size, 4);
    append_little(directory, member.name.size(), 2);
    append_little(directory, extra.size(), 2);
    append_little(directory, 0, 10);
    append_little(directory, member.zip64 ? full : header, 4);
    directory.insert(directory.end(), member.name.begin(), member.name.end());
    directory.insert(directory.end(), extra.begin(), extra.end());
  }
  const auto begin = file.size();
  file.insert(file.end(), directory.begin(), directory.end());
  append_little(file, 0x06054b50, 4);
  append_little(file, 0, 4);
  append_little(file, members.size(), 2);
  append_little(file, members.size(), 2);
  append_little(file, directory.size(), 4);
  append_little(file, begin, 4);
  append_little(file, 0, 2);
  return file;
}

/// A .npy array, its header as NumPy writes it: 128 bytes for short ones.
inline Bytes npy(const std::string& type, const std::string& shape, const Bytes& values,
                 const std::string& fortran = "False") {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
  header.resize(117, ' ');
  header += '\n';
  Bytes file{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), values.begin(), values.end());
  return file;
}

}  // namespace fovea::testing
