#include "stages/data/formats/npz_writer.hpp"

#include <zlib.h>

#include <bit>

#include "graph/error.hpp"
#include "runtime/text_file.hpp"

namespace fovea {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

/// Adds a number in little-endian order.
void put(std::string& bytes, std::size_t width, std::uint64_t value) {
  for (std::size_t i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> 8 * i));
}

/// The header of a .npy array of version 1, as long as a multiple of 64 bytes.
std::string npy_header(const char* type, const std::vector<std::size_t>& shape) {
  std::string lengths;
  for (const auto length : shape) lengths += std::to_string(length) + ", ";
  auto text = "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (" + lengths + "), }";
  std::string header("\x93NUMPY\x01\x00", 8);
  const auto before = header.size() + 2;
  text.append(63 - (before + text.size()) % 64, ' ').push_back('\n');
  put(header, 2, text.size());
  return header + text;
}

/// What the entry of a file and its line in the directory have in common: an uncompressed file of the first
/// day that the format knows.
std::string description(const std::string& name, std::uint32_t crc, std::size_t size) {
  std::string bytes;
  put(bytes, 2, 20);          // version of the format
  put(bytes, 2, 0);           // flags
  put(bytes, 2, 0);           // stored
  put(bytes, 2, 0);           // time
  put(bytes, 2, 1 << 5 | 1);  // date: 1 January 1980
  put(bytes, 4, crc);
  put(bytes, 4, size);
  put(bytes, 4, size);
  put(bytes, 2, name.size());
  put(bytes, 2, 0);  // extra bytes
  return bytes;
}

template <class T> std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

void NpzWriter::add(const std::string& name, const std::vector<std::size_t>& shape,
                    std::span<const float> values) {
  add(name, npy_header("<f4", shape), bytes_of(values));
}

void NpzWriter::add(const std::string& name, const std::vector<std::size_t>& shape,
                    std::span<const std::uint8_t> values) {
  add(name, npy_header("|u1", shape), bytes_of(values));
}

void NpzWriter::add(const std::string& name, const std::string& header, std::string_view values) {
  const auto file = name + ".npy";
  const auto size = header.size() + values.size(), begin = bytes_.size();
  if (begin + size > 0xff000000)
    throw Error(quote(name) + ": with it the archive takes 4 GiB; give smaller arrays");
  const auto* bytes = reinterpret_cast<const Bytef*>(values.data());
  const auto crc = static_cast<std::uint32_t>(crc32_z(
      crc32_z(0, reinterpret_cast<const Bytef*>(header.data()), header.size()), bytes, values.size()));
  const auto common = description(file, crc, size);
  bytes_ += "PK\3\4" + common + file + header;
  bytes_ += values;
  directory_ += "PK\1\2";
  put(directory_, 2, 20);  // version of the maker
  directory_ += common;
  put(directory_, 2, 0);  // comment
  put(directory_, 2, 0);  // disk
  put(directory_, 2, 0);  // kind of content
  put(directory_, 4, 0);  // rights
  put(directory_, 4, begin);
  directory_ += file;
  ++entries_;
}

std::string NpzWriter::archive() const {
  auto archive = bytes_ + directory_ + "PK\5\6";
  put(archive, 4, 0);  // disks
  put(archive, 2, entries_);
  put(archive, 2, entries_);
  put(archive, 4, directory_.size());
  put(archive, 4, bytes_.size());
  put(archive, 2, 0);  // comment
  return archive;
}

void NpzWriter::write(const std::filesystem::path& file) const {
  write_whole_file(file, archive());
}

}  // namespace fovea
