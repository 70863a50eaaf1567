#include "graph/plan.hpp"
#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("plan: of many files, those of a folder are one entry, which any of them changes") {
  const auto digests = [](std::size_t count, const std::string& last) {
    std::vector<std::filesystem::path> files{"/data/", "/data/a/", "/data/b/"};
    for (std::size_t i = 0; i < count; ++i) files.emplace_back("/data/a/" + std::to_string(i) + ".png");
    files.emplace_back("/data/b/" + last);
    files.emplace_back("/other/b.png");
    return file_digests(files, [](const std::filesystem::path& file) { return file.string(); });
  };
  const auto few = digests(2, "x.png"), many = digests(200, "x.png");
  CHECK(few.dump() ==
        R"({"./":"folder","a/":"folder","b/":"folder","a/0.png":"/data/a/0.png","a/1.png":"/data/a/1.png",)"
        R"("b/x.png":"/data/b/x.png","../other/b.png":"/other/b.png"})");
  CHECK(many.size() == 4);
  CHECK(many["a/"] != digests(201, "x.png")["a/"]);
  CHECK(many["a/"] == digests(200, "y.png")["a/"]);
  CHECK(many["b/"] != digests(200, "y.png")["b/"]);
}
