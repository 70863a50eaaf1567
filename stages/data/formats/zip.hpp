#pragma once

#include <memory>

#include "stages/data/formats/input_file.hpp"

namespace fovea {

/// A file in a zip archive, as its directory describes it.
struct ZipEntry {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0;  ///< bytes in the archive
  std::uint64_t size = 0;    ///< bytes when unpacked
  std::uint64_t header = 0;  ///< offset of the entry in the archive
};

/// A zip archive, ZIP64 included. Its directory is checked against the file's length before anything is read:
/// an entry lies within the archive, overlaps no other, and announces no more bytes than its packed bytes can
/// hold. Errors begin with the path.
class ZipFile {
 public:
  explicit ZipFile(std::filesystem::path path);
  const std::vector<ZipEntry>& entries() const { return entries_; }
  const InputFile& file() const { return file_; }

 private:
  struct Directory;
  Directory find_directory() const;
  void read_directory(const Directory& directory);
  void check(const ZipEntry& entry, std::uint64_t end) const;
  void check_overlaps() const;
  [[noreturn]] void damaged(const std::string& fact) const;
  InputFile file_;
  std::vector<ZipEntry> entries_;
};

/// Unpacks one entry from begin to end. Errors begin with the archive's path and the entry's name.
class ZipStream {
 public:
  ZipStream(const ZipFile& archive, const ZipEntry& entry);
  ~ZipStream();
  ZipStream(ZipStream&&) noexcept;

  /// Fills `to` with the next bytes; throws where the entry is shorter or damaged.
  void read(std::span<std::uint8_t> to);
  /// Throws unless everything was read and the checksum is that of the directory.
  void finish();

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace fovea
