#include "tests/pipelines/scratch_folder.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace {

using namespace fovea::testing;

void write_pets(const ScratchFolder& scratch) {
  write_image(scratch.folder / "pets/train/cat/1.png", png(6, 4, 3));
  write_image(scratch.folder / "pets/train/cat/2.png", png(10, 4, 3));
  write_image(scratch.folder / "pets/train/dog/1.jpg", jpeg(20, 30, 1));
  write_image(scratch.folder / "pets/test/cat/1.png", png(6, 4, 3));
  write_image(scratch.folder / "pets/test/dog/2.png", cut(png(6, 4, 3), 60));
}

}  // namespace

TEST_CASE("fovea datasets: without a path, a line for each format and for each name, with its package") {
  const auto lines = lines_of(ScratchFolder().fovea({"datasets"}).out);
  REQUIRE(lines.size() == 10);
  CHECK(lines[1] == "  idx            the MNIST family: images and labels in IDX files, plain or gzip");
  CHECK(lines[9] == "  synthetic      coloured shapes that need no file");
  const std::string folder = "/usr/share/datasets/fashion-mnist";
  const auto place =
      fs::exists(folder) ? "in " + folder : "not there: install the package \"dataset-fashion-mnist\"";
  CHECK(lines[8] ==
        "  fashion_mnist  60,000 + 10,000 gray pictures of clothes, 28 x 28, in 10 classes; " + place);
}

TEST_CASE("fovea datasets: counts stand in one column behind names of any script") {
  const ScratchFolder scratch;
  for (const auto* name : {"\u732b", "nx\u0301", "dog"})
    write_image(scratch.folder / "pets" / name / "1.png", png(6, 4, 3));
  const auto out = scratch.fovea({"datasets", "pets"}).out;
  INFO(out);
  CHECK(out.find("           dog  1\n           nx\u0301   1\n           \u732b   1\n") != std::string::npos);
}

TEST_CASE("fovea datasets: what a folder of images holds, and which of them are broken") {
  const ScratchFolder scratch;
  write_pets(scratch);
  CHECK(scratch.fovea({"datasets", "pets"}).out ==
        "path       pets\n"
        "format     folder\n"
        "images     4: 3 train, 1 test\n"
        "size       from 6 x 4 to 20 x 30, median 6 x 4\n"
        "channels   3 (RGB), 1 of the images gray\n"
        "classes    2, the largest 3.00 times the smallest\n"
        "           cat  3\n"
        "           dog  1\n"
        "broken     1\n"
        "           \"test/dog/2.png\": is cut off\n");
}

TEST_CASE("fovea datasets --json: the same as one object") {
  const ScratchFolder scratch;
  write_pets(scratch);
  const auto lines = lines_of(scratch.fovea({"datasets", "pets", "--json"}).out);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        R"({"path":"pets","format":"folder","images":4,"parts":{"train":3,"validation":0,"test":1,"none":0},)"
        R"("size":{"smallest":[6,4],"median":[6,4],"largest":[20,30]},"channels":3,)"
        R"("classes":[{"name":"cat","images":3},{"name":"dog","images":1}],"balance":3.0,)"
        R"("mean":null,"std":null,"broken":[{"file":"test/dog/2.png","reason":"is cut off"}]})");
}

TEST_CASE("fovea datasets: what is kept as pixels has a mean and a deviation") {
  const ScratchFolder scratch;
  write_bytes(scratch.folder / "train-images-idx3-ubyte", idx({2, 2, 2}, {0, 255, 0, 255, 0, 255, 0, 255}));
  write_bytes(scratch.folder / "train-labels-idx1-ubyte", idx({2}, {0, 2}));
  CHECK(scratch.fovea({"datasets", "."}).out ==
        "path       .\n"
        "format     idx\n"
        "images     2: 2 train\n"
        "size       2 x 2\n"
        "channels   1 (gray)\n"
        "classes    3, some of them empty\n"
        "           0  1\n"
        "           1  0\n"
        "           2  1\n"
        "mean       0.5000\n"
        "std        0.5000\n");
}

TEST_CASE("fovea datasets: of many classes, the largest and the smallest are listed") {
  const ScratchFolder scratch;
  std::string table = "path,label\n";
  for (int label = 0; label < 40; ++label) {
    for (int i = 0; i <= label; ++i) {
      const auto name = std::to_string(label) + "-" + std::to_string(i) + ".png";
      write_image(scratch.folder / name, png(2, 2, 1));
      table += name + "," + std::to_string(label) + "\n";
    }
  }
  write_text(scratch.folder / "labels.csv", table);
  const auto lines = lines_of(scratch.fovea({"datasets", "labels.csv"}).out);
  REQUIRE(lines.size() == 5 + 21 + 1);
  CHECK(lines[5] == "classes    40, the largest 40.00 times the smallest");
  CHECK(lines[6] == "           39  40");
  CHECK(lines[16] == "           ...");
  CHECK(lines[26] == "           0   1");
}

TEST_CASE("fovea datasets: a path without data is an error") {
  const ScratchFolder scratch;
  CHECK(scratch.error({"datasets", "nowhere"}) ==
        "nowhere: no such folder; give the folder that holds the data");
  CHECK(scratch.error({"datasets", "pipeline.json"}) ==
        "pipeline.json: a format that is not read; save the data as .npz, or as class folders of images");
}
