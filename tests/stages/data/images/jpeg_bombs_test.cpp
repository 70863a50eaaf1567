#include "tests/stages/data/formats/bombs.hpp"

namespace fovea::testing {
namespace {

constexpr std::uint8_t sof = 0xc0, progressive_sof = 0xc2, dht = 0xc4, dqt = 0xdb;

/// Where the first segment with this marker begins.
std::size_t segment_of(const Bytes& file, std::uint8_t marker) {
  std::size_t at = 2;
  while (file.at(at + 1) != marker) at += 2U + file.at(at + 2) * 256U + file.at(at + 3);
  return at;
}

Bytes with_bytes(Bytes file, std::size_t at, const Bytes& bytes) {
  std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
  return file;
}

Bytes inserted(Bytes file, std::size_t at, const Bytes& bytes) {
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(), bytes.end());
  return file;
}

Bytes erased(Bytes file, std::size_t from, std::size_t count) {
  const auto begin = file.begin() + static_cast<std::ptrdiff_t>(from);
  file.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
  return file;
}

/// The file with another size in its header.
Bytes of_size(const Bytes& file, std::uint8_t marker, std::uint32_t width, std::uint32_t height) {
  Bytes size;
  append_big(size, height, 2);
  append_big(size, width, 2);
  return with_bytes(file, segment_of(file, marker) + 5, size);
}

/// The file with so many empty scans before its end.
Bytes with_scans(const Bytes& file, int count) {
  Bytes scans;
  for (int i = 0; i < count; ++i) scans = joined(scans, {0xff, 0xda, 0, 8, 1, 1, 0, 1, 5, 0, 0});
  return inserted(file, file.size() - 2, scans);
}

}  // namespace

std::vector<Bomb> jpeg_bombs() {
  JpegWish wish;
  wish.progressive = true;
  const auto plain = jpeg_bytes(photo(64, 64, 3)), progressive = jpeg_bytes(photo(64, 64, 3), wish);
  const auto frame = segment_of(plain, sof), codes = segment_of(plain, dht), steps = segment_of(plain, dqt);
  const auto longer = inserted(progressive, progressive.size() - 2, Bytes(200'000, 0));
  Bytes notes;
  for (int i = 0; i < 300; ++i) notes = joined(notes, joined({0xff, 0xe1, 0xff, 0xff}, Bytes(65'533, 'a')));
  const std::vector<std::pair<std::string, Bytes>> files{
      {"65,500 x 65,500 pixels", of_size(plain, sof, 65'500, 65'500)},
      {"65,535 x 65,535 pixels", of_size(plain, sof, 65'535, 65'535)},
      {"no pixels down", of_size(plain, sof, 64, 0)},
      {"8,000 x 8,000 pixels in 10 KB", of_size(plain, sof, 8000, 8000)},
      {"8,000 x 8,000 progressive pixels in 10 KB", of_size(progressive, progressive_sof, 8000, 8000)},
      {"8,000 x 8,000 progressive pixels that are zeros", of_size(longer, progressive_sof, 8000, 2600)},
      {"2,000 scans", with_scans(progressive, 2000)},
      {"400 scans of many pixels",
       of_size(with_scans(inserted(progressive, progressive.size() - 2, Bytes(100'000, 0)), 400),
               progressive_sof, 4000, 4000)},
      {"cut within its header", cut(plain, 100)},
      {"cut within its scan", cut(plain, plain.size() - 500)},
      {"cut within its scan, with an end", joined(cut(plain, plain.size() - 500), {0xff, 0xd9})},
      {"bytes missing in its scan", erased(plain, plain.size() - 600, 200)},
      {"a thousand codes of one bit", with_bytes(plain, codes + 5, {255, 255, 255, 255})},
      {"a table of codes of 64 KB", with_bytes(plain, codes + 2, {0xff, 0xff})},
      {"codes with a number that is not there", with_bytes(plain, codes + 4, {0x0f})},
      {"no table of steps", erased(plain, steps, 2U + plain[steps + 2] * 256U + plain[steps + 3])},
      {"two frames", inserted(plain, frame,
                              Bytes(plain.begin() + static_cast<std::ptrdiff_t>(frame),
                                    plain.begin() + static_cast<std::ptrdiff_t>(frame) + 19))},
      {"255 channels", with_bytes(plain, frame + 9, {255})},
      {"15 x 15 pixels that share a colour", with_bytes(plain, frame + 11, {0xff})},
      {"12 bits a value", with_bytes(plain, frame + 4, {12})},
      {"arithmetic coding", with_bytes(plain, frame + 1, {0xc9})},
      {"lossless coding", with_bytes(plain, frame + 1, {0xc3})},
      {"restarts that are not there", inserted(plain, frame, {0xff, 0xdd, 0, 4, 0, 1})},
      {"20 MB of notes and no pixels", joined(joined({0xff, 0xd8}, notes), {0xff, 0xd9})},
      {"another kind of file", {'G', 'I', 'F', '8', '9', 'a', 0xff, 0xff}}};
  auto bombs = image_bombs("JPEG", "bomb.jpg", files);
  bombs.push_back({"JPEG: 900 MB of zeros behind a header", "", "bomb.jpg", [plain](const Folder& folder) {
                     write_sparse(folder / "a/bomb.jpg", cut(plain, plain.size() - 2), 900'000'000);
                   }});
  return bombs;
}

}  // namespace fovea::testing
