#include "render/png.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>

#include "graph/error.hpp"

// A PNG file is a signature and chunks: length, four letters of type, content, CRC-32 of type and content,
// numbers most significant byte first. IHDR has the size, tEXt and iTXt the metadata, IDAT all rows as one
// zlib stream, each row after a byte that names its filter.
namespace fovea::render {
namespace {

using Bytes = std::vector<std::byte>;

// Charts are mostly flat: level 2 compresses long runs faster and smaller than level 1.
constexpr int level = 2;

struct FreeCompressor {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
};

void add_number(Bytes& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::byte>(value >> shift));
}

void add_text(Bytes& out, std::string_view text) {
  for (const char letter : text) out.push_back(static_cast<std::byte>(letter));
}

void add_chunk(Bytes& out, std::string_view type, std::span<const std::byte> content) {
  add_number(out, static_cast<std::uint32_t>(content.size()));
  const std::size_t start = out.size();
  add_text(out, type);
  out.insert(out.end(), content.begin(), content.end());
  add_number(out, libdeflate_crc32(0, out.data() + start, out.size() - start));
}

Bytes header(const Pixels& pixels) {
  Bytes content;
  add_number(content, static_cast<std::uint32_t>(pixels.width));
  add_number(content, static_cast<std::uint32_t>(pixels.height));
  for (const int field : {8, 2, 0, 0, 0}) content.push_back(static_cast<std::byte>(field));
  return content;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\n'; });
}

void check_key(std::string_view key) {
  const bool allowed = !key.empty() && key.size() < 80 && is_ascii(key) && key.find('\n') == key.npos &&
                       key.front() != ' ' && key.back() != ' ' && key.find("  ") == key.npos;
  if (!allowed) {
    throw Error("png: metadata key " + quote(key) +
                "; use 1 to 79 printable ASCII characters with single spaces inside");
  }
}

// Writes Latin text into tEXt, which every reader supports, and other text into iTXt, which is UTF-8.
void add_metadata(Bytes& out, const Metadata& metadata) {
  for (const auto& [key, value] : metadata) {
    check_key(key);
    Bytes content;
    add_text(content, key);
    content.push_back(std::byte{0});
    const bool plain = is_ascii(value);
    if (!plain) content.insert(content.end(), 4, std::byte{0});
    add_text(content, value);
    add_chunk(out, plain ? "tEXt" : "iTXt", content);
  }
}

// Returns rows with their filter byte. Filter 0 leaves bytes unchanged, with which flat colours compress
// best.
Bytes filtered(const Pixels& pixels) {
  const std::size_t stride = static_cast<std::size_t>(pixels.width) * 3;
  Bytes rows((stride + 1) * static_cast<std::size_t>(pixels.height));
  for (std::size_t y = 0; y < static_cast<std::size_t>(pixels.height); ++y) {
    std::memcpy(rows.data() + y * (stride + 1) + 1, pixels.rgb.data() + y * stride, stride);
  }
  return rows;
}

Bytes compressed(const Bytes& rows) {
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(libdeflate_alloc_compressor(level));
  if (!compressor) throw std::bad_alloc();
  Bytes out(libdeflate_zlib_compress_bound(compressor.get(), rows.size()));
  out.resize(libdeflate_zlib_compress(compressor.get(), rows.data(), rows.size(), out.data(), out.size()));
  assert(!out.empty());
  return out;
}

}  // namespace

std::vector<std::byte> encode_png(const Pixels& pixels, const Metadata& metadata) {
  assert(pixels.width > 0 && pixels.height > 0);
  assert(pixels.rgb.size() ==
         static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) * 3);
  Bytes file;
  add_text(file, "\x89PNG\r\n\x1a\n");
  add_chunk(file, "IHDR", header(pixels));
  add_metadata(file, metadata);
  add_chunk(file, "IDAT", compressed(filtered(pixels)));
  add_chunk(file, "IEND", {});
  return file;
}

}  // namespace fovea::render
