#include "tests/pipelines/trained.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <set>
#include <stdexcept>

#include "tests/stages/data/images/image_fixture.hpp"

namespace {

namespace testing = fovea::testing;

/// Holds a file's lock for as long as it lives.
class Lock {
 public:
  explicit Lock(const fs::path& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0 || ::flock(file_, LOCK_EX) != 0)
      throw std::runtime_error(path.string() + ": can't be locked");
  }
  ~Lock() { ::close(file_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int file_;
};

/// The program and its libraries by name, with size and time, which tell one build from another.
std::string build_of_program() {
  std::set<std::string> parts;
  for (const auto& entry : fs::directory_iterator(FOVEA_BINARY_DIR)) {
    const auto name = entry.path().filename().string();
    if (name != "fovea" && !name.starts_with("libfovea_")) continue;
    parts.insert(name + " " + std::to_string(entry.file_size()) + " " +
                 std::to_string(entry.last_write_time().time_since_epoch().count()) + "\n");
  }
  std::string all;
  for (const auto& part : parts) all += part;
  return all;
}

void train_in(const fs::path& folder, const Json& definition) {
  std::ofstream(folder / "pipeline.json") << definition.dump();
  const auto done = run_program("fovea", {"run", "pipeline.json"}, folder);
  INFO(done.err);
  REQUIRE(done.code == 0);
}

/// Copies what a pipeline leaves into a folder. Where this build has not run it yet, `prepare` makes its data
/// first.
void copy_trained(const std::string& name, const Json& definition,
                  const std::function<void(const fs::path&)>& prepare, const fs::path& folder) {
  const fs::path kept = fs::path(FOVEA_BINARY_DIR) / name;
  const Lock lock(kept.string() + ".lock");
  const auto build = build_of_program();
  if (!fs::exists(kept / "build") || bytes_of(kept / "build") != build) {
    fs::remove_all(kept);
    fs::create_directories(kept);
    prepare(kept);
    train_in(kept, definition);
    std::ofstream(kept / "build") << build;
  }
  fs::copy(kept, folder, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  fs::remove(folder / "build");
}

/// A photo in the tint of its class.
testing::Drawing tinted(std::size_t height, std::size_t width, std::size_t channels, int label) {
  auto drawing = testing::photo(height, width, channels);
  for (std::size_t i = 0; i < drawing.pixels.size(); ++i) {
    const bool bright = i / channels % 9 < 3 * static_cast<std::size_t>(label + 1);
    drawing.pixels[i] = static_cast<std::uint8_t>(drawing.pixels[i] / 2 + (bright ? 110 : 10));
  }
  return drawing;
}

void write_photos(const fs::path& folder, int count) {
  for (int label = 0; label < 3; ++label) {
    const auto* const name = std::array{"cat", "dog", "owl"}[static_cast<std::size_t>(label)];
    for (int i = 1; i <= count; ++i) {
      const auto side = static_cast<std::size_t>(20 + 7 * (i % 5));
      const auto drawing =
          tinted(side + 9, side + 4 * static_cast<std::size_t>(label), i % 4 == 0 ? 1 : 3, label);
      const auto file = folder / name / std::to_string(i);
      i % 3 == 0 ? testing::write_image(file.string() + ".png", testing::png_bytes(drawing))
                 : testing::write_image(file.string() + ".jpg", testing::jpeg_bytes(drawing));
    }
  }
}

Json pipeline_on_files() {
  auto definition = small_pipeline();
  auto& stages = definition["stages"];
  stages["load"]["params"] = {{"path", "photos"}, {"image_size", {20, 24}}};
  stages["train"]["params"]["batch_size"] = 16;
  stages["predict"]["params"] = {{"batch_size", 8}};
  return definition;
}

}  // namespace

Trained::Trained() {
  copy_trained(
      "trained", small_pipeline(), [](const fs::path&) {}, folder.path());
}

TrainedOnFiles::TrainedOnFiles() {
  const auto prepare = [](const fs::path& kept) {
    write_photos(kept / "photos/train", 24);
    write_photos(kept / "photos/test", 11);
  };
  copy_trained("trained_on_files", pipeline_on_files(), prepare, folder.path());
}
