#include "stages/data/formats/image_list.hpp"

#include <sys/stat.h>

#include "stages/data/formats/csv_table.hpp"
#include "stages/data/formats/image_csv.hpp"
#include "stages/data/formats/image_folder.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// "train/cat/1.png cat train": the images of a list, below its folder.
Texts listed(const ImageList& list) {
  const Texts parts{"", " train", " validation", " test"};
  Texts all;
  for (const auto& [name, label, part] : list.images) {
    all.push_back(name + " " + list.class_names[static_cast<std::size_t>(label)] +
                  parts[static_cast<std::size_t>(part)]);
  }
  return all;
}

Dataset images_of(const ImageList& list, const ImageOptions& options = {}, Texts* warnings = nullptr) {
  Alone alone("load");
  auto data = read_images(list, options, alone.context);
  if (warnings != nullptr) *warnings = alone.listener.warnings;
  return data;
}

std::string csv_complaint(const std::string& text) {
  const Folder folder;
  write_text(folder / "labels.csv", text);
  const auto whole = error_of([&] { list_image_csv(folder.path()); });
  const auto place = (folder / "labels.csv").string() + ": ";
  return whole.starts_with(place) ? whole.substr(place.size()) : whole;
}

TEST_CASE("folder: classes and images are sorted by name, and the suffix may be in any case") {
  const Folder folder;
  for (const char* name : {"dog/2.PNG", "dog/10.jpeg", "cat/b.JPG", "cat/deeper/a.png"})
    write_image(folder / name, png(4, 4));
  const auto list = list_image_folder(folder.path());
  CHECK(list.class_names == Texts{"cat", "dog"});
  CHECK(listed(list) == Texts{"cat/b.JPG cat", "cat/deeper/a.png cat", "dog/10.jpeg dog", "dog/2.PNG dog"});
  CHECK(list.warnings.empty());
}

TEST_CASE("folder: parts are told by their names, and the classes are those of all parts") {
  const Folder folder;
  for (const char* name : {"test/owl/1.png", "valid/cat/1.png", "train/dog/1.png", "train/cat/1.png"})
    write_image(folder / name, png(4, 4));
  const auto list = list_image_folder(folder.path());
  CHECK(list.class_names == Texts{"cat", "dog", "owl"});
  CHECK(listed(list) == Texts{"train/cat/1.png cat train", "train/dog/1.png dog train",
                              "valid/cat/1.png cat validation", "test/owl/1.png owl test"});
}

TEST_CASE("folder: a class may be called \"train\"") {
  const Folder folder;
  for (const char* name : {"train/1.png", "plane/1.png"}) write_image(folder / name, png(4, 4));
  CHECK(list_image_folder(folder.path()).class_names == Texts{"plane", "train"});
}

TEST_CASE("folder: two folders for one part are an error") {
  const Folder folder;
  for (const char* name : {"train/a/1.png", "val/a/1.png", "validation/a/1.png"})
    write_image(folder / name, png(4, 4));
  CHECK(error_of([&] { list_image_folder(folder.path()); }) ==
        folder.path().string() + ": \"val\" and \"validation\" are the same part; keep one of them");
}

TEST_CASE("folder: what is no image in a class is told, and what is hidden or beside the classes is not") {
  const Folder folder;
  for (const char* name : {"a/1.png", ".git/x/1.png", "__MACOSX/a/1.png", "a/._1.png", "a/.DS_Store"})
    write_image(folder / name, png(4, 4));
  for (const char* name : {"readme.txt", "a/Thumbs.db"}) write_text(folder / name, "x");
  fs::create_directory_symlink(folder.path(), folder / "a" / "round");
  const auto list = list_image_folder(folder.path());
  CHECK(listed(list) == Texts{"a/1.png a"});
  CHECK(list.warnings ==
        Texts{"1 file is not read, such as \"a/Thumbs.db\"; images are .jpg, .jpeg and .png in class folders",
              "1 linked folder is not read, such as \"a/round\"; put the images into the class folder"});
  Texts warnings;
  images_of(list, {}, &warnings);
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0] == "load: " + folder.path().string() + ": " + list.warnings[0]);
}

TEST_CASE("folder: without an image, or with a name that is no text, it is an error") {
  const Folder folder;
  write_text(folder / "a" / "notes.txt", "x");
  CHECK(error_of([&] { list_image_folder(folder.path()); }) ==
        folder.path().string() + ": no images; each class needs a folder of .jpg, .jpeg or .png files");
  write_image(folder / "caf\xe9" / "1.png", png(4, 4));
  CHECK(error_of([&] { list_image_folder(folder.path()); }) ==
        "\"" + folder.path().string() + "/caf\xef\xbf\xbd\": its name is not UTF-8; rename it");
}

TEST_CASE("folder: its name, its class folders and its images decide the data") {
  const Folder folder;
  for (const char* name : {"cat/1.png", "dog/1.png"}) write_image(folder / name, png(4, 4));
  fs::create_directory(folder / "owl");
  CHECK(image_folder_sources(folder.path()) ==
        std::vector<fs::path>{folder.path() / "", folder / "cat/", folder / "dog/", folder / "owl/",
                              folder / "cat/1.png", folder / "dog/1.png"});
}

TEST_CASE("csv: columns in any order, other columns, parts and quotes as in RFC 4180") {
  const Folder folder;
  write_text(folder / "labels.csv",
             "\xef\xbb\xbfSplit,Label,size,FileName\r\n"
             "train,cat,3,a.png\r\n"
             "Val,\"big, \"\"old\"\"\ndog\",,\"x,y/b.png\"\r\n"
             "\r\n"
             ",cat,9,sub/../c.png");
  const auto list = list_image_csv(folder.path());
  CHECK(list.class_names == Texts{"big, \"old\"\ndog", "cat"});
  CHECK(listed(list) == Texts{"a.png cat train", "x,y/b.png big, \"old\"\ndog validation", "c.png cat"});
}

TEST_CASE("csv: labels that are all whole numbers are sorted as numbers") {
  const Folder folder;
  write_text(folder / "labels.csv", "path,label\na.png,10\nb.png,9\nc.png,007\nd.png,9\n");
  CHECK(list_image_csv(folder / "labels.csv").class_names == Texts{"007", "9", "10"});
  write_text(folder / "labels.csv", "path,label\na.png,10\nb.png,9\nc.png,x\n");
  CHECK(list_image_csv(folder / "labels.csv").class_names == Texts{"10", "9", "x"});
}

TEST_CASE("csv: errors name line and column") {
  CHECK(csv_complaint("") == "is empty; it begins with a header, \"path,label\"");
  CHECK(csv_complaint("path,label\n") == "names no images; add a row for each");
  CHECK(csv_complaint("path,lable\na,b\n") ==
        "line 1: no column \"label\" (or \"class\"); the header names \"path\" and \"label\", and may name "
        "\"part\"");
  CHECK(csv_complaint("path,label,image\n") ==
        "line 1, column 3: \"image\" means the same as \"path\"; remove one of them, or call it "
        "otherwise, and it stays as an attribute");
  CHECK(csv_complaint("path,label\na.png,x\nb.png,x,y\n") == "line 3: 3 fields; the header has 2");
  CHECK(csv_complaint("path,label\na.png,\n") ==
        "line 2, column 2: \"label\" is empty; each image needs a class");
  CHECK(csv_complaint("label,path\na,\n") ==
        "line 2, column 2: \"path\" is empty; each row names an image file");
  CHECK(csv_complaint("path,label,part\n\"a\n.png\",x,train\nb.png,x,dev\n") ==
        "line 4, column 3: unknown part \"dev\"; it is \"train\", \"val\", \"test\" or empty; a column "
        "that does not tell parts needs another name");
  CHECK(csv_complaint("path,label\na.png,x\n./a.png,y\n") ==
        "line 3, column 1: \"./a.png\" is also on line 2; name each image once");
  CHECK(csv_complaint("path,label\na.png,\"x\n") ==
        "line 2, column 2: a quote is never closed; close it, or double it where it is part of the field");
  CHECK(csv_complaint("path,label\n\"a\"b.png,x\n") ==
        "line 2, column 1: goes on behind its closing quote; put a comma there");
  CHECK(csv_complaint("path,label\na\"b.png,x\n") ==
        "line 2, column 1: a quote within a field; put the whole field in quotes, and double those within");
  CHECK(csv_complaint("path,label\na.png,caf\xe9\n") == "not UTF-8; save it as UTF-8");
}

TEST_CASE("csv: a column \"split\" is the part where its values are parts, else an attribute") {
  const Folder folder;
  write_text(folder / "labels.csv", "path,label,split,part\na.png,x,left,val\nb.png,x,,test\n");
  const auto list = list_image_csv(folder.path());
  CHECK(listed(list) == Texts{"a.png x validation", "b.png x test"});
  REQUIRE(list.attributes.size() == 1);
  CHECK(list.attributes[0].name == "split");
  CHECK(list.attributes[0].values == Texts{"left", ""});
  CHECK(list.warnings ==
        Texts{"line 2, column 3: \"split\" tells no parts but \"left\"; it is an attribute, and "
              "parts come from a column \"part\""});
  for (const std::string half : {"a.png,x,test\nb.png,x,holdout\n", "a.png,x,holdout\nb.png,x,\n"}) {
    CHECK(csv_complaint("path,label,Split\n" + half)
              .ends_with(
                  ", column 3: unknown part \"holdout\"; it is \"train\", \"val\", \"test\" or empty; if "
                  "the column does not tell parts, call it otherwise than \"Split\""));
  }
}

TEST_CASE("csv: a column without a name is row numbers, or empty, or refused") {
  const Folder folder;
  write_text(folder / "labels.csv", ",path,label,\n1,a.png,x,\n0,b.png,x,\n");
  const auto list = list_image_csv(folder.path());
  CHECK(listed(list) == Texts{"a.png x", "b.png x"});
  CHECK(list.attributes.empty());
  CHECK(list.warnings == Texts{"the first column has no name and holds row numbers; it is left out (pandas "
                               "writes none with index=False)"});
  CHECK(csv_complaint("path,label,\na.png,x,red\n") ==
        "line 1, column 3: a column without a name holds \"red\"; give it a name, and it is an attribute of "
        "the "
        "images, or remove it");
  CHECK(
      csv_complaint(",path,label\nred,a.png,x\n").starts_with("line 1, column 1: a column without a name "));
}

TEST_CASE("csv: the table and the images that are there decide the data") {
  const Folder folder;
  write_text(folder / "labels.csv", "path,label\na.png,x\ngone.png,x\n");
  write_image(folder / "a.png", png(4, 4));
  CHECK(image_csv_sources(folder.path()) == std::vector<fs::path>{folder / "labels.csv", folder / "a.png"});
  CHECK(error_of([&] { images_of(list_image_csv(folder.path())); }) ==
        (folder / "labels.csv").string() +
            ": 1 of 2 images is broken: \"gone.png\" (no such file); mend or remove what is broken, or set "
            "\"on_broken\": \"skip\"");
}

TEST_CASE("small images of one size become pixels") {
  const Folder folder;
  write_image(folder / "a/1.png", png(3, 5, 3));
  write_image(folder / "b/1.png", png(3, 5, 3, Bytes(45, 9)));
  const auto data = images_of(list_image_folder(folder.path()));
  CHECK(data.height == 3);
  CHECK(data.width == 5);
  CHECK(data.channels == 3);
  CHECK_FALSE(data.is_encoded());
  auto pixels = counted_bytes(45);
  pixels.resize(90, 9);
  CHECK(to_vector(data.pixels) == pixels);
  CHECK(to_vector(data.labels) == std::vector<std::int32_t>{0, 1});
}

TEST_CASE("images of several sizes keep the bytes of their files, and are seen in 224 x 224") {
  const Folder folder;
  const auto first = png(3, 5), second = jpeg(70, 90);
  write_image(folder / "a/1.png", first);
  write_image(folder / "b/2.jpg", second);
  const auto data = images_of(list_image_folder(folder.path()));
  REQUIRE(data.is_encoded());
  CHECK(data.height == 224);
  CHECK(data.width == 224);
  CHECK(data.images() == 2);
  CHECK(to_vector(data.extents) == std::vector<std::int32_t>{3, 5, 70, 90});
  CHECK(Bytes(data.file(0).begin(), data.file(0).end()) == first);
  CHECK(Bytes(data.file(1).begin(), data.file(1).end()) == second);
}

TEST_CASE("images are seen in the size that is asked for, and only where it is their own are they pixels") {
  const Folder folder;
  write_image(folder / "a/1.png", png(4, 6));
  const auto list = list_image_folder(folder.path());
  const auto other = images_of(list, {.seen = ImageSize{6, 4, 0}});
  CHECK(other.is_encoded());
  CHECK(other.height == 6);
  CHECK_FALSE(images_of(list, {.seen = ImageSize{4, 6, 0}}).is_encoded());
}

TEST_CASE("gray and colour: three channels where any image has them, or as asked for") {
  const Folder folder;
  write_image(folder / "a/1.png", png(2, 2, 1, {1, 2, 3, 4}));
  const auto gray = images_of(list_image_folder(folder.path()));
  CHECK(to_vector(gray.pixels) == Bytes{1, 2, 3, 4});
  write_image(folder / "b/1.png", png(2, 2, 3, Bytes(12, 50)));
  const auto mixed = images_of(list_image_folder(folder.path()));
  CHECK(mixed.channels == 3);
  CHECK(Bytes(mixed.image(0).begin(), mixed.image(0).end()) == Bytes{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4});
  const auto asked = images_of(list_image_folder(folder.path()), {.channels = 1});
  CHECK(to_vector(asked.pixels) == Bytes{1, 2, 3, 4, 50, 50, 50, 50});
}

TEST_CASE("broken images are one error that lists the first of them, or are left out with a warning") {
  const Folder folder;
  const auto whole = jpeg(70, 90);
  for (const char* name : {"0", "1", "2", "3", "4", "5"})
    write_image(folder / "a" / (std::string(name) + ".jpg"), cut(whole, whole.size() - 4));
  write_image(folder / "a/6.png", {});
  write_image(folder / "a/7.jpg", whole);
  const auto list = list_image_folder(folder.path());
  const auto fact =
      folder.path().string() +
      ": 7 of 8 images are broken: \"a/0.jpg\" (is cut off), \"a/1.jpg\" "
      "(is cut off), \"a/2.jpg\" (is cut off), \"a/3.jpg\" (is cut off), \"a/4.jpg\" (is cut off) "
      "and 2 more; ";
  CHECK(error_of([&] { images_of(list); }) ==
        fact + "mend or remove what is broken, or set \"on_broken\": \"skip\"");
  Texts warnings;
  const auto data = images_of(list, {.skip_broken = true}, &warnings);
  CHECK(warnings == Texts{"load: " + fact + "left out"});
  CHECK(data.size() == 1);
  CHECK(Bytes(data.file(0).begin(), data.file(0).end()) == whole);
}

TEST_CASE("an image that can't be decoded is broken too") {
  const Folder folder;
  auto damaged = png(3, 3);
  for (std::size_t at = 43; at < 50; ++at) damaged[at] ^= 0x55;
  write_image(folder / "a/1.png", damaged);
  write_image(folder / "a/2.png", png(3, 3, 3, Bytes(27, 5)));
  const auto list = list_image_folder(folder.path());
  CHECK(error_of([&] { images_of(list); }).find(": 1 of 2 images is broken: \"a/1.png\" (") !=
        std::string::npos);
  CHECK(to_vector(images_of(list, {.skip_broken = true}).pixels) == Bytes(27, 5));
}

TEST_CASE("where every image is broken, leaving them out is an error as well") {
  const Folder folder;
  write_image(folder / "a/1.png", {});
  CHECK(error_of([&] { images_of(list_image_folder(folder.path()), {.skip_broken = true}); }) ==
        folder.path().string() +
            ": 1 of 1 images is broken: \"a/1.png\" (is empty); give images that can be read");
}

TEST_CASE("an image that was cut at any place is broken, and a few bytes behind its end do no harm") {
  for (const auto& whole : {png(9, 8), jpeg(70, 90), jpeg(8, 8, 1)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size, whole.size());
      const auto bytes = cut(whole, size);
      REQUIRE(error_of([&] { check_image(bytes, "f"); }).starts_with("f: "));
    }
    auto longer = whole;
    longer.resize(whole.size() + 100);
    CHECK(check_image(longer, "f").height == check_image(whole, "f").height);
  }
}

TEST_CASE("pipes and folders with the name of an image are not waited for") {
  const Folder folder;
  fs::create_directories(folder / "a.png");
  REQUIRE(mkfifo((folder / "b.png").c_str(), 0600) == 0);
  write_text(folder / "labels.csv", "path,label\na.png,x\nb.png,x\n");
  const auto list = list_image_csv(folder.path());
  const Alone alone("datasets");
  CHECK(broken_text(list, inspect_images(list, alone.context).broken) ==
        "\"a.png\" (not a file), \"b.png\" (not a file)");
}

}  // namespace
}  // namespace fovea
