#include "runtime/store/files.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

#include <cassert>
#include <cctype>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <vector>

#include "graph/hex.hpp"
#include "graph/plan.hpp"
#include "runtime/store/owner.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Repeats a system call that a signal interrupted.
template <class Call> auto retried(Call&& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

int open_file(const fs::path& path, int flags) {
  return retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
}

/// Returns the status of an open file; throws `Error` if it is not a regular file.
struct stat regular_file(const fs::path& path, int descriptor) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) throw file_error(path, errno);
  if (S_ISDIR(info.st_mode)) throw file_error(path, EISDIR);
  if (!S_ISREG(info.st_mode)) throw Error(path.string() + ": a device or pipe; it must be a file");
  return info;
}

void sync_descriptor(const fs::path& path, int descriptor) {
  if (retried([&] { return ::fsync(descriptor); }) != 0) throw file_error(path, errno);
}

void write_all(const fs::path& path, int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = retried([&] { return ::write(descriptor, bytes.data(), bytes.size()); });
    if (count < 0) throw file_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

FileError file_error(const fs::path& path, int code) {
  const auto place = path.string() + ": ";
  switch (code) {
    case ENOENT:
      return FileError(place + "no such file; check the path");
    case EACCES:
    case EPERM:
    case EROFS:
      return FileError(place + "permission denied; allow it or choose another place");
    case ENOSPC:
    case EDQUOT:
      return FileError(place + "no space left on the disk; free some or choose another place");
    case ENOTDIR:
    case EEXIST:
      return FileError(place + "something that is no folder is in the way; move it or choose another place");
    case EISDIR:
      return FileError(place + "a folder; it must be a file");
    default:
      break;
  }
  if (code == 0) return FileError(place + "can't be read or written; check the disk and the path");
  auto fact = std::generic_category().message(code);
  fact[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(fact[0])));
  return FileError(place + fact + "; check the disk and the path");
}

Descriptor::Descriptor(const fs::path& path, int flags) : number_(open_file(path, flags)) {
  if (number_ < 0) throw file_error(path, errno);
}

// An error of `close` loses nothing: the bytes that matter were synced before.
Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

MappedFile::MappedFile(const fs::path& path) : MappedFile(path, open_file(path, O_RDONLY)) {}

std::shared_ptr<const MappedFile> MappedFile::if_there(const fs::path& path) {
  Descriptor descriptor(open_file(path, O_RDONLY));
  if (descriptor.number() < 0 && (errno == ENOENT || errno == ENOTDIR)) return nullptr;
  return std::shared_ptr<const MappedFile>(new MappedFile(path, descriptor.release()));
}

MappedFile::MappedFile(const fs::path& path, int number) : path_(path) {
  if (number < 0) throw file_error(path, errno);
  const Descriptor descriptor(number);
  size_ = static_cast<std::size_t>(regular_file(path, number).st_size);
  if (size_ == 0) return;
  void* const memory = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, number, 0);
  if (memory == MAP_FAILED) throw file_error(path, errno);
  data_ = static_cast<const char*>(memory);
}

MappedFile::~MappedFile() {
  if (size_ > 0) ::munmap(const_cast<char*>(data_), size_);
}

TempFile::TempFile(const fs::path& folder, std::string_view suffix)
    : path_(folder / (unique_name() + std::string(suffix))) {
  descriptor_ = open_file(path_, O_RDWR | O_CREAT | O_EXCL);
  if (descriptor_ < 0) throw file_error(errno == ENOENT ? folder : path_, errno);
  try_lock(descriptor_);
}

TempFile::~TempFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
  ::close(descriptor_);
}

void TempFile::write(std::string_view bytes) {
  write_all(path_, descriptor_, bytes);
}

void TempFile::sync() const {
  sync_descriptor(path_, descriptor_);
}

void TempFile::move_to(const fs::path& target) {
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) throw file_error(path_, errno);
  if (::fchmod(descriptor_, info.st_mode & 0444) != 0) throw file_error(path_, errno);
  if (::rename(path_.c_str(), target.c_str()) != 0) {
    const int code = errno;
    // A request that is repeated after a lost answer of a file server finds nothing to rename.
    if (code != ENOENT || !still_names(target, descriptor_)) throw file_error(target, code);
  }
  path_.clear();
}

void remove_stale(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (!name.starts_with('.') && is_abandoned(entry->path(), name)) ::unlink(entry->path().c_str());
  }
}

void move_to_new(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return;
  const int code = errno;
  const auto there = [](const fs::path& path) { return fs::exists(fs::symlink_status(path)); };
  if (code != ENOENT || there(from) || !there(to)) throw file_error(to, code);
}

void copy_to_new(const fs::path& from, const fs::path& to) {
  const Descriptor source(from, O_RDONLY), target(to, O_WRONLY | O_CREAT | O_EXCL);
  if (::ioctl(target.number(), FICLONE, source.number()) != 0)
    write_all(to, target.number(), MappedFile(from).bytes());
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (folder.empty() || fs::is_directory(folder, error)) return;
  const auto above = folder.parent_path();
  if (above != folder) make_folder(above);
  if (::mkdir(folder.c_str(), 0777) != 0) {
    const int code = errno;
    if (fs::is_directory(folder, error)) return;
    throw file_error(folder, code);
  }
  sync_folder(above.empty() ? "." : above);
}

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  sync_descriptor(folder, descriptor.number());
}

void ask_anew(const fs::path& folder) {
  struct statx not_looked_at {};
  ::statx(AT_FDCWD, folder.c_str(), AT_STATX_FORCE_SYNC, STATX_MTIME, &not_looked_at);
}

std::string now_as_text(const char* format, std::tm* (*in_zone)(const std::time_t*, std::tm*)) {
  const auto now = std::time(nullptr);
  std::tm parts{};
  in_zone(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

std::string now_as_text() {
  return now_as_text("%Y-%m-%dT%H:%M:%SZ", gmtime_r);
}

std::string xxh3(std::string_view bytes) {
  const auto digest = XXH3_128bits(bytes.data(), bytes.size());
  return fovea::hex(digest.high64) + fovea::hex(digest.low64);
}

struct Xxh3::State {
  XXH3_state_t* state = XXH3_createState();
  ~State() { XXH3_freeState(state); }
};

Xxh3::Xxh3() : state_(std::make_unique<State>()) {
  if (state_->state == nullptr) throw std::bad_alloc();
  XXH3_128bits_reset(state_->state);
}

Xxh3::~Xxh3() = default;

void Xxh3::add(std::string_view bytes) {
  XXH3_128bits_update(state_->state, bytes.data(), bytes.size());
}

std::string Xxh3::hex() const {
  const auto digest = XXH3_128bits_digest(state_->state);
  return fovea::hex(digest.high64) + fovea::hex(digest.low64);
}

// The file is read and not mapped, because another program may truncate it meanwhile.
std::string file_digest(const fs::path& path) {
  const Descriptor file(path, O_RDONLY);
  regular_file(path, file.number());
  Sha256 digest;
  std::vector<char> chunk(std::size_t{1} << 20);
  while (true) {
    const auto count = retried([&] { return ::read(file.number(), chunk.data(), chunk.size()); });
    if (count < 0) throw file_error(path, errno);
    if (count == 0) return digest.hex();
    digest.add({chunk.data(), static_cast<std::size_t>(count)});
  }
}

}  // namespace fovea
