#include <sys/stat.h>
#include <sys/un.h>

#include "stages/data/formats/formats.hpp"
#include "stages/data/formats/image_folder.hpp"
#include "stages/data/load.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

void write_images(const Folder& folder, const Texts& names) {
  for (const auto& name : names) write_image(folder / name, png(4, 4));
}

ImageList list_of(const Texts& names) {
  const Folder folder;
  write_images(folder, names);
  return list_image_folder(folder.path());
}

std::string load_error(const fs::path& path, const Texts& class_names = {}) {
  Alone alone("load");
  return error_of([&] { Load::run({}, {.path = path, .class_names = class_names}, alone.context); });
}

TEST_CASE("layout: folders that are called as parts are, with no train among them, are doubted") {
  const std::string rest =
      " look like parts, not like classes; parts are called \"train\", \"val\" and \"test\", and each holds "
      "class "
      "folders, or name them as \"class_names\" if they are classes";
  CHECK(list_of({"val/cat/1.png", "test/dog/1.png"}).doubt == "\"test\" and \"val\"" + rest);
  CHECK(list_of({"training_set/cat/1.png", "test_set/cat/1.png"}).doubt ==
        "\"test_set\" and \"training_set\"" + rest);
  CHECK(list_of({"train/1.png", "test/1.png"}).doubt == "\"test\" and \"train\"" + rest);
  CHECK(list_of({"train2017/1.png", "val2017/1.png", "trainset/1.png"}).doubt ==
        "\"train2017\", \"trainset\" and 1 more" + rest);
  for (const auto& names : {Texts{"train/1.png", "plane/1.png"}, Texts{"valve/1.png", "tester/1.png"},
                            Texts{"train/a/1.png", "test/b/1.png"}, Texts{"a/1.png", "b/1.png"}})
    CHECK(list_of(names).doubt == "");
}

TEST_CASE("layout: parts within classes, and one class of folders, are doubted") {
  CHECK(list_of({"cat/train/1.png", "cat/test/1.png", "dog/train/1.png"}).doubt ==
        "\"cat/test\" and \"cat/train\" look like parts within a class; put parts above the classes, as in "
        "\"train/cat\", or name the classes as \"class_names\" if all are to be read");
  const Folder folder;
  write_images(folder, {"animals/cat/1.png", "animals/dog/1.png"});
  CHECK(
      list_image_folder(folder.path()).doubt ==
      "all images are of one class, \"animals\"; give \"" + (folder / "animals").string() +
          "\" if \"cat\" and \"dog\" in it are the classes, or \"class_names\": [\"animals\"] if it is one");
}

TEST_CASE("layout: what is doubted is refused, unless the classes are named") {
  const Folder folder;
  write_images(folder, {"train/1.png", "test/1.png"});
  CHECK(load_error(folder.path()) == folder.path().string() + ": " + list_image_folder(folder.path()).doubt);
  CHECK(load_error(folder.path(), {"train", "test"}) == "(nothing was thrown)");
}

TEST_CASE("layout: one class only is warned of") {
  const Folder folder;
  write_images(folder, {"cat/1.png", "cat/2.png"});
  Alone alone("load");
  Load::run({}, {.path = folder.path()}, alone.context);
  CHECK(alone.listener.warnings == Texts{"load: " + folder.path().string() +
                                         ": all images are of one class, \"cat\", so there is nothing to "
                                         "tell apart; give data with at least "
                                         "two classes"});
}

TEST_CASE("layout: a folder beside the parts is told as one, with its images") {
  CHECK(list_of({"train/a/1.png", "eval/a/1.png", "eval/b/2.png"}).warnings ==
        Texts{"1 folder with 2 images is not read, such as \"eval\"; parts are called \"train\", \"val\" and "
              "\"test\", and hold class folders"});
  CHECK(list_of({"train/a/1.png", "test/1.png"}).warnings ==
        Texts{"1 folder with 1 image is not read, such as \"test\"; parts are called \"train\", \"val\" and "
              "\"test\", and hold class folders"});
}

TEST_CASE("layout: links to nothing, pipes and sockets that are called images are broken ones") {
  const Folder folder;
  write_images(folder, {"a/1.png", "b/1.png"});
  fs::create_symlink("/nowhere/1.png", folder / "a/2.png");
  REQUIRE(mkfifo((folder / "a/3.png").c_str(), 0600) == 0);
  REQUIRE(mknod((folder / "a/4.png").c_str(), S_IFSOCK | 0600, 0) == 0);
  const auto error = load_error(folder.path());
  CHECK(error.find(
            ": 3 of 5 images are broken: \"a/2.png\" (a link to \"/nowhere/1.png\", which is not there), "
            "\"a/3.png\" (not a file), \"a/4.png\" (") != std::string::npos);
}

TEST_CASE("layout: a class folder that is a link to nothing is an error, one that leads somewhere is read") {
  const Folder folder;
  write_images(folder, {"d/a/1.png", "elsewhere/1.png"});
  fs::create_directory_symlink(folder / "elsewhere", folder / "d/b");
  CHECK(list_image_folder(folder / "d").images[1].name == "b/1.png");
  fs::create_directory_symlink("/nowhere/owl", folder / "d/owl");
  CHECK(error_of([&] { list_image_folder(folder / "d"); }) ==
        (folder / "d").string() +
            ": \"owl\" is a link to \"/nowhere/owl\", which is not there; mount it, or remove the link");
}

TEST_CASE("layout: a class of which all is in another format is named with it") {
  const Folder folder;
  write_images(folder, {"cat/1.png"});
  write_text(folder / "owl/1.webp", "RIFF");
  write_text(folder / "owl/2.webp", "RIFF");
  write_text(folder / "owl/notes.txt", "x");
  CHECK(error_of([&] { list_image_folder(folder.path()); }) ==
        folder.path().string() +
            ": the class \"owl\" has no image that is read, but 2 .webp files, such as \"owl/1.webp\"; save "
            "them "
            "as JPEG or PNG, or take the folder away");
}

TEST_CASE("layout: names of classes are compared without spaces around them and Unicode forms") {
  const auto list = list_of({"train/caf\xc3\xa9/1.png", "test/cafe\xcc\x81/1.png", "train/dog/1.png",
                             "test/dog /1.png", "test/Dog/2.png"});
  CHECK(list.class_names == Texts{"Dog", "caf\xc3\xa9", "dog"});
  CHECK(list.warnings ==
        Texts{"classes \"Dog\" and \"dog\" differ in case only; give them one name if they are one class"});
}

TEST_CASE("layout: class names that are asked for are compared in the same way") {
  const Folder folder;
  write_images(folder, {"cafe\xcc\x81/1.png", "dog/1.png"});
  CHECK(load_error(folder.path(), {"dog", "caf\xc3\xa9"}) == "(nothing was thrown)");
  CHECK(load_error(folder.path(), {"dog", "cafe\xcc\x81"}) == "(nothing was thrown)");
}

TEST_CASE("layout: what the path holds beside what is damaged is told") {
  const Folder folder;
  write_images(folder, {"cat/1.png", "dog/1.png"});
  write_text(folder / "labels.csv", "id,breed\n000,cat\n");
  CHECK(load_error(folder.path()) == (folder / "labels.csv").string() +
                                         ": line 1: no column \"path\" (or \"filename\", \"file\", "
                                         "\"image\"); the header names \"path\" and "
                                         "\"label\", and may name \"part\", or set "
                                         "\"format\": \"folder\" to read what else is there");
}

std::string file_error_of(const Folder& folder, const std::string& name) {
  auto text = error_of([&] { find_data(folder / name, "auto"); });
  const auto place = (folder / name).string() + ": ";
  return text.starts_with(place) ? text.substr(place.size()) : text;
}

TEST_CASE("layout: a file is answered with what it is and what helps") {
  const Folder folder;
  write_images(folder, {"d/cat/1.png", "d/dog/1.png"});
  for (const char* name : {"d.zip", "d.tar.gz", "d.7z", "d.rar", "t.xlsx", "x.npy", "x.h5", "notes.txt"})
    write_text(folder / name, "x");
  for (const char* name : {"d.zip", "d.tar.gz", "d.7z", "d.rar"})
    CHECK(file_error_of(folder, name) == "an archive; unpack it, and give the folder that holds the data");
  CHECK(file_error_of(folder, "t.xlsx") == "a spreadsheet; save it as CSV");
  CHECK(file_error_of(folder, "x.npy") == "one NumPy array; save images and labels together, with np.savez");
  CHECK(file_error_of(folder, "x.h5") ==
        "a format that is not read; save the data as .npz, or as class folders of images");
  CHECK(file_error_of(folder, "d/cat/1.png") ==
        "one image; give the folder above its class folder, \"" + (folder / "d").string() + "\"");
  write_text(folder / "d/notes.txt", "x");
  CHECK(file_error_of(folder, "d/notes.txt") == "a file, not a folder; give the folder that it is in, \"" +
                                                    (folder / "d").string() + "\", or a .csv or .npz file");
}

}  // namespace
}  // namespace fovea
