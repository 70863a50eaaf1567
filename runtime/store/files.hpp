#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "graph/error.hpp"

namespace fovea {

/// An open file that closes itself.
class Descriptor {
 public:
  /// Throws `Error` where it can't be opened.
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

/// That the system refused something about a file, whatever is in it.
class FileError : public Error {
 public:
  using Error::Error;
};

/// What the system says about a file, as `path: fact; what would be right`. `code` is an `errno`.
FileError file_error(const std::filesystem::path& path, int code);

/// The bytes of a file, mapped for reading. The file must not become shorter while they are looked at.
class MappedFile {
 public:
  /// Throws `Error` where the file is missing or cannot be read.
  explicit MappedFile(const std::filesystem::path& path);
  /// The same, but null where there is no such file.
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

/// A new file under a name that nobody else uses, removed in the end unless it was moved into place.
class TempFile {
 public:
  TempFile(const std::filesystem::path& folder, std::string_view suffix);
  ~TempFile();
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(std::string_view bytes);
  /// Waits until what was written is on the disk.
  void sync() const;
  /// Makes the file read-only and gives it its lasting name, in place of what had that name before.
  void move_to(const std::filesystem::path& target);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Removes the files that `TempFile`s left in a folder: see `is_abandoned`. Names that begin with a dot stay;
/// so a file system calls files that are open though they were removed.
void remove_stale(const std::filesystem::path& folder);

/// Gives a file or folder a name that nothing has yet. Where a server's answer was lost and the request was
/// repeated, what was moved counts as moved. Throws `Error` where it can't be moved.
void move_to_new(const std::filesystem::path& from, const std::filesystem::path& to);
/// Copies a file to a new one that its owner may write. File systems that can (btrfs, XFS) share the bytes
/// until one of the two is changed; a link would let people change both.
void copy_to_new(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes a folder and those above it, each on the disk before the next.
void make_folder(const std::filesystem::path& folder);
/// Waits until the names in a folder are on the disk.
void sync_folder(const std::filesystem::path& folder);

/// Lets the system ask the server of a shared file system what is in a folder: a client of NFS remembers for
/// up to a minute that a file was not there, though another host has made it since.
void ask_anew(const std::filesystem::path& folder);

/// The time now as 2026-01-31T12:00:00Z.
std::string now_as_text();

/// XXH3-128 of the bytes, in hex: finds damage at the speed of memory, but not malice.
std::string xxh3(std::string_view bytes);
/// The same of bytes that come in parts.
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
/// SHA-256 of a file's bytes, in hex.
std::string file_digest(const std::filesystem::path& path);

}  // namespace fovea
