#include "runtime/store/follower.hpp"

#include <algorithm>
#include <fstream>

#include "graph/sha256.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/hdf5.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;

namespace {

std::string identity_of(const std::string& bytes) {
  return sha256(bytes) + ":" + xxh3(bytes) + ":" + std::to_string(bytes.size());
}

/// Numbers of which each is another.
Array<std::uint32_t> numbers(std::size_t count) {
  std::vector<std::uint32_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::uint32_t>(i * 2654435761U);
  return values;
}

}  // namespace

TEST_CASE("follower: a file that grows final step by step has the identity of its bytes") {
  const Folder folder;
  const std::string bytes(100'000, 'x');
  std::ofstream(folder / "file") << bytes;
  Follower follower(folder / "file");
  for (const std::size_t end : {1, 77, 65'536, 100'000}) follower.go_on_to(end);
  CHECK(follower.identity() == identity_of(bytes));
}

TEST_CASE("follower: one that is given up in the middle ends, and a missing file is an error") {
  const Folder folder;
  std::ofstream(folder / "file") << std::string(1000, 'x');
  Follower(folder / "file").go_on_to(500);
  Follower lost(folder / "none");
  lost.go_on_to(1);
  CHECK_THROWS_WITH(lost.identity(), Catch::EndsWith("none: no such file; check the path"));
}

TEST_CASE("hdf5: large values with an owner are written last, in the order of their places, and read back") {
  const Folder folder;
  const auto first = numbers(3'000'000), second = numbers(500'000);
  std::vector<std::size_t> told;
  Follower follower(folder / "file.h5");
  {
    H5Writer file(folder / "file.h5");
    file.write("first", first, {first.size()});
    file.write("small", std::vector<double>{1, 2});
    file.write("second", second, {1000, 500});
    file.close([&](std::size_t bytes) {
      told.push_back(bytes);
      follower.go_on_to(bytes);
    });
  }
  CHECK(told.size() == 5);
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK(told.back() == std::filesystem::file_size(folder / "file.h5"));
  CHECK(follower.identity() == identity_of(bytes_of(folder / "file.h5")));
  const H5Reader reader(folder / "file.h5");
  const auto same = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  };
  CHECK(same(reader.read<std::uint32_t>("first"), first));
  CHECK(same(reader.read<std::uint32_t>("second"), second));
  CHECK(reader.read<double>("small")[1] == 2);
}
