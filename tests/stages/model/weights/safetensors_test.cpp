#include "stages/model/weights/safetensors.hpp"

#include <fstream>

#include "runtime/store/files.hpp"
#include "runtime/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/model/weights/small_model.hpp"

namespace fovea {
namespace {

using namespace testing;

/// The content of a file of these bytes.
Safetensors read_bytes(const std::string& bytes) {
  const Folder folder;
  write_file(folder / "w.safetensors", bytes);
  return read_safetensors(folder / "w.safetensors");
}

Safetensors read_parts(const std::string& header, const std::string& data) {
  return read_bytes(safetensors_bytes(header, data));
}

/// The error about a file of this header and so many bytes of data, without its path.
std::string refused(const std::string& header, std::size_t data = 8) {
  const auto error = error_of([&] { read_parts(header, std::string(data, '\0')); });
  const auto name = error.find("w.safetensors: ");
  return name == std::string::npos ? error : error.substr(name + 15);
}

std::string one_tensor(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

std::vector<float> values_of(const std::string& dtype, const std::string& data, std::size_t count) {
  const auto header =
      one_tensor(dtype, "[" + std::to_string(count) + "]", "[0," + std::to_string(data.size()) + "]");
  return to_vector(read_parts(header, data).arrays.at(0).values);
}

/// What Python's safetensors.torch.save_file wrote of {"b": [[1, 2], [3, 4]], "a": [-0.5], "n": 3 (int64)}
/// with
/// {"format": "pt"}: larger types come first, and spaces fill the header up.
const std::string by_python = safetensors_bytes(
    R"({"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
    R"("a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},)"
    R"("b":{"dtype":"F32","shape":[2,2],"data_offsets":[12,28]}}     )",
    std::string("\x03\0\0\0\0\0\0\0"
                "\0\0\0\xbf"
                "\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40",
                28));

}  // namespace

TEST_CASE("safetensors: a file of Python's is read, with its names, shapes, values and metadata") {
  const auto content = read_bytes(by_python);
  REQUIRE(content.arrays.size() == 3);
  CHECK(content.arrays[0].name == "n");
  CHECK(content.arrays[0].shape.empty());
  CHECK(to_vector(content.arrays[0].values) == std::vector<float>{3});
  CHECK(to_vector(content.arrays[1].values) == std::vector<float>{-0.5F});
  CHECK(content.arrays[2].shape == Shape{2, 2});
  CHECK(to_vector(content.arrays[2].values) == std::vector<float>{1, 2, 3, 4});
  CHECK(content.metadata == std::map<std::string, std::string>{{"format", "pt"}});
}

TEST_CASE("safetensors: every number type becomes float32") {
  CHECK(values_of("F64", std::string("\0\0\0\0\0\0\xf8\xbf", 8), 1) == std::vector<float>{-1.5F});
  CHECK(values_of("BF16", std::string("\xc0\xbf\0\x40", 4), 2) == std::vector<float>{-1.5F, 2});
  CHECK(values_of("I64", std::string("\xfe\xff\xff\xff\xff\xff\xff\xff", 8), 1) == std::vector<float>{-2});
  CHECK(values_of("I32", std::string("\xfe\xff\xff\xff", 4), 1) == std::vector<float>{-2});
  CHECK(values_of("U8", "\xff\x01", 2) == std::vector<float>{255, 1});
  CHECK(values_of("BOOL", std::string("\x01\0", 2), 2) == std::vector<float>{1, 0});
}

TEST_CASE("safetensors: halves are exact, the smallest, the largest and those that are no number too") {
  const auto values =
      values_of("F16", std::string("\0\xbe\x01\0\x01\x80\xff\x7b\0\x7c\0\x80\x01\x7c", 14), 7);
  CHECK(values[0] == -1.5F);
  CHECK(values[1] == 0x1p-24F);
  CHECK(values[2] == -0x1p-24F);
  CHECK(values[3] == 65504);
  CHECK(std::isinf(values[4]));
  CHECK((values[5] == 0 && std::signbit(values[5])));
  CHECK(std::isnan(values[6]));
}

TEST_CASE("safetensors: what was written comes back, and equal content gives equal bytes") {
  const Folder folder;
  const Safetensors content{small_model().weights, {{"note", "a \"quoted\" text"}}};
  write_safetensors(folder / "one.safetensors", content);
  write_safetensors(folder / "two.safetensors", content);
  const auto back = read_safetensors(folder / "one.safetensors");
  CHECK(same_weights(back.arrays, content.arrays));
  CHECK(back.metadata == std::map<std::string, std::string>{{"format", "pt"}, {"note", "a \"quoted\" text"}});
  CHECK(file_digest(folder / "one.safetensors") == file_digest(folder / "two.safetensors"));
}

TEST_CASE("safetensors: a counter of batches is written as int64, as PyTorch has it, and data is aligned") {
  const Folder folder;
  write_safetensors(folder / "w.safetensors", {small_model().weights, {}});
  const MappedFile file(folder / "w.safetensors");
  const auto bytes = std::string(file.bytes());
  CHECK_THAT(bytes, Catch::Contains(R"("bn1.num_batches_tracked":{"dtype":"I64","shape":[],)"));
  CHECK_THAT(bytes,
             Catch::Contains(R"("conv1.weight":{"dtype":"F32","shape":[4,3,3,3],"data_offsets":[0,432]})"));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
}

TEST_CASE("safetensors: a length that is none is refused before memory is taken for it") {
  CHECK_THAT(
      error_of([] { read_bytes("1234"); }),
      Catch::EndsWith("w.safetensors: 4 bytes; a .safetensors file begins with 8 that say how long its "
                      "header is"));
  auto bytes = by_python;
  bytes.replace(0, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f");
  CHECK_THAT(error_of([&] { read_bytes(bytes); }),
             Catch::EndsWith(": its header is to have 9223372036854775807 bytes, but the file has " +
                             std::to_string(bytes.size()) + "; fetch the file again"));
  CHECK(refused(std::string((std::size_t{4} << 20) + 8, ' ')) ==
        "its header has 4194312 bytes; at most 4194304 are read");
}

TEST_CASE("safetensors: a header that is not JSON, too deep, or says a thing twice is refused") {
  CHECK(refused("{") ==
        "header: line 1, column 2: not JSON here; a comma, bracket or quote may be missing before it");
  CHECK(refused("[]") == "header: expected an object, got []");
  CHECK(refused(std::string(100, '[')) ==
        "header: nested more than 64 levels deep; a definition needs about 6");
  CHECK(refused(R"({"a":{},"a":{}})") == "header: key \"a\" stands twice in one object; keep one of them");
  CHECK(refused(R"({"__metadata__":{"a":1}})") == "__metadata__: \"a\": expected text, got 1");
}

TEST_CASE("safetensors: a tensor without what describes it is refused by its name") {
  CHECK(refused(R"({"a":3})") == "tensor \"a\": expected an object, got 3");
  CHECK(refused(R"({"a":{"dtype":"F32","shape":[2]}})") ==
        "tensor \"a\": \"data_offsets\" is missing; fetch the file again");
  CHECK(refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":0}})") ==
        "tensor \"a\": unknown key \"x\"; the format has \"dtype\", \"shape\" and \"data_offsets\"");
  CHECK(refused(one_tensor("F8_E5M2", "[8]", "[0,8]")) ==
        "tensor \"a\": dtype: \"F8_E5M2\" is not read; save it as one of F64, F32, F16, BF16, I64, I32, U8, "
        "BOOL");
}

TEST_CASE("safetensors: a shape that is negative, no whole number, or beyond any file is refused") {
  CHECK(refused(one_tensor("F32", "[-2]", "[0,8]")) ==
        "tensor \"a\": shape[0]: expected a whole number from 0 on, got -2");
  CHECK(refused(one_tensor("F32", "[2.0]", "[0,8]")) ==
        "tensor \"a\": shape[0]: expected a whole number from 0 on, got 2.0");
  CHECK(refused(one_tensor("F32", "[4294967296,4294967296]", "[0,8]")) ==
        "tensor \"a\": shape: [4294967296,4294967296] is more than any file holds; fetch the file again");
}

TEST_CASE("safetensors: bytes outside of the data, or not as many as the shape takes, are refused") {
  CHECK(refused(one_tensor("F32", "[2]", "[0,9]")) ==
        "tensor \"a\": data_offsets: bytes 0 to 9 do not lie in the 8 of the data; fetch the file again");
  CHECK(refused(one_tensor("F32", "[2]", "[8,0]")) ==
        "tensor \"a\": data_offsets: bytes 8 to 0 do not lie in the 8 of the data; fetch the file again");
  CHECK(
      refused(one_tensor("F32", "[3]", "[0,8]")) ==
      "tensor \"a\": data_offsets: bytes 0 to 8 are 8, but its shape and type take 12; fetch the file again");
  CHECK(refused(one_tensor("F32", "[2]", "[0,8,8]")) ==
        "tensor \"a\": data_offsets: expected 2 numbers, got 3");
}

TEST_CASE("safetensors: tensors that overlap, leave a hole, or end before the file does are refused") {
  const auto two = [](const std::string& first, const std::string& second) {
    return R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + first +
           R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + second + "}}";
  };
  CHECK(refused(two("[0,4]", "[2,6]")) ==
        "tensor \"b\": begins at byte 2 of the data, but the one before ends at 4; tensors must follow each "
        "other");
  CHECK(refused(two("[4,8]", "[0,4]"), 12) ==
        "its tensors end at byte 8 of the data, which has 12; fetch the file again");
  CHECK(refused(two("[0,4]", "[6,10]"), 10) ==
        "tensor \"b\": begins at byte 6 of the data, but the one before ends at 4; tensors must follow each "
        "other");
}

TEST_CASE("safetensors: a header of very many keys is refused or read within a second") {
  std::string header = "{";
  for (int i = 0; header.size() < (std::size_t{4} << 20) - 64; ++i)
    header += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
  CHECK(refused(header + "}") == "tensor \"0\": expected an object, got 0");
}

TEST_CASE("safetensors: a file of our own that was changed since is refused") {
  const Folder folder;
  write_safetensors(folder / "w.safetensors", {small_model().weights, {}});
  auto bytes = std::string(MappedFile(folder / "w.safetensors").bytes());
  bytes.back() ^= 1;
  CHECK_THAT(
      error_of([&] { read_bytes(bytes); }),
      Catch::EndsWith("w.safetensors: its bytes are not those that its \"fovea.xxh3\" is of; fetch the file "
                      "again, or write it without that where it was changed on purpose"));
}

}  // namespace fovea
