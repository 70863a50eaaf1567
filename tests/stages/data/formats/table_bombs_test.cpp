#include "tests/stages/data/formats/bombs.hpp"

namespace fovea::testing {
namespace {

const std::string idx_images = "train-images-idx3-ubyte", idx_labels = "train-labels-idx1-ubyte";

/// A folder of IDX files whose images are these bytes.
Bomb idx_bomb(const std::string& what, const Bytes& images, const std::string& end = "") {
  return {"IDX: " + what, "", idx_images + end, [=](const Folder& folder) {
            write_bytes(folder / (idx_images + end), images);
            write_bytes(folder / idx_labels, idx({1000}, Bytes(1000)));
          }};
}

Bytes gzip_of(const Bytes& begin, std::size_t mebibytes) {
  const Bytes header{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
  Bytes first{0, static_cast<std::uint8_t>(begin.size()), 0, static_cast<std::uint8_t>(~begin.size()), 0xff};
  return joined(joined(joined(header, joined(first, begin)), packed_zeros(mebibytes)),
                {3, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

Bytes changed(Bytes bytes, std::size_t from_end) {
  bytes[bytes.size() - from_end] ^= 0x55;
  return bytes;
}

Bomb npz_bomb(const std::string& what, const Bytes& archive) {
  return {"NPZ: " + what, "bomb.npz", "bomb.npz",
          [=](const Folder& folder) { write_bytes(folder / "bomb.npz", archive); }};
}

std::vector<ZipMember> arrays(const Bytes& images, bool deflated = false) {
  return {{.name = "images.npy", .content = images, .deflated = deflated},
          {.name = "labels.npy", .content = npy("|u1", "(2,)", {0, 1})}};
}

/// The archive with one of its stored values changed.
Bytes with_first_value_changed(Bytes archive) {
  archive[30 + std::string("images.npy").size() + 128] ^= 1;
  return archive;
}

/// An archive whose directory has the test images where the training images are.
Bytes overlapping() {
  const auto content = npy("|u1", "(2, 2, 2)", Bytes(8));
  auto archive = zip({{.name = "x_train.npy", .content = content},
                      {.name = "y_train.npy", .content = npy("|u1", "(2,)", {0, 1})},
                      {.name = "x_test.npy", .content = content},
                      {.name = "y_test.npy", .content = npy("|u1", "(2,)", {0, 1})}});
  const std::string name = "x_test.npy";
  const auto at = std::find_end(archive.begin(), archive.end(), name.begin(), name.end());
  std::fill(at - 4, at, std::uint8_t{0});
  return archive;
}

Bytes many_entries() {
  const auto one = zip({{.name = "a", .content = {}}});
  const std::size_t header = 31, entry = 47;
  const Bytes directory(one.begin() + header, one.begin() + header + entry);
  Bytes archive(one.begin(), one.begin() + header), all;
  const std::size_t count = 350'000;
  for (std::size_t i = 0; i < count; ++i) all.insert(all.end(), directory.begin(), directory.end());
  archive = joined(archive, all);
  const auto record = archive.size();
  append_little(archive, 0x06064b50, 4);
  append_little(archive, 44, 8);
  append_little(archive, 0, 12);
  for (const std::uint64_t value : {count, count, all.size(), header}) append_little(archive, value, 8);
  append_little(archive, 0x07064b50, 4);
  append_little(archive, 0, 4);
  append_little(archive, record, 8);
  append_little(archive, 1, 4);
  append_little(archive, 0x06054b50, 4);
  append_little(archive, 0, 4);
  append_little(archive, 0xffffffff, 4);
  append_little(archive, 0xffffffff, 4);
  append_little(archive, 0xffffffff, 4);
  append_little(archive, 0, 2);
  return archive;
}

Bomb csv_bomb(const std::string& what, const std::string& begin, std::uintmax_t size) {
  return {"CSV: " + what, "labels.csv", "labels.csv", [=](const Folder& folder) {
            write_sparse(folder / "labels.csv", Bytes(begin.begin(), begin.end()), size);
          }};
}

std::vector<Bomb> idx_bombs() {
  const std::uint32_t many = 0x80000000;
  const auto thousand = idx({1000, 28, 28}, Bytes(784'000));
  return {
      idx_bomb("2^31 images", idx({many, 28, 28}, Bytes(784))),
      idx_bomb("2^31 x 2^31 x 2^31 values", idx({many, many, many}, Bytes(784))),
      idx_bomb("2^16 x 2^16 pixels", idx({1, 65536, 65536}, Bytes(784))),
      idx_bomb("no images", idx({0, 28, 28}, {})),
      idx_bomb("255 dimensions", joined({0, 0, 8, 255}, Bytes(1020, 2))),
      idx_bomb("shorter than its header says", cut(thousand, thousand.size() - 1)),
      idx_bomb("longer than its header says", joined(thousand, {0})),
      idx_bomb("10 GB of zeros in gzip", gzip_of({}, 10'240), ".gz"),
      idx_bomb("10 GB of zeros behind its images in gzip", gzip_of(idx({1000, 28, 28}, {}), 10'240), ".gz"),
      idx_bomb("16 GB announced by 100 bytes of gzip", gzip(idx({20'000'000, 28, 28}, {})), ".gz"),
      idx_bomb("gzip that is cut", cut(gzip(thousand), 500), ".gz"),
      idx_bomb("gzip with another length in its trailer", changed(gzip(thousand), 2), ".gz"),
      idx_bomb("gzip with another checksum in its trailer", changed(gzip(thousand), 7), ".gz")};
}

std::vector<Bomb> npz_bombs() {
  const auto small = npy("|u1", "(2, 2, 2)", Bytes(8));
  auto endless = arrays(small, true);
  endless[0].packed_instead = joined(small, Bytes(50'000'000));
  auto announced = arrays(small, true);
  announced[0].announced = std::uint64_t{10} << 30;
  auto huge = arrays(small, true);
  huge[0].zip64 = true;
  huge[0].announced = std::uint64_t{1} << 60;
  auto stored = arrays(small);
  stored[0].announced = 1'000'000;
  auto long_header = npy("|u1", "(2, 2, 2)", Bytes(8));
  long_header[6] = 2;
  std::fill_n(long_header.begin() + 8, 4, std::uint8_t{0x7f});
  const auto whole = zip(arrays(small));
  return {npz_bomb("a shape whose product overflows",
                   zip(arrays(npy("|u1", "(4294967296, 4294967296, 4294967296)", Bytes(8))))),
          npz_bomb("a shape of more than it holds", zip(arrays(npy("|u1", "(20000000, 28, 28)", Bytes(8))))),
          npz_bomb("a negative shape", zip(arrays(npy("|u1", "(-1, 28, 28)", Bytes(8))))),
          npz_bomb("a header of 2 GB", zip(arrays(long_header))),
          npz_bomb("an array that unpacks to more than it announces", zip(endless)),
          npz_bomb("10 GB announced by a few bytes", zip(announced)),
          npz_bomb("2^60 bytes announced by ZIP64", zip(huge)),
          npz_bomb("a stored array of another length", zip(stored)),
          npz_bomb("arrays that lie on each other", overlapping()),
          npz_bomb("350,000 arrays", many_entries()),
          npz_bomb("cut within its directory", cut(whole, whole.size() - 30)),
          npz_bomb("a wrong checksum", with_first_value_changed(whole))};
}

}  // namespace

std::vector<Bomb> table_bombs() {
  auto bombs = idx_bombs();
  for (auto& bomb : npz_bombs()) bombs.push_back(std::move(bomb));
  bombs.push_back(csv_bomb("a line of 1 GB", "path,label\na.png,", 1'000'000'000));
  bombs.push_back(csv_bomb("a header of 1 GB", "path,", 1'000'000'000));
  bombs.push_back(csv_bomb("2 GB", "path,label\n", 2'000'000'000));
  bombs.push_back(
      csv_bomb("a quote that does not end", "path,label\n\"" + std::string(60'000, '\n'), 60'012));
  bombs.push_back({"CIFAR: a part of 1 GB", "", "data_batch_1.bin", [](const Folder& folder) {
                     for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                              "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"})
                       write_sparse(folder / name, {}, 1'000'000'000);
                   }});
  return bombs;
}

}  // namespace fovea::testing
