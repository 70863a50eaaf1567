#include <algorithm>
#include <functional>

#include "runtime/random.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/store/files.hpp"
#include "runtime/text_file.hpp"
#include "stages/model/weights/weight_file.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/stages/model/weights/small_model.hpp"

// Files that were damaged on their way, or made to harm: each is an error or has the right weights.

namespace fovea {
namespace {

using namespace testing;

/// Changes bytes in one of several ways; the first bytes, which say how the rest is read, more often than
/// others.
std::string mutated(std::string bytes, Random& random) {
  const auto at = [&] {
    const auto all = static_cast<std::uint32_t>(bytes.size());
    return static_cast<std::size_t>(random.below(random.below(2) == 0 ? std::min(all, 512U) : all));
  };
  switch (random.below(7)) {
    case 0:
      bytes[at()] ^= static_cast<char>(1U << random.below(8));
      break;
    case 1:
      bytes[at()] = static_cast<char>(random.below(256));
      break;
    case 2:
      bytes.resize(at());
      break;
    case 3:
      bytes.insert(at(), 1 + random.below(16), static_cast<char>(random.below(256)));
      break;
    case 4:
      bytes.erase(at(), 1 + random.below(16));
      break;
    case 5: {
      const auto from = at();
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                  std::min<std::size_t>(8, bytes.size() - from), '\xff');
      break;
    }
    default: {
      const auto from = at(), count = std::min<std::size_t>(32, bytes.size() - from);
      bytes.replace(at(), count, bytes.substr(from, count));
    }
  }
  return bytes;
}

/// What is read from these bytes, or the error.
std::string outcome(const std::filesystem::path& path, const std::string& bytes, const Model& right) {
  write_file(path, bytes);
  try {
    const auto file = read_weight_file(path);
    if (!same_weights(file.arrays, right.weights)) return "other weights";
    if (file.specification && write_params(*file.specification) != write_params(right.specification))
      return "another network";
    if (file.preprocessing && file.preprocessing != right.preprocessing) return "another preprocessing";
    return "";
  } catch (const Error& error) {
    const std::string text = error.what();
    return text.starts_with(path.string() + ": ") && text.size() > path.string().size() + 2
               ? ""
               : "unclear: " + text;
  }
}

void mutate(int count, const std::function<void(const std::filesystem::path&, const Model&)>& write) {
  const Folder folder;
  const auto model = small_model();
  write(folder / "right", model);
  const std::string bytes(MappedFile(folder / "right").bytes());
  for (int i = 0; i < count; ++i) {
    Random random(4, Purpose::synthesise, 0, static_cast<std::uint32_t>(i));
    const auto wrong = mutated(bytes, random);
    INFO("mutation " << i);
    CHECK(outcome(folder / "wrong", wrong, model).empty());
  }
}

}  // namespace

TEST_CASE("weight file: each of 300 mutations of a .safetensors file is an error or has the right weights") {
  mutate(300, [](const auto& path, const Model& model) { write_safetensors(path, model); });
}

TEST_CASE("weight file: each of 100 mutations of a model's .h5 is an error or has the right weights") {
  mutate(100, [](const auto& path, const Model& model) { write_artifact(Model::codec(), &model, path); });
}

}  // namespace fovea
