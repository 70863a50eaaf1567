#include "stages/data/formats/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "stages/data/formats/raw_images.hpp"

// A zip archive: entries, each with a header of its own; the directory, whose numbers are the valid ones; the
// end record, which holds the place of the directory. ZIP64 puts numbers that do not fit into 32 bits (all
// ones there) in an extra field, and has an end record of its own, found through a locator before the old
// one. All numbers are little-endian.

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Numbers = std::span<const std::uint8_t>;

constexpr std::size_t end_bytes = 22, locator_bytes = 20, end64_bytes = 56, entry_bytes = 46;
constexpr std::size_t header_bytes = 30;
constexpr std::size_t most_directory = 1 << 22;
constexpr std::uint32_t full = 0xffffffff;

std::uint64_t whole_at(Numbers bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

/// Reads the 64-bit numbers from the extra field of an entry; returns whether all were there.
bool read_extra64(Numbers extra, ZipEntry& entry) {
  std::vector<std::uint64_t*> wanted;
  for (auto* each : {&entry.size, &entry.packed, &entry.header}) {
    if (*each == full) wanted.push_back(each);
  }
  while (!wanted.empty() && extra.size() >= 4) {
    const auto kind = whole_at(extra, 0, 2), length = whole_at(extra, 2, 2);
    if (length > extra.size() - 4) return false;
    if (kind == 1) {
      if (length < wanted.size() * 8) return false;
      for (std::size_t i = 0; i < wanted.size(); ++i) *wanted[i] = whole_at(extra, 4 + i * 8, 8);
      return true;
    }
    extra = extra.subspan(4 + length);
  }
  return wanted.empty();
}

}  // namespace

struct ZipFile::Directory {
  std::uint64_t begin = 0, size = 0, entries = 0;
};

ZipFile::ZipFile(fs::path path) : file_(std::move(path)) {
  read_directory(find_directory());
}

void ZipFile::damaged(const std::string& fact) const {
  throw Error(file_.path().string() + ": " + fact + "; fetch the file again");
}

ZipFile::Directory ZipFile::find_directory() const {
  const auto tail_size = std::min<std::size_t>(file_.size(), end_bytes + 65535 + locator_bytes);
  const auto tail_begin = file_.size() - tail_size;
  std::vector<std::uint8_t> tail(tail_size);
  file_.read(tail_begin, tail);
  constexpr std::array<std::uint8_t, 4> mark{'P', 'K', 5, 6};
  const auto found = std::find_end(tail.begin(), tail.end(), mark.begin(), mark.end());
  const auto at = static_cast<std::size_t>(found - tail.begin());
  if (found == tail.end() || tail.size() - at < end_bytes) damaged("not a zip archive, or cut off");
  Directory directory{.begin = whole_at(tail, at + 16, 4),
                      .size = whole_at(tail, at + 12, 4),
                      .entries = whole_at(tail, at + 10, 2)};
  const bool is_64 = directory.begin == full || directory.size == full || directory.entries == 0xffff;
  if (!is_64) return directory;
  if (at < locator_bytes || whole_at(tail, at - locator_bytes, 4) != 0x07064b50) return directory;
  const auto record_at = whole_at(tail, at - locator_bytes + 8, 8);
  std::array<std::uint8_t, end64_bytes> record{};
  if (record_at > file_.size() || file_.size() - record_at < record.size())
    damaged("its ZIP64 record lies outside of it");
  file_.read(record_at, record);
  if (whole_at(record, 0, 4) != 0x06064b50) damaged("its ZIP64 record is not where it should be");
  return {
      .begin = whole_at(record, 48, 8), .size = whole_at(record, 40, 8), .entries = whole_at(record, 32, 8)};
}

void ZipFile::read_directory(const Directory& directory) {
  if (directory.begin > file_.size() || directory.size > file_.size() - directory.begin)
    damaged("its directory lies outside of it");
  if (directory.size > most_directory) damaged("its directory takes more than 4 MiB");
  std::vector<std::uint8_t> bytes(directory.size);
  file_.read(directory.begin, bytes);
  Numbers rest = bytes;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (rest.size() < entry_bytes || whole_at(rest, 0, 4) != 0x02014b50) damaged("its directory is damaged");
    const auto name = whole_at(rest, 28, 2), extra = whole_at(rest, 30, 2), comment = whole_at(rest, 32, 2);
    if (rest.size() < entry_bytes + name + extra + comment) damaged("its directory is damaged");
    const auto* text = reinterpret_cast<const char*>(rest.data()) + entry_bytes;
    ZipEntry entry{.name = {text, name},
                   .deflated = whole_at(rest, 10, 2) == 8,
                   .crc = static_cast<std::uint32_t>(whole_at(rest, 16, 4)),
                   .packed = whole_at(rest, 20, 4),
                   .size = whole_at(rest, 24, 4),
                   .header = whole_at(rest, 42, 4)};
    if (!read_extra64(rest.subspan(entry_bytes + name, extra), entry))
      damaged(quote(entry.name) + " has no ZIP64 numbers");
    if ((whole_at(rest, 8, 2) & 1) != 0)
      throw Error(file_.path().string() + ": " + quote(entry.name) +
                  " is encrypted; save it without a password");
    if (!entry.deflated && whole_at(rest, 10, 2) != 0) {
      throw Error(file_.path().string() + ": " + quote(entry.name) + " is packed by method " +
                  std::to_string(whole_at(rest, 10, 2)) + "; stored and deflated files are read");
    }
    check(entry, directory.begin);
    entries_.push_back(std::move(entry));
    rest = rest.subspan(entry_bytes + name + extra + comment);
  }
  check_overlaps();
}

void ZipFile::check(const ZipEntry& entry, std::uint64_t end) const {
  if (entry.header > end || end - entry.header < header_bytes || entry.packed > end - entry.header)
    damaged(quote(entry.name) + " lies outside of the archive");
  if (!entry.deflated && entry.size != entry.packed) {
    damaged(quote(entry.name) + " is stored, but announces " + std::to_string(entry.size) +
            " bytes and has " + std::to_string(entry.packed));
  }
  if (entry.size / most_packed > entry.packed) {
    damaged(quote(entry.name) + " announces " + std::to_string(entry.size) + " bytes; its " +
            std::to_string(entry.packed) + " cannot unpack to more than " +
            std::to_string(entry.packed * most_packed));
  }
}

void ZipFile::check_overlaps() const {
  std::vector<const ZipEntry*> order;
  for (const auto& entry : entries_) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->header < b->header; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& before = *order[i - 1];
    if (order[i]->header - before.header < header_bytes + before.packed)
      damaged(quote(before.name) + " and " + quote(order[i]->name) + " lie on each other");
  }
}

struct ZipStream::Body {
  Body(const ZipFile& archive, const ZipEntry& of)
      : file(archive.file()), entry(of), place(file.path().string() + ": " + of.name) {
    std::array<std::uint8_t, header_bytes> header{};
    file.read(entry.header, header);
    if (whole_at(header, 0, 4) != 0x04034b50) wrong("does not begin where the directory says");
    at = entry.header + header.size() + whole_at(header, 26, 2) + whole_at(header, 28, 2);
    if (at > file.size() || entry.packed > file.size() - at) wrong("is cut off");
    end = at + entry.packed;
    if (entry.deflated && inflateInit2(&stream, -15) != Z_OK) throw std::bad_alloc();
  }
  ~Body() {
    if (entry.deflated) inflateEnd(&stream);
  }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  [[noreturn]] void wrong(const std::string& fact) const {
    throw Error(place + ": " + fact + "; fetch the file again");
  }

  /// Unpacks at most `to.size()` bytes; returns how many came before the end.
  std::size_t unpack(std::span<std::uint8_t> to) {
    stream.next_out = to.data();
    stream.avail_out = static_cast<unsigned>(to.size());
    while (stream.avail_out > 0) {
      if (stream.avail_in == 0 && at < end) {
        buffer.resize(std::min<std::uint64_t>(1 << 18, end - at));
        file.read(at, buffer);
        at += buffer.size();
        stream.next_in = buffer.data();
        stream.avail_in = static_cast<unsigned>(buffer.size());
      }
      const int code = inflate(&stream, Z_NO_FLUSH);
      if (code == Z_STREAM_END || code == Z_BUF_ERROR) break;
      if (code == Z_MEM_ERROR) throw std::bad_alloc();
      if (code != Z_OK) wrong("is damaged and does not unpack");
    }
    return to.size() - stream.avail_out;
  }

  const InputFile& file;
  ZipEntry entry;
  std::string place;
  std::uint64_t at = 0, end = 0, done = 0;
  uLong crc = 0;
  z_stream stream{};
  std::vector<std::uint8_t> buffer;
};

ZipStream::ZipStream(const ZipFile& archive, const ZipEntry& entry)
    : body_(std::make_unique<Body>(archive, entry)) {}
ZipStream::~ZipStream() = default;
ZipStream::ZipStream(ZipStream&&) noexcept = default;

void ZipStream::read(std::span<std::uint8_t> to) {
  auto& body = *body_;
  if (to.size() > body.entry.size - body.done) body.wrong("is shorter than its header announces");
  while (!to.empty()) {
    const auto part = to.first(std::min<std::size_t>(to.size(), 1 << 26));
    if (body.entry.deflated) {
      if (body.unpack(part) < part.size()) body.wrong("unpacks to less than the archive announces");
    } else {
      body.file.read(body.at, part);
      body.at += part.size();
    }
    body.crc = crc32(body.crc, part.data(), static_cast<unsigned>(part.size()));
    body.done += part.size();
    to = to.subspan(part.size());
  }
}

void ZipStream::finish() {
  auto& body = *body_;
  if (body.done < body.entry.size) body.wrong("is longer than its header announces");
  std::uint8_t more = 0;
  if (body.entry.deflated && body.unpack({&more, 1}) > 0)
    body.wrong("unpacks to more than the archive announces");
  if (body.crc != body.entry.crc) body.wrong("is damaged (checksum)");
}

}  // namespace fovea
