#include "runtime/store/hdf5.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <limits>
#include <thread>

#include "runtime/store/files.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/file_bytes.hpp"

namespace fovea {
namespace {

using Texts = std::vector<std::string>;

template <class T> std::vector<T> list(const Array<T>& array) {
  return {array.begin(), array.end()};
}

template <Number T> void check_round_trip(const std::filesystem::path& path) {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> values{Limits::lowest(), Limits::max(), T{0}, T{1}, T{2}, Limits::min()};
  for (const auto& shape : std::vector<Shape>{{6}, {2, 3}, {1, 6, 1, 1}, {3, 1, 2}}) {
    H5Writer file(path);
    file.write<T>("group/values", std::span<const T>(values), shape);
    file.close();
    const H5Reader reader(path);
    CHECK(reader.shape("group/values") == shape);
    CHECK(list(reader.read<T>("group/values")) == values);
  }
}

void write_example(const std::filesystem::path& path) {
  H5Writer file(path);
  file.attribute("/", "format", std::string("fovea.Example"));
  file.write<std::uint8_t>("images", std::vector<std::uint8_t>(2 * 28 * 28, 7), {2, 28, 28, 1});
  file.write<float>("none", std::span<const float>(), {0, 3});
  file.write("names", Texts{"T-shirt", "", "Größe ✓"});
  for (int i = 0; i < 40; ++i) {
    file.write<double>("weights/layer" + std::to_string(i), {1.5, double(i)});
    file.attribute("weights/layer" + std::to_string(i), "index", std::int64_t{i});
  }
  file.attribute("weights", "scale", 0.25);
  file.close();
}

/// Runs Python with h5py; says so and gives false where that is not installed.
bool python(const std::string& code, const std::filesystem::path& folder) {
  if (std::system("/usr/bin/python3 -c 'import h5py' 2>/dev/null") != 0) {
    skipped("h5py is not installed for /usr/bin/python3, so this is not compared with it");
    return false;
  }
  put(folder / "script.py", "import h5py, numpy as np, os\nos.chdir(os.path.dirname(__file__))\n" + code);
  REQUIRE(std::system(("/usr/bin/python3 " + (folder / "script.py").string()).c_str()) == 0);
  return true;
}

/// What reading a file says that h5py made with the given lines.
std::string refusal(const std::string& code) {
  const Folder folder;
  const auto path = folder / "a.h5";
  if (!python("f = h5py.File('a.h5', 'w')\n" + code, folder.path())) return "";
  const auto error = error_of([&] { H5Reader reader(path); });
  REQUIRE(error.starts_with(path.string() + ": "));
  return error.substr(path.string().size() + 2);
}

void check_refused(const std::string& code, const std::string& expected) {
  const auto error = refusal(code);
  if (!error.empty()) CHECK(error == expected);
}

TEST_CASE("hdf5: numbers of every type and shape come back") {
  const Folder folder;
  check_round_trip<std::uint8_t>(folder / "a.h5");
  check_round_trip<std::int32_t>(folder / "a.h5");
  check_round_trip<std::uint32_t>(folder / "a.h5");
  check_round_trip<std::int64_t>(folder / "a.h5");
  check_round_trip<float>(folder / "a.h5");
  check_round_trip<double>(folder / "a.h5");
}

TEST_CASE("hdf5: no lock is taken, so that file systems that have none will do") {
  const Folder folder;
  put(folder / "a.h5", "");
  const Descriptor held(folder / "a.h5", O_RDWR);
  REQUIRE(::flock(held.number(), LOCK_EX | LOCK_NB) == 0);
  H5Writer file(folder / "a.h5");
  file.write<float>("values", {1});
  file.close();
  CHECK(list(H5Reader(folder / "a.h5").read<float>("values")) == std::vector<float>{1});
}

TEST_CASE("hdf5: datasets without values keep their shape") {
  const Folder folder;
  H5Writer file(folder / "a.h5");
  file.write<std::uint8_t>("images", std::span<const std::uint8_t>(), {0, 28, 28, 1});
  file.write("labels", std::vector<std::int64_t>{});
  file.write("names", Texts{});
  file.close();
  const H5Reader reader(folder / "a.h5");
  CHECK(reader.shape("images") == Shape{0, 28, 28, 1});
  CHECK(reader.read<std::uint8_t>("images").empty());
  CHECK(reader.read<std::int64_t>("labels").empty());
  CHECK(reader.texts("names").empty());
}

TEST_CASE("hdf5: a dataset without dimensions is one number") {
  const Folder folder;
  H5Writer file(folder / "a.h5");
  file.write<double>("mean", std::vector<double>{0.5}, {});
  file.close();
  const H5Reader reader(folder / "a.h5");
  CHECK(reader.shape("mean").empty());
  CHECK(reader.numbers("mean") == std::vector{0.5});
}

TEST_CASE("hdf5: texts come back, empty and long ones too") {
  const Folder folder;
  const Texts texts{"", "T-shirt/top", "Größe ✓", std::string(100'000, 'x'), ""};
  H5Writer file(folder / "a.h5");
  file.write("names", texts);
  file.close();
  const H5Reader reader(folder / "a.h5");
  CHECK(reader.texts("names") == texts);
  CHECK(reader.shape("names") == Shape{5});
}

TEST_CASE("hdf5: attributes of the file, of groups and of datasets come back") {
  const Folder folder;
  const std::string text(70'000, 'j');
  H5Writer file(folder / "a.h5");
  file.write("deep/er/values", std::vector<float>{1});
  file.attribute("/", "text", text);
  file.attribute("deep/er", "whole", std::numeric_limits<std::int64_t>::min());
  file.attribute("deep/er/values", "number", 1e-300);
  file.close();
  const H5Reader reader(folder / "a.h5");
  CHECK(reader.text_attribute("/", "text") == text);
  CHECK(reader.whole_attribute("deep/er", "whole") == std::numeric_limits<std::int64_t>::min());
  CHECK(reader.number_attribute("deep/er/values", "number") == 1e-300);
  CHECK(reader.has_attribute("/", "text"));
  CHECK_FALSE(reader.has_attribute("deep", "text"));
}

TEST_CASE("hdf5: datasets are listed by group, sorted") {
  const Folder folder;
  write_example(folder / "a.h5");
  const H5Reader reader(folder / "a.h5");
  CHECK(reader.datasets().size() == 43);
  CHECK(reader.datasets("weights").size() == 40);
  CHECK(reader.datasets("/weights").front() == "weights/layer0");
  CHECK(reader.datasets("weight").empty());
  CHECK(reader.has("images"));
  CHECK_FALSE(reader.has("weights"));
}

TEST_CASE("hdf5: arrays are aligned for any number and outlive their reader") {
  const Folder folder;
  write_example(folder / "a.h5");
  auto reader = std::make_unique<H5Reader>(folder / "a.h5");
  std::vector<Array<double>> arrays;
  for (const auto& name : reader->datasets("weights")) arrays.push_back(reader->read<double>(name));
  reader.reset();
  std::filesystem::remove(folder / "a.h5");
  for (const auto& array : arrays) {
    CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % 64 == 0);
    CHECK(array[0] == 1.5);
  }
}

TEST_CASE("hdf5: the example is written where FOVEA_TEST_FILE says", "[.]") {
  if (const char* const path = std::getenv("FOVEA_TEST_FILE")) write_example(path);
}

TEST_CASE("hdf5: equal contents give equal bytes, in another process and with dirty memory too") {
  const Folder folder;
  write_example(folder / "a.h5");
  write_example(folder / "b.h5");
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
  const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  const auto run = "MALLOC_PERTURB_=165 FOVEA_TEST_FILE=" + (folder / "c.h5").string() + " " + self +
                   " 'hdf5: the example is written where FOVEA_TEST_FILE says' >/dev/null";
  REQUIRE(std::system(run.c_str()) == 0);
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "c.h5"));
}

TEST_CASE("hdf5: several threads may write and read at once") {
  const Folder folder;
  std::vector<std::thread> threads;
  std::vector<int> right(8, 0);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto path = folder / (std::to_string(i) + ".h5");
      write_example(path);
      right[i] = H5Reader(path).texts("names").size() == 3;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == std::vector<int>(8, 1));
}

TEST_CASE("hdf5: h5py reads what was written with no help") {
  const Folder folder;
  write_example(folder / "a.h5");
  python(R"(
f = h5py.File('a.h5', 'r')
assert f.attrs['format'] == 'fovea.Example' and isinstance(f.attrs['format'], str)
assert f['images'].shape == (2, 28, 28, 1) and f['images'].dtype == np.uint8 and (f['images'][:] == 7).all()
assert f['none'].shape == (0, 3) and f['none'].dtype == np.float32
assert list(f['names'].asstr()[:]) == ['T-shirt', '', 'Größe ✓']
assert f['weights/layer39'][1] == 39.0 and f['weights/layer39'].attrs['index'] == 39
assert f['weights'].attrs['scale'] == 0.25 and len(f['weights']) == 40
)",
         folder.path());
}

TEST_CASE("hdf5: a file of h5py's own making is read when it is plain") {
  const Folder folder;
  const auto made = python(R"(
f = h5py.File('a.h5', 'w')
f['x'] = np.arange(5, dtype=np.float32)
f['n'] = np.array(['a', 'ö'], dtype=object)
f.attrs['list'] = [1, 2]
f.attrs['title'] = 'plain'
)",
                           folder.path());
  if (!made) return;
  const H5Reader reader(folder / "a.h5");
  CHECK(list(reader.read<float>("x")) == std::vector<float>{0, 1, 2, 3, 4});
  CHECK(reader.texts("n") == Texts{"a", "ö"});
  CHECK(reader.text_attribute("/", "title") == "plain");
  CHECK_FALSE(reader.has_attribute("/", "list"));
}

TEST_CASE("hdf5: what is not simply in the file is refused") {
  check_refused("f['x'] = h5py.ExternalLink('/etc/passwd', '/x')",
                "x: a link to somewhere else; only what is in the file itself is read");
  check_refused("f.create_group('g')['x'] = h5py.SoftLink('/y')",
                "g/x: a link to somewhere else; only what is in the file itself is read");
  check_refused("f.create_dataset('x', (4,), 'u1', external=[('/etc/passwd', 0, 4)])",
                "x: a dataset that is kept in another file; it must be contiguous");
  check_refused(
      "l = h5py.VirtualLayout((4,), 'u1')\n"
      "l[:] = h5py.VirtualSource('b.h5', 'x', (4,))\nf.create_virtual_dataset('x', l)",
      "x: a dataset that is virtual; it must be contiguous");
  check_refused("f.create_dataset('x', data=np.zeros(9), compression='gzip')",
                "x: a dataset that is chunked; it must be contiguous");
  check_refused("f['t'] = np.dtype('f4')", "t: neither a dataset nor a group; leave it out");
}

TEST_CASE("hdf5: a group that holds itself is refused") {
  check_refused("g = f.create_group('g')\ng['again'] = g",
                "g/again: a group in itself, or too deep; groups must be a tree of at most 32 levels");
}

TEST_CASE("hdf5: a dataset that was never written is refused") {
  check_refused("f.create_dataset('x', (4,), 'f4')",
                "x: reaches beyond the end of the file; make the file again");
}

/// The error of reading something from the example, without the path of its file.
template <class Read> std::string reading_error(Read read) {
  const Folder folder;
  write_example(folder / "a.h5");
  const H5Reader reader(folder / "a.h5");
  const auto error = error_of([&] { read(reader); });
  const auto place = (folder / "a.h5").string() + ": ";
  REQUIRE(error.starts_with(place));
  return error.substr(place.size());
}

TEST_CASE("hdf5: another type than the one asked for is an error that names both") {
  CHECK(reading_error([](const H5Reader& file) { file.read<float>("images"); }) ==
        "images: holds uint8; it must hold float");
  CHECK(reading_error([](const H5Reader& file) { file.texts("images"); }) ==
        "images: holds uint8; it must hold text");
  CHECK(reading_error([](const H5Reader& file) { file.read<double>("names"); }) ==
        "names: holds text; it must hold double");
}

TEST_CASE("hdf5: an unknown dataset is an error that names the nearest") {
  CHECK(reading_error([](const H5Reader& file) { file.read<float>("image"); }) ==
        "unknown dataset \"image\"; did you mean \"images\"?");
}

TEST_CASE("hdf5: an attribute that is missing or of another kind is an error") {
  CHECK(reading_error([](const H5Reader& file) { file.whole_attribute("/", "version"); }) ==
        "@version: no such attribute; it must be a whole number");
  CHECK(reading_error([](const H5Reader& file) { file.text_attribute("weights", "scale"); }) ==
        "weights@scale: a number; it must be text");
}

TEST_CASE("hdf5: text with a zero byte is refused") {
  const Folder folder;
  const auto path = (folder / "a.h5").string();
  H5Writer file(path);
  const std::string text("a\0b", 3);
  CHECK(error_of([&] {
          file.write("names", Texts{"a", text});
        }) == path + ": names[1]: text with a zero byte; leave that out");
  CHECK(error_of([&] { file.attribute("/", "x", text); }) ==
        path + ": @x: text with a zero byte; leave that out");
}

TEST_CASE("hdf5: a file that is missing, empty or something else is an error") {
  const Folder folder;
  const auto path = (folder / "a.h5").string();
  CHECK(error_of([&] { H5Reader reader(path); }) == path + ": no such file; check the path");
  put(path, "");
  CHECK(error_of([&] { H5Reader reader(path); }).starts_with(path + ": "));
  put(path, std::string(5000, 'x'));
  CHECK(error_of([&] { H5Reader reader(path); }) == path + ": file signature not found; make the file again");
}

TEST_CASE("hdf5: a file cut anywhere is an error or read whole, never read beyond its end") {
  const Folder folder;
  write_example(folder / "a.h5");
  const auto whole = bytes_of(folder / "a.h5");
  for (std::size_t size = 0; size < whole.size(); size += 997) {
    put(folder / "b.h5", whole.substr(0, size));
    CHECK(error_of([&] { H5Reader reader(folder / "b.h5"); }) != "(nothing was thrown)");
  }
}

TEST_CASE("hdf5: a folder that is not there is an error") {
  const Folder folder;
  const auto path = (folder / "no" / "a.h5").string();
  CHECK(error_of([&] { H5Writer file(path); }) == path + ": no such file; check the path");
}

/// Writes more than a process of this limit may, and gives the error as the child process's words.
std::string error_at_limit(const std::filesystem::path& folder, std::size_t count) {
  const auto child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto error = error_of([&] {
      H5Writer file(folder / "a.h5");
      for (std::size_t i = 0; i < count; ++i) {
        file.write("d" + std::to_string(i), std::vector<float>(200'000 / count));
      }
      file.close();
    });
    std::ofstream(folder / "error") << error;
    std::exit(error.empty() ? 1 : 0);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return bytes_of(folder / "error");
}

TEST_CASE("hdf5: no space for the values is an error, and the process goes on") {
  const Folder folder;
  const auto path = (folder / "a.h5").string();
  CHECK(error_at_limit(folder.path(), 1) == path + ": d0: file too large; check the disk and the path");
  CHECK(error_at_limit(folder.path(), 10).find(": file too large; check the disk") != std::string::npos);
}

}  // namespace
}  // namespace fovea
