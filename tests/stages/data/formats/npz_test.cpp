#include "stages/data/formats/npz.hpp"

#include "stages/data/formats/npy.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/formats/zip_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;

/// What is wrong with an archive of these entries, without its path; "" where nothing is.
std::string npz_complaint(const Bytes& archive) {
  const Folder folder;
  write_bytes(folder / "f.npz", archive);
  Alone alone("load");
  const auto text = error_of([&] { read_npz(folder / "f.npz", alone.context); });
  const auto place = (folder / "f.npz").string() + ": ";
  return text.starts_with(place) ? text.substr(place.size()) : text == "(nothing was thrown)" ? "" : text;
}
std::string npz_complaint(const std::vector<ZipMember>& members) {
  return npz_complaint(zip(members));
}

Dataset npz_data(const std::vector<ZipMember>& members, std::vector<std::string>* warnings = nullptr) {
  const Folder folder;
  write_bytes(folder / "f.npz", zip(members));
  Alone alone("load");
  auto data = read_npz(folder / "f.npz", alone.context);
  if (warnings != nullptr) *warnings = alone.listener.warnings;
  return data;
}

std::vector<ZipMember> keras(bool deflated = false) {
  return {{"x_train.npy", npy("|u1", "(3, 2, 4)", counted_bytes(24)), deflated},
          {"y_train.npy", npy("<i8", "(3,)", little({2, 0, 1}, 8)), deflated},
          {"x_test.npy", npy("|u1", "(1, 2, 4)", Bytes(8, 9)), deflated},
          {"y_test.npy", npy("<i8", "(1,)", little({1}, 8)), deflated}};
}

/// Two members that go together, one of which is wrong in some way.
std::vector<ZipMember> pair_of(const Bytes& images, const Bytes& labels) {
  return {{"images.npy", images, true}, {"labels.npy", labels, false}};
}

TEST_CASE("npz: images, labels and parts are read from stored and from deflated arrays") {
  for (const bool deflated : {false, true}) {
    const auto data = npz_data(keras(deflated));
    CHECK(data.height == 2);
    CHECK(data.width == 4);
    CHECK(data.channels == 1);
    CHECK(to_vector(data.labels) == std::vector<std::int32_t>{2, 0, 1, 1});
    CHECK(to_vector(data.parts) == Bytes{1, 1, 1, 3});
    auto pixels = counted_bytes(24);
    pixels.resize(32, 9);
    CHECK(to_vector(data.pixels) == pixels);
  }
}

TEST_CASE("npz: numbers of ZIP64 are read where the short ones are full") {
  const Folder folder;
  auto members = keras();
  for (auto& member : members) member.zip64 = true;
  CHECK(to_vector(npz_data(members).labels) == std::vector<std::int32_t>{2, 0, 1, 1});
}

TEST_CASE("npz: channels are last where the last extent is 1 or 3, else they come after N") {
  const auto shape_of = [](const std::string& shape, std::size_t values) {
    const auto data =
        npz_data(pair_of(npy("|u1", shape, counted_bytes(values)), npy("|u1", "(2, 1)", {0, 1})));
    return std::vector{data.height, data.width, data.channels, std::size_t{data.image(1)[1]}};
  };
  const auto at = [](std::size_t i) { return std::size_t{counted_bytes(i + 1)[i]}; };
  CHECK(shape_of("(2, 4, 5, 3)", 120) == std::vector<std::size_t>{4, 5, 3, at(61)});
  CHECK(shape_of("(2, 3, 4, 5)", 120) == std::vector<std::size_t>{4, 5, 3, at(60 + 20)});
  CHECK(shape_of("(2, 3, 4, 3)", 72) == std::vector<std::size_t>{3, 4, 3, at(37)});
  CHECK(shape_of("(2, 1, 4, 5)", 40) == std::vector<std::size_t>{4, 5, 1, at(21)});
  CHECK(shape_of("(2, 4, 5, 1)", 40) == std::vector<std::size_t>{4, 5, 1, at(21)});
}

TEST_CASE("npz: labels are whole numbers of any width and order of bytes") {
  const auto labels_of = [](const std::string& type, const Bytes& values) {
    return to_vector(npz_data(pair_of(npy("|u1", "(2, 1, 1)", {1, 2}), npy(type, "(2,)", values))).labels);
  };
  const std::vector<std::int32_t> wanted{1, 300};
  CHECK(labels_of("<u2", {1, 0, 0x2c, 1}) == wanted);
  CHECK(labels_of(">i4", {0, 0, 0, 1, 0, 0, 1, 0x2c}) == wanted);
  CHECK(labels_of("<i8", little({1, 300}, 8)) == wanted);
  CHECK(labels_of("|i1", {1, 3}) == std::vector<std::int32_t>{1, 3});
}

TEST_CASE("npz: the names of MedMNIST and of plain pairs are known, and other arrays are told") {
  const auto image = npy("|u1", "(1, 1, 1)", {1}), label = npy("|u1", "(1,)", {0});
  CHECK(to_vector(npz_data({{"val_images.npy", image},
                            {"val_labels.npy", label},
                            {"train_images.npy", image},
                            {"train_labels.npy", label}})
                      .parts) == Bytes{1, 2});
  std::vector<std::string> warnings;
  CHECK(npz_data({{"x.npy", image}, {"y.npy", label}, {"ids.npy", label}}, &warnings).size() == 1);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].ends_with("f.npz: 1 array is not read: \"ids\""));
}

TEST_CASE("npz: arrays that are missing are named") {
  const auto image = npy("|u1", "(1, 1, 1)", {1});
  CHECK(
      npz_complaint({{"arr_0.npy", image}, {"arr_1.npy", image}}) ==
      "no images; \"x_train\", \"train_images\", \"images\" or \"x\" is looked for, and there are \"arr_0\", "
      "\"arr_1\"");
  CHECK(npz_complaint({{"x_train.npy", image}}) ==
        "no array \"y_train\", but \"x_train\"; images and labels go together");
}

TEST_CASE("npz: arrays of another type, order or shape are refused with what would be right") {
  const auto labels = npy("|u1", "(2,)", {0, 1});
  CHECK(npz_complaint(pair_of(npy("<f4", "(2, 1, 1)", Bytes(8)), labels)) ==
        "images: images of float32; save them as uint8, from 0 to 255");
  CHECK(npz_complaint(pair_of(npy("|u1", "(2, 1, 1)", {1, 2}, "True"), labels)) ==
        "images: in Fortran order; save it in C order, with np.ascontiguousarray");
  CHECK(npz_complaint(pair_of(npy("|u1", "(2, 9)", Bytes(18)), labels)) ==
        "images: an array of 2 x 9; images are N x H x W, or with 1 or 3 channels at the end or after N");
  CHECK(
      npz_complaint(pair_of(npy("|u1", "(2, 2, 1, 2)", Bytes(8)), labels)) ==
      "images: an array of 2 x 2 x 1 x 2; images are N x H x W, or with 1 or 3 channels at the end or after "
      "N");
  const auto images = npy("|u1", "(2, 1, 1)", {1, 2});
  CHECK(npz_complaint(pair_of(images, npy("<f8", "(2,)", Bytes(16)))) ==
        "labels: labels of float64; whole numbers are read");
  CHECK(npz_complaint(pair_of(images, npy("|u1", "(2, 2)", Bytes(4)))) ==
        "labels: an array of 2 x 2; labels are N or N x 1 class numbers");
  CHECK(npz_complaint(pair_of(images, npy("|u1", "(3,)", Bytes(3)))) ==
        "labels: 3 labels for 2 images; there must be one for each");
  CHECK(npz_complaint(pair_of(images, npy("|i1", "(2,)", {0, 0xff}))) ==
        "labels: image 1 has label -1; labels are from 0 to 65535");
  CHECK(npz_complaint(pair_of(images, npy("<u8", "(2,)", Bytes(16, 0xff)))) ==
        "labels: image 0 has label 9223372036854775807; labels are from 0 to 65535");
}

TEST_CASE("npz: all parts must have images of one size") {
  auto members = keras();
  members[2].content = npy("|u1", "(1, 4, 2)", Bytes(8));
  CHECK(npz_complaint(members) ==
        "x_test: images of 4 x 2 x 1, those for training are 2 x 4 x 1; all must have one size");
}

TEST_CASE("npz: a header that announces other lengths than the archive is refused before memory is taken") {
  const auto labels = npy("|u1", "(2,)", {0, 1});
  CHECK(npz_complaint(pair_of(npy("|u1", "(2, 2, 2)", Bytes(7)), labels)) ==
        "images: its header announces 2 x 2 x 2 of uint8, so 136 bytes; the archive has 135; fetch the file "
        "again");
  CHECK(npz_complaint(pair_of(npy("|u1", "(100000000000, 100000, 100000)", {}), labels)) ==
        "images: announces more values than memory can hold");
  auto bomb = pair_of(npy("|u1", "(2, 2, 2)", Bytes(8)), labels);
  bomb[0].announced = std::uint64_t{1} << 31;
  CHECK(npz_complaint(bomb).starts_with("\"images.npy\" announces 2147483648 bytes; its "));
  bomb[0].announced = 5000;
  CHECK(npz_complaint(bomb) ==
        "images: its header announces 2 x 2 x 2 of uint8, so 136 bytes; the archive has 5000; fetch the file "
        "again");
  bomb[1].announced = 1 << 20;
  CHECK(npz_complaint(bomb) ==
        "\"labels.npy\" is stored, but announces 1048576 bytes and has 130; fetch the file again");
}

TEST_CASE("npz: an entry that unpacks to less or more than it announces is refused") {
  const auto labels = npy("|u1", "(2,)", {0, 1});
  auto lying = pair_of(npy("|u1", "(2, 2, 2)", Bytes(8)), labels);
  lying[0].packed_instead = npy("|u1", "(2, 2, 2)", Bytes(6));
  CHECK(npz_complaint(lying) ==
        "images.npy: unpacks to less than the archive announces; fetch the file again");
  lying[0].packed_instead = npy("|u1", "(2, 2, 2)", Bytes(9));
  CHECK(npz_complaint(lying) ==
        "images.npy: unpacks to more than the archive announces; fetch the file again");
}

TEST_CASE("npz: an archive that was cut at any place, or has a wrong byte in its values, is refused") {
  const auto whole = zip(keras(true));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size, whole.size());
    REQUIRE_FALSE(npz_complaint(cut(whole, size)).empty());
  }
  CHECK(npz_complaint(cut(whole, whole.size() - 1)) == "not a zip archive, or cut off; fetch the file again");
  auto damaged = zip(keras());
  damaged[30 + 11 + 128 + 5] ^= 1;
  CHECK(npz_complaint(damaged) == "x_train.npy: is damaged (checksum); fetch the file again");
}

TEST_CASE("npz: an archive with any one wrong byte is refused or read, but nothing worse") {
  const auto whole = zip(keras(true));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] ^= 0xff;
    CAPTURE(at);
    REQUIRE_NOTHROW(npz_complaint(damaged));
  }
}

TEST_CASE("npz: encrypted entries and other ways of packing are refused") {
  auto members = keras();
  members[1].flags = 1;
  CHECK(npz_complaint(members) == "\"y_train.npy\" is encrypted; save it without a password");
  members[1].flags = 0;
  members[1].method = 14;
  CHECK(npz_complaint(members) ==
        "\"y_train.npy\" is packed by method 14; stored and deflated files are read");
}

TEST_CASE("a header of an array is a dictionary of three entries and nothing else") {
  const auto wrong = [](const std::string& text) { return error_of([&] { parse_npy_header(text, "a"); }); };
  const auto header = parse_npy_header("{\"shape\": (5,), 'fortran_order': True, 'descr': '>i2'}  \n", "a");
  CHECK(header.shape == std::vector<std::size_t>{5});
  CHECK(header.fortran);
  CHECK(header.big_endian);
  CHECK(header.type() == "int16");
  const std::string save = "; save it again with NumPy";
  CHECK(wrong("") == "a: its header is not a dictionary" + save);
  CHECK(wrong("{'descr': '|u1', 'fortran_order': False, }") ==
        "a: its header lacks \"descr\", \"fortran_order\" or \"shape\"" + save);
  CHECK(wrong("{'descr': '|u1', 'descr': '|u1', }") == "a: its header names \"descr\" twice" + save);
  CHECK(wrong("{'descr': '|u1', 'size': 3, }") == "a: its header names \"size\", which none has" + save);
  CHECK(wrong("{'descr': '|u1', 'fortran_order': false, }") ==
        "a: its header has no True or False for \"fortran_order\"" + save);
  CHECK(wrong("{'shape': (5), }") == "a: its header has no tuple for \"shape\"" + save);
  CHECK(wrong("{'shape': (-5,), }") == "a: its header has no tuple of whole numbers for \"shape\"" + save);
  CHECK(wrong("{'shape': (9999999999999999999,), }") ==
        "a: its header has no tuple of whole numbers for \"shape\"" + save);
  CHECK(wrong("{'descr': [('a', '<i4')], }") == "a: an array of records; arrays of numbers are read");
  CHECK(wrong("{'descr': '|O', }") == "a: an array of Python objects; arrays of numbers are read");
  CHECK(wrong("{'descr': '|u1', 'fortran_order': False, 'shape': (5,), } os") ==
        "a: its header goes on after its end" + save);
}

TEST_CASE("npz: a folder is as good as the one archive in it") {
  const Folder folder;
  write_bytes(folder / "data.npz", zip(keras()));
  CHECK(holds_npz(folder.path()));
  CHECK(find_npz(folder.path()) == folder / "data.npz");
  write_bytes(folder / "more.NPZ", zip(keras()));
  CHECK(error_of([&] { find_npz(folder.path()); }) ==
        folder.path().string() + ": holds 2 .npz files; give the path of one");
}

}  // namespace
}  // namespace fovea
