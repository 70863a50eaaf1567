#include "stages/data/formats/idx.hpp"

#include "graph/error.hpp"
#include "tests/catch.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;
using Holds = IdxFile::Holds;

/// Writes a folder of 5 training and 2 test images of 3 x 4.
void write_family(const Folder& folder, bool packed = false) {
  const auto write = [&](const std::string& name, const Bytes& bytes) {
    write_bytes(folder / (packed ? name + ".gz" : name), packed ? gzip(bytes) : bytes);
  };
  write("train-images-idx3-ubyte", idx({5, 3, 4}, counted_bytes(60)));
  write("train-labels-idx1-ubyte", idx({5}, {1, 0, 2, 1, 0}));
  write("t10k-images-idx3-ubyte", idx({2, 3, 4}, Bytes(24, 7)));
  write("t10k-labels-idx1-ubyte", idx({2}, {2, 0}));
}

/// What is wrong with a file, without its folder; "" where nothing is.
std::string complaint(const Bytes& bytes, Holds what = Holds::images) {
  const Folder folder;
  write_bytes(folder / "f", bytes);
  try {
    IdxFile file(folder / "f", what);
    Bytes values(file.bytes());
    file.read(values);
  } catch (const Error& error) {
    const std::string text = error.what(), place = (folder / "f").string() + ": ";
    REQUIRE(text.substr(0, place.size()) == place);
    return text.substr(place.size());
  }
  return "";
}

TEST_CASE("images, labels and parts are read from plain and from gzip files, the training part first") {
  for (const bool packed : {false, true}) {
    const Folder folder;
    write_family(folder, packed);
    const auto data = read_idx(find_idx(folder.path()));
    CHECK(data.height == 3);
    CHECK(data.width == 4);
    CHECK(data.channels == 1);
    CHECK(to_vector(data.labels) == std::vector<std::int32_t>{1, 0, 2, 1, 0, 2, 0});
    CHECK(to_vector(data.parts) == Bytes{1, 1, 1, 1, 1, 3, 3});
    auto pixels = counted_bytes(60);
    pixels.resize(84, 7);
    CHECK(to_vector(data.pixels) == pixels);
  }
}

TEST_CASE("the test part may be missing, and names may be written with a dot") {
  const Folder folder;
  write_bytes(folder / "train-images.idx3-ubyte", idx({2, 2, 2}, counted_bytes(8)));
  write_bytes(folder / "train-labels.idx1-ubyte.gz", gzip(idx({2}, {0, 1})));
  CHECK(to_vector(read_idx(find_idx(folder.path())).parts) == Bytes{1, 1});
}

TEST_CASE("images with three channels have four dimensions") {
  const Folder folder;
  write_bytes(folder / "f", idx({2, 3, 4, 3}, counted_bytes(72)));
  CHECK(IdxFile(folder / "f", Holds::images).shape() == std::vector<std::size_t>{2, 3, 4, 3});
  CHECK(complaint(idx({2, 3, 4, 2}, counted_bytes(48))) == "images of 3 x 4 x 2; 1 or 3 channels are read");
}

TEST_CASE("a file of another kind is named by how it begins") {
  CHECK(complaint({}) == "begins with nothing; IDX images begin with 00000803 or 00000804");
  CHECK(complaint({0, 0, 8}) == "begins with 000008; IDX images begin with 00000803 or 00000804");
  CHECK(complaint({0x89, 'P', 'N', 'G', 13, 10}) ==
        "begins with 89504e47; IDX images begin with 00000803 or 00000804");
  CHECK(complaint(idx({5}, counted_bytes(5))) ==
        "begins with 00000801; IDX images begin with 00000803 or 00000804");
  CHECK(complaint(idx({5, 1, 1}, counted_bytes(5)), Holds::labels) ==
        "begins with 00000803; IDX labels begin with 00000801");
  CHECK(complaint({0, 0, 0x0d, 3, 0, 0, 0, 1}) ==
        "begins with 00000d03; IDX images begin with 00000803 or 00000804");
  CHECK(complaint(gzip({1, 2, 3, 4})) == "begins with 01020304; IDX images begin with 00000803 or 00000804");
}

TEST_CASE("a header that does not fit the file's length is refused") {
  const auto whole = idx({5, 3, 4}, counted_bytes(60));
  CHECK(complaint(whole).empty());
  CHECK(complaint(cut(whole, 10)) == "ends within its header; fetch the file again");
  CHECK(complaint(cut(whole, 75)) ==
        "its header announces 5 x 3 x 4 x 1, so 76 bytes; the file has 75; fetch the file again");
  CHECK(complaint(cut(whole, 77)) ==
        "its header announces 5 x 3 x 4 x 1, so 76 bytes; the file has 77; fetch the file again");
  CHECK(complaint(cut(idx({9}, counted_bytes(9)), 12), Holds::labels) ==
        "its header announces 9, so 17 bytes; the file has 12; fetch the file again");
}

TEST_CASE("a packed file that holds more or less than its header announces is refused") {
  CHECK(complaint(gzip(idx({5, 3, 4}, counted_bytes(59)))) ==
        "its header announces 5 x 3 x 4 x 1, so 60 values; the file has 59; fetch the file again");
  CHECK(complaint(gzip(idx({5, 3, 4}, counted_bytes(61)))) ==
        "its header announces 5 x 3 x 4 x 1, so 60 values; the file has more; fetch the file again");
}

TEST_CASE("a gzip file that was cut at any place is refused") {
  const auto whole = gzip(idx({50, 8, 8}, counted_bytes(3200)));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size, whole.size());
    REQUIRE_FALSE(complaint(cut(whole, size)).empty());
  }
  CHECK(complaint(cut(whole, whole.size() - 8)) == "damaged gzip (it ends too early); fetch the file again");
  CHECK(complaint(whole).empty());
}

TEST_CASE("a gzip file with one wrong byte is refused") {
  const auto whole = gzip(idx({20, 4, 4}, counted_bytes(320)));
  for (std::size_t at = 10; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] ^= 0x55;
    CAPTURE(at);
    REQUIRE_FALSE(complaint(damaged).empty());
  }
  auto damaged = whole;
  damaged[whole.size() - 5] ^= 1;
  CHECK(complaint(damaged) == "damaged gzip (its checksum is wrong); fetch the file again");
}

TEST_CASE("headers that announce what nobody has are refused at once and without memory") {
  const std::uint32_t huge = UINT32_MAX;
  const std::vector<std::vector<std::uint32_t>> hostile{{huge, huge, huge},    {huge, 1, 1},
                                                        {1, huge, huge},       {1, huge, 1},
                                                        {1, 1, huge},          {1, 8001, 8000},
                                                        {0, 28, 28},           {60000, 0, 28},
                                                        {60000, 28, 0},        {60000, 8000, 8000},
                                                        {100000001, 1, 1},     {1, 65536, 65536},
                                                        {100000000, 28, 28},   {1 << 16, 1 << 16, 1 << 16},
                                                        {1U << 31, 2, 1},      {20000000, 28, 28},
                                                        {1, 4, 4, huge},       {1, 4, 4, 0},
                                                        {huge, huge, huge, 3}, {1, 1, 1, 1 << 30},
                                                        {5000000, 28, 28, 3}};
  for (const auto& extents : hostile) {
    CAPTURE(extents);
    CHECK_FALSE(complaint(idx(extents, counted_bytes(100))).empty());
    CHECK_FALSE(complaint(gzip(idx(extents, counted_bytes(100)))).empty());
  }
  CHECK_FALSE(complaint(idx({huge}, {1, 2}), Holds::labels).empty());
  CHECK_FALSE(complaint(gzip(idx({huge}, {1, 2})), Holds::labels).empty());
}

TEST_CASE("each limit is told with its number") {
  CHECK(complaint(idx({1, 8001, 8000}, {})) == "images of 8001 x 8000 x 1; at most 64 megapixels are read");
  CHECK(complaint(idx({100000001, 1, 1}, {})) == "announces 100000001 samples; at most 100 million are read");
  CHECK(complaint(idx({60000, 8000, 8000}, {})) ==
        "60000 images of 8000 x 8000 x 1; at most 16 GiB in one file are read");
  CHECK(complaint(idx({7, 0, 4}, {})) == "images of 0 x 4 x 1; each side needs a pixel");
  CHECK(complaint(idx({0, 4, 4}, {})) == "holds no samples; at least one is needed");
  const auto packed = gzip(idx({1000, 50, 50}, {}));
  CHECK(complaint(packed) ==
        "its header announces 1000 x 50 x 50 x 1, so 2500016 bytes; the file cannot unpack to more than " +
            std::to_string(packed.size() * 1032) + "; fetch the file again");
}

TEST_CASE("a missing file is named with the nearest that is there") {
  const Folder folder;
  write_family(folder);
  std::filesystem::rename(folder / "train-labels-idx1-ubyte", folder / "train-label-idx1-ubyte");
  CHECK_THROWS_WITH(find_idx(folder.path()), folder.path().string() +
                                                 ": no file \"train-labels-idx1-ubyte\", plain or .gz; "
                                                 "the nearest name there is \"train-label-idx1-ubyte\"");
}

TEST_CASE("test images without their labels are an error") {
  const Folder folder;
  write_family(folder);
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  CHECK_THROWS_WITH(
      find_idx(folder.path()),
      Catch::StartsWith(folder.path().string() + ": no file \"t10k-labels-idx1-ubyte\", plain or .gz; "));
}

TEST_CASE("images and labels must be as many, and all images of one size") {
  const Folder folder;
  write_family(folder);
  write_bytes(folder / "t10k-images-idx3-ubyte", idx({2, 4, 4}, counted_bytes(32)));
  CHECK_THROWS_WITH(
      read_idx(find_idx(folder.path())),
      (folder / "t10k-images-idx3-ubyte").string() +
          ": images are 2 x 4 x 4 x 1, those for training 5 x 3 x 4 x 1; all sides must be the same");
  write_bytes(folder / "train-labels-idx1-ubyte", idx({4}, {0, 0, 1, 1}));
  CHECK_THROWS_WITH(
      read_idx(find_idx(folder.path())),
      (folder / "train-labels-idx1-ubyte").string() +
          ": 4 labels for the 5 images of \"train-images-idx3-ubyte\"; there must be one for each");
}

TEST_CASE("a folder in place of a file is an error with its path") {
  const Folder folder;
  CHECK_THROWS_WITH(IdxFile(folder.path(), Holds::images),
                    folder.path().string() + ": not a file; an IDX file is needed here");
}

}  // namespace
}  // namespace fovea
