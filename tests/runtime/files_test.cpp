#include "runtime/store/files.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>

#include "graph/plan.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/dead_process.hpp"
#include "tests/runtime/file_bytes.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST_CASE("files: a mapped file shows the bytes of the file") {
  const Folder folder;
  put(folder / "a", "four");
  put(folder / "empty", "");
  CHECK(MappedFile(folder / "a").bytes() == "four");
  CHECK(MappedFile(folder / "a").path() == folder / "a");
  CHECK(MappedFile(folder / "empty").bytes().empty());
}

TEST_CASE("files: a mapped file that is missing is an error, or null where that is asked for") {
  const Folder folder;
  const auto path = folder / "a";
  CHECK(error_of([&] { MappedFile file(path); }) == path.string() + ": no such file; check the path");
  CHECK(MappedFile::if_there(path) == nullptr);
  put(path, "x");
  CHECK(MappedFile::if_there(path / "below") == nullptr);
  CHECK(MappedFile::if_there(path)->bytes() == "x");
}

TEST_CASE("files: what is no file cannot be mapped") {
  const Folder folder;
  CHECK(error_of([&] { MappedFile file(folder.path()); }) ==
        folder.path().string() + ": a folder; it must be a file");
  CHECK(error_of([&] { MappedFile file("/dev/null"); }) == "/dev/null: a device or pipe; it must be a file");
}

TEST_CASE("files: a temporary file is gone unless it is moved into place") {
  const Folder folder;
  {
    TempFile temp(folder.path(), ".txt");
    temp.write("lost");
    CHECK(files_in(folder.path()) == 1);
  }
  CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("files: a file that is moved into place is complete, read-only and replaces what was there") {
  const Folder folder;
  put(folder / "a", "old");
  const std::string text(3'000'000, 'n');
  TempFile temp(folder.path(), ".txt");
  temp.write(text);
  temp.sync();
  CHECK(bytes_of(folder / "a") == "old");
  temp.move_to(folder / "a");
  CHECK(bytes_of(folder / "a") == text);
  CHECK((fs::status(folder / "a").permissions() & fs::perms::all) == fs::perms{0444});
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("files: a temporary file without its folder is an error") {
  const Folder folder;
  const auto missing = folder / "no";
  CHECK(error_of([&] { TempFile temp(missing, ""); }) == missing.string() + ": no such file; check the path");
}

TEST_CASE("files: a temporary file that cannot be moved stays temporary") {
  const Folder folder;
  const auto target = folder / "no" / "a";
  {
    TempFile temp(folder.path(), "");
    CHECK(error_of([&] { temp.move_to(target); }) == target.string() + ": no such file; check the path");
  }
  CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("files: stale files are those of dead processes and old ones of strangers") {
  const Folder folder;
  const auto dead = name_of_dead() + "-0-01.h5", live = unique_name() + ".h5";
  const auto stranger = "0123456789abcdef" + name_of_dead().substr(16);
  for (const auto& name : {dead, live, stranger + "-0-01.h5", stranger + "-1-02.h5", std::string("notes.txt"),
                           std::string(".nfs0123")})
    put(folder / name, "");
  for (const auto& old : {live, stranger + "-1-02.h5", std::string(".nfs0123")})
    backdate(folder / old, std::chrono::hours(25));
  remove_stale(folder.path());
  CHECK_FALSE(fs::exists(folder / dead));
  CHECK_FALSE(fs::exists(folder / (stranger + "-1-02.h5")));
  CHECK(files_in(folder.path()) == 4);
}

TEST_CASE("files: a file is not stale while somebody holds it, whatever its name says") {
  const Folder folder;
  const auto stale = folder / (name_of_dead() + "-0-0123");
  TempFile temp(folder.path(), "");
  fs::create_hard_link(temp.path(), stale);
  remove_stale(folder.path());
  CHECK(fs::exists(stale));
}

TEST_CASE("files: folders are made with those above them") {
  const Folder folder;
  make_folder(folder / "a" / "b" / "c");
  make_folder(folder / "a" / "b" / "c");
  CHECK(fs::is_directory(folder / "a" / "b" / "c"));
}

TEST_CASE("files: a file in the way of a folder is an error") {
  const Folder folder;
  put(folder / "a", "");
  const std::string fact = ": something that is no folder is in the way; move it or choose another place";
  CHECK(error_of([&] { make_folder(folder / "a"); }) == (folder / "a").string() + fact);
  CHECK(error_of([&] { make_folder(folder / "a" / "b"); }) == (folder / "a").string() + fact);
}

TEST_CASE("files: what the system says becomes one line that helps") {
  CHECK(std::string(file_error("a/b", ENOSPC).what()) ==
        "a/b: no space left on the disk; free some or choose another place");
  CHECK(std::string(file_error("a/b", EROFS).what()) ==
        "a/b: permission denied; allow it or choose another place");
  CHECK(std::string(file_error("a/b", EIO).what()) == "a/b: input/output error; check the disk and the path");
}

TEST_CASE("files: digests are those of sha256sum and of the tests of xxHash") {
  const Folder folder;
  put(folder / "a", "fovea");
  CHECK(file_digest(folder / "a") == "bc070a43c090e6e8cb2de72a8a6fc7c4c0c9f054423131a9c38e2e3ea57d8470");
  CHECK(file_digest(folder / "a") == sha256("fovea"));
  CHECK(xxh3("") == "99aa06d3014798d86001c324468d497f");
}

TEST_CASE("files: a copy has the bytes of a read-only file, may be written, and leaves that alone") {
  const Folder folder;
  std::ofstream(folder / "from") << std::string(100000, 'x');
  fs::permissions(folder / "from", fs::perms::owner_read);
  copy_to_new(folder / "from", folder / "to");
  CHECK(file_digest(folder / "from") == file_digest(folder / "to"));
  std::ofstream(folder / "to") << "changed";
  CHECK(fs::file_size(folder / "from") == 100000);
  CHECK(error_of([&] { copy_to_new(folder / "from", folder / "to"); }) ==
        (folder / "to").string() +
            ": something that is no folder is in the way; move it or choose another place");
}

TEST_CASE("files: a failure whose reason nobody knows is not called a success") {
  CHECK(std::string(file_error("x", 0).what()) == "x: can't be read or written; check the disk and the path");
}

}  // namespace
}  // namespace fovea
