#include "stages/data/formats/cifar.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;

/// Records of these labels; the three planes of each are full of its place, 100 more and 200 more.
Bytes cifar_records(const std::vector<Bytes>& labels) {
  Bytes bytes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    bytes.insert(bytes.end(), labels[i].begin(), labels[i].end());
    for (const std::size_t plane : {0, 100, 200})
      bytes.insert(bytes.end(), 1024, static_cast<std::uint8_t>(plane + i));
  }
  return bytes;
}

void write_cifar_10(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (std::uint8_t batch = 1; batch <= 5; ++batch) {
    write_bytes(folder / ("data_batch_" + std::to_string(batch) + ".bin"), cifar_records({{batch}, {0}}));
  }
  write_bytes(folder / "test_batch.bin", cifar_records({{9}}));
}

std::string lines_of_names(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "class " + std::to_string(i) + "\r\n";
  return text + "\n";
}

TEST_CASE("CIFAR-10: batches are read in order, planes become pixels, and the names are taken") {
  const Folder folder;
  write_cifar_10(folder.path());
  write_text(folder / "batches.meta.txt", lines_of_names(10));
  const auto data = read_cifar(find_cifar(folder.path()));
  CHECK(data.height == 32);
  CHECK(data.width == 32);
  CHECK(data.channels == 3);
  CHECK(to_vector(data.labels) == std::vector<std::int32_t>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 9});
  CHECK(to_vector(data.parts) == Bytes{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3});
  CHECK(data.class_names[9] == "class 9");
  const auto second = data.image(3);
  CHECK(Bytes(second.begin(), second.begin() + 6) == Bytes{1, 101, 201, 1, 101, 201});
}

TEST_CASE("CIFAR-10: a pixel comes from the same place of each plane") {
  const Folder folder;
  write_cifar_10(folder.path());
  auto bytes = cifar_records({{1}});
  bytes[1 + 33] = 7;
  bytes[1 + 1024 + 33] = 8;
  bytes[1 + 2048 + 33] = 9;
  write_bytes(folder / "data_batch_1.bin", bytes);
  const auto data = read_cifar(find_cifar(folder.path()));
  const auto image = data.image(0);
  CHECK(Bytes(image.begin() + 32 * 3, image.begin() + 32 * 3 + 6) == Bytes{0, 100, 200, 7, 8, 9});
}

TEST_CASE("CIFAR-100: the fine label counts") {
  const Folder folder;
  write_bytes(folder / "train.bin", cifar_records({{19, 99}, {3, 4}}));
  write_bytes(folder / "test.bin", cifar_records({{0, 5}}));
  REQUIRE(holds_cifar(folder.path()));
  const auto data = read_cifar(find_cifar(folder.path()));
  CHECK(to_vector(data.labels) == std::vector<std::int32_t>{99, 4, 5});
  CHECK(to_vector(data.parts) == Bytes{1, 1, 3});
  CHECK(data.image(1)[0] == 1);
  CHECK(data.class_names.empty());
}

TEST_CASE("CIFAR is found in the folder that its archive unpacks to, but only one of both") {
  const Folder folder;
  CHECK_FALSE(holds_cifar(folder.path()));
  write_cifar_10(folder / "cifar-10-batches-bin");
  CHECK(find_cifar(folder.path()).train[0] == folder / "cifar-10-batches-bin" / "data_batch_1.bin");
  write_image(folder / "cifar-100-binary" / "train.bin", cifar_records({{1, 1}}));
  CHECK(error_of([&] { find_cifar(folder.path()); }) ==
        folder.path().string() + ": holds both CIFAR-10 and CIFAR-100; give the folder of one of them");
}

TEST_CASE("a \"train.bin\" that is not of whole records is not taken for CIFAR-100") {
  const Folder folder;
  write_bytes(folder / "train.bin", counted_bytes(3073));
  CHECK_FALSE(holds_cifar(folder.path()));
}

TEST_CASE("CIFAR: a missing batch, a wrong length and an empty file are errors with the path") {
  const Folder folder;
  write_cifar_10(folder.path());
  const auto second = (folder / "data_batch_2.bin").string();
  const auto complaint = [&] { return error_of([&] { read_cifar(find_cifar(folder.path())); }); };
  write_bytes(second, counted_bytes(3072));
  CHECK(complaint() == second + ": 3072 bytes; CIFAR-10 has 3073 bytes for each image; fetch the file again");
  write_bytes(second, {});
  CHECK(complaint() == second + ": is empty; fetch the file again");
  std::filesystem::remove(second);
  CHECK(complaint() == folder.path().string() +
                           ": no file \"data_batch_2.bin\"; CIFAR-10 has five files for training, "
                           "\"data_batch_1.bin\" to \"data_batch_5.bin\"");
}

TEST_CASE("CIFAR: a label that no class has, and a wrong number of names, are errors with the path") {
  const Folder folder;
  write_cifar_10(folder.path());
  write_text(folder / "batches.meta.txt", lines_of_names(9));
  CHECK(error_of([&] { read_cifar(find_cifar(folder.path())); }) ==
        (folder / "batches.meta.txt").string() +
            ": 9 names; CIFAR-10 has 10 classes, each named on a line of its own");
  std::filesystem::remove(folder / "batches.meta.txt");
  write_bytes(folder / "data_batch_3.bin", cifar_records({{9}, {10}}));
  CHECK(error_of([&] { read_cifar(find_cifar(folder.path())); }) ==
        (folder / "data_batch_3.bin").string() +
            ": image 1 has label 10; labels of CIFAR-10 are from 0 to 9");
}

}  // namespace
}  // namespace fovea
