#include "runtime/text_file.hpp"

#include <fstream>

#include "runtime/store/owner.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/dead_process.hpp"

using namespace fovea;

TEST_CASE("a whole file: what dead processes left of a file goes when it is written, and nothing else") {
  const Folder folder;
  const auto left = [&](const std::string& file, const std::string& owner) {
    const auto path = folder / (file + "." + owner + "-0-0123.partial");
    std::ofstream(path) << "half";
    return path;
  };
  const auto dead = left("a.svg", name_of_dead()), alive = left("a.svg", own_name()),
             other = left("b.svg", name_of_dead()), own = folder / "a.svg.own.partial";
  std::ofstream(own) << "somebody's";
  write_whole_file(folder / "a.svg", "text");
  CHECK_FALSE(std::filesystem::exists(dead));
  for (const auto& path : {alive, other, own, folder / "a.svg"}) CHECK(std::filesystem::exists(path));
}

TEST_CASE("a whole file: where there is no folder, that is what is told") {
  const Folder folder;
  const auto file = (folder / "none/a.svg").string();
  CHECK(error_of([&] { write_whole_file(file, "text"); }) == file + ": there is no folder \"" +
                                                                 (folder / "none").string() +
                                                                 "\"; make it or choose another place");
}
