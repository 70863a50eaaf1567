#include "stages/data/load.hpp"

#include <algorithm>

#include "runtime/context.hpp"
#include "stages/data/idx.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void no_such_folder(const fs::path& path) {
  std::vector<std::string> there;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path.parent_path(), ignored)) {
    if (entry.is_directory(ignored)) there.push_back(entry.path().filename().string());
  }
  const auto near = nearest(path.filename().string(), there);
  throw Error(path.string() + ": no such folder; " +
              (near.empty() ? "give the folder that holds the data"
                            : "did you mean " + quote((path.parent_path() / near).string()) + "?"));
}

IdxFiles find_files(const Load::Params& params) {
  auto folder = params.path.lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  if (!fs::exists(folder)) no_such_folder(folder);
  if (!fs::is_directory(folder)) {
    throw Error(folder.string() + ": a file, not a folder; give the folder that it is in, " +
                quote(folder.parent_path().string()));
  }
  if (params.format == "auto" && !holds_idx(folder)) {
    throw Error(folder.string() +
                ": no data in a known format; \"idx\" needs a file \"train-images-idx3-ubyte\", " +
                "plain or .gz");
  }
  return find_idx(folder);
}

/// Gives every class its name; classes are numbered without gaps.
void name_classes(Dataset& data, const std::vector<std::string>& wanted, const std::string& place) {
  const auto largest = std::max_element(data.labels.begin(), data.labels.end());
  const auto needed = static_cast<std::size_t>(*largest) + 1;
  if (!wanted.empty() && wanted.size() < needed) {
    throw Error(place + ": image " + std::to_string(largest - data.labels.begin()) + " has label " +
                std::to_string(*largest) + ", but \"class_names\" has " + std::to_string(wanted.size()) +
                " names; give at least " + std::to_string(needed));
  }
  if (!wanted.empty()) data.class_names = wanted;
  for (auto label = data.class_names.size(); label < needed; ++label) {
    data.class_names.push_back(std::to_string(label));
  }
}

/// An empty class is allowed only where it was named.
void check_classes(const Dataset& data, bool named, const std::string& place, const Context& context) {
  const auto counts = class_counts(data);
  for (std::size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] > 0) continue;
    const auto fact = "no image has label " + std::to_string(label);
    if (!named) {
      throw Error(place + ": " + fact + "; give \"class_names\" for all " + std::to_string(counts.size()) +
                  " classes if that is meant");
    }
    context.warn(place + ": " + fact + ", " + quote(data.class_names[label]));
  }
}

}  // namespace

void Load::Params::check(const std::string& place) const {
  const bool drawn = format == "synthetic";
  if (path.empty() && !drawn) {
    throw Error(place + ".path: missing; give the folder that holds the data, or \"format\": \"synthetic\"");
  }
  if (!path.empty() && drawn) {
    throw Error(place + ".path: " + quote(path.string()) +
                " is not used by \"format\": \"synthetic\"; leave it out");
  }
  if (drawn) synthetic.check(place + ".synthetic");
  auto names = class_names;
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw Error(place + ".class_names: " + quote(*twice) + " is there twice; each name must differ");
}

std::vector<fs::path> Load::sources(const Params& params) {
  if (params.format == "synthetic") return {};
  const auto files = find_files(params);
  std::vector<fs::path> all{files.train_images, files.train_labels};
  if (files.test_images) all.insert(all.end(), {*files.test_images, *files.test_labels});
  return all;
}

Load::Out<Value> Load::run(const In<Value>&, const Params& params, Context& context) {
  const bool drawn = params.format == "synthetic";
  const std::string place = drawn ? "synthetic" : params.path.string();
  Dataset data = drawn ? make_synthetic(params.synthetic) : read_idx(find_files(params));
  name_classes(data, params.class_names, place);
  check_classes(data, !params.class_names.empty(), place, context);
  measure_statistics(data);
  context.progress(data.size(), data.size(), "images");
  return {.data = std::move(data)};
}

}  // namespace fovea
