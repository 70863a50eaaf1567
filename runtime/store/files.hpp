#pragma once

#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "graph/error.hpp"

namespace fovea {

/// An open file descriptor that closes itself.
class Descriptor {
 public:
  /// Throws `Error` if the file cannot be opened.
  Descriptor(const std::filesystem::path& path, int flags);
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// The error of a file operation that the system refused, independent of the file's content.
class FileError : public Error {
 public:
  using Error::Error;
};

/// Returns an error of the system about a file, as `path: fact; what would be right`. `code` is an `errno`.
FileError file_error(const std::filesystem::path& path, int code);

/// The bytes of a file, mapped for reading. The file must not be truncated while it is mapped.
class MappedFile {
 public:
  /// Throws `Error` if the file does not exist or cannot be read.
  explicit MappedFile(const std::filesystem::path& path);
  /// Maps a file; null if the file does not exist.
  static std::shared_ptr<const MappedFile> if_there(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::filesystem::path& path, int descriptor);
  std::filesystem::path path_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A new file with a unique name, removed by the destructor unless it was moved into place.
class TempFile {
 public:
  TempFile(const std::filesystem::path& folder, std::string_view suffix);
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(std::string_view bytes);
  /// Waits until the written bytes are on the disk.
  void sync() const;
  /// Makes the file read-only and renames it to its final path, replacing an older file there.
  void move_to(const std::filesystem::path& target);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Removes the abandoned temporary files in a folder: see `is_abandoned`. Names that begin with a dot stay,
/// because NFS uses them for removed files that are still open.
void remove_stale(const std::filesystem::path& folder);

/// Renames a file or folder to a path that does not exist. A request that is repeated after a lost answer of
/// a file server counts as done. Throws `Error` if it cannot be renamed.
void move_to_new(const std::filesystem::path& from, const std::filesystem::path& to);
/// Copies a file to a new one that its owner may write. File systems with copy-on-write (btrfs, XFS) share
/// the bytes until one of the two is changed; a hard link would let people change both.
void copy_to_new(const std::filesystem::path& from, const std::filesystem::path& to);

/// Creates a folder and its parents, each synced to disk before the next.
void make_folder(const std::filesystem::path& folder);
/// Syncs the names in a folder to the disk.
void sync_folder(const std::filesystem::path& folder);

/// Refreshes the cached listing of a folder: a client of NFS remembers for up to a minute that a file did not
/// exist, though another host has created it since.
void ask_anew(const std::filesystem::path& folder);

/// Returns the current time as 2026-01-31T12:00:00Z.
std::string now_as_text();
/// The same in a format of `strftime`, at most 31 bytes, and the zone of `gmtime_r` or `localtime_r`.
std::string now_as_text(const char* format, std::tm* (*in_zone)(const std::time_t*, std::tm*));

/// Returns the XXH3-128 of the bytes, in hexadecimal: detects damage at the speed of memory, but not malice.
std::string xxh3(std::string_view bytes);
/// An incremental XXH3-128 of bytes that are added in parts.
class Xxh3 {
 public:
  Xxh3();
  ~Xxh3();
  void add(std::string_view bytes);
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};
/// Returns the SHA-256 of a file's bytes, in hexadecimal.
std::string file_digest(const std::filesystem::path& path);

}  // namespace fovea
