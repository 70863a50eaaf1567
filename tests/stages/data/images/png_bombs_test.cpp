#include "tests/stages/data/formats/bombs.hpp"

namespace fovea::testing {
namespace {

void append_chunk(Bytes& to, const std::string& kind, const Bytes& content) {
  append_big(to, static_cast<std::uint32_t>(content.size()), 4);
  Bytes body(kind.begin(), kind.end());
  body.insert(body.end(), content.begin(), content.end());
  to.insert(to.end(), body.begin(), body.end());
  append_big(to, static_cast<std::uint32_t>(crc32(0, body.data(), static_cast<unsigned>(body.size()))), 4);
}

Bytes png_start_of(std::uint32_t width, std::uint32_t height, std::uint8_t depth, std::uint8_t colour,
                   std::uint8_t interlaced = 0) {
  Bytes file{0x89, 'P', 'N', 'G', 13, 10, 26, 10}, header;
  append_big(header, width, 4);
  append_big(header, height, 4);
  header.insert(header.end(), {depth, colour, 0, 0, interlaced});
  append_chunk(file, "IHDR", header);
  return file;
}

Bytes with_chunk(Bytes file, const std::string& kind, const Bytes& content) {
  append_chunk(file, kind, content);
  return file;
}

Bytes with_end(Bytes file) {
  return with_chunk(std::move(file), "IEND", {});
}

/// The zlib stream of so many zeros.
Bytes zlib_zeros(std::size_t bytes) {
  return packed(Bytes(bytes), 15);
}

/// A zlib stream of 10 GB of zeros in 10 MB.
const Bytes& zlib_bomb() {
  static const Bytes bomb = joined(joined({0x78, 0xda}, packed_zeros(10'240)), {3, 0, 0, 0, 0, 1});
  return bomb;
}

/// A text or profile whose packed part is a bomb.
Bytes named_bomb() {
  return joined({'b', 0, 0}, zlib_bomb());
}

Bytes in_many_chunks(Bytes file, const std::string& kind, const Bytes& content, std::size_t each) {
  for (std::size_t at = 0; at < content.size(); at += each) {
    const auto size = std::min(each, content.size() - at);
    const auto begin = content.begin() + static_cast<std::ptrdiff_t>(at);
    append_chunk(file, kind, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)));
  }
  return file;
}

Bytes with_wrong_byte(Bytes file, std::size_t from_end) {
  file[file.size() - from_end] ^= 0x55;
  return file;
}

}  // namespace

std::vector<Bomb> png_bombs() {
  const auto whole = png(40, 50);
  const auto tiny = png_start_of(8, 8, 8, 0);
  const auto rows = zlib_zeros(8 * 9);
  const std::vector<std::pair<std::string, Bytes>> files{
      {"65,500 x 65,500 pixels", with_end(with_chunk(png_start_of(65'500, 65'500, 8, 2), "IDAT", rows))},
      {"2^31 - 1 pixels a side",
       with_end(with_chunk(png_start_of(0x7fffffff, 0x7fffffff, 16, 6), "IDAT", rows))},
      {"no pixels across", with_end(with_chunk(png_start_of(0, 8, 8, 2), "IDAT", rows))},
      {"8,000 x 8,000 pixels of 48 bits in 100 bytes",
       with_end(with_chunk(png_start_of(8000, 8000, 16, 2), "IDAT", rows))},
      {"8,000 x 8,000 interlaced pixels in 100 bytes",
       with_end(with_chunk(png_start_of(8000, 8000, 8, 6, 1), "IDAT", rows))},
      {"10 GB behind 8 x 8 pixels", with_end(with_chunk(tiny, "IDAT", zlib_bomb()))},
      {"10 GB behind 8 x 8 interlaced pixels",
       with_end(with_chunk(png_start_of(8, 8, 8, 0, 1), "IDAT", zlib_bomb()))},
      {"10 GB in chunks of 1 KB", with_end(in_many_chunks(tiny, "IDAT", zlib_bomb(), 1024))},
      {"fewer rows than the header says", with_end(with_chunk(tiny, "IDAT", zlib_zeros(30)))},
      {"fewer interlaced rows than the header says",
       with_end(with_chunk(png_start_of(8, 8, 8, 2, 1), "IDAT", zlib_zeros(100)))},
      {"no rows at all", with_end(tiny)},
      {"cut within its header", cut(whole, 20)},
      {"cut within its pixels", cut(whole, whole.size() / 2)},
      {"cut within its pixels, with an end", with_end(cut(whole, whole.size() / 2))},
      {"a wrong checksum", with_wrong_byte(whole, 14)},
      {"a profile of 10 GB and no pixels", with_end(with_chunk(tiny, "iCCP", named_bomb()))},
      {"a text of 10 GB and no pixels", with_end(with_chunk(tiny, "zTXt", named_bomb()))},
      {"100,000 texts and no pixels",
       with_end(in_many_chunks(tiny, "tEXt", joined({'a', 0}, Bytes(400'000, 'a')), 4))},
      {"a chunk of 4 GB", with_end(joined(tiny, {0xff, 0xff, 0xff, 0xff, 'I', 'D', 'A', 'T', 1, 2, 3}))},
      {"colours without a palette", with_end(with_chunk(png_start_of(8, 8, 8, 3), "IDAT", rows))},
      {"3 bits a value", with_end(with_chunk(png_start_of(8, 8, 3, 0), "IDAT", rows))},
      {"a chunk that must be known and is not",
       with_end(with_chunk(with_chunk(tiny, "ABCD", {1}), "IDAT", rows))}};
  return image_bombs("PNG", "bomb.png", files);
}

}  // namespace fovea::testing
