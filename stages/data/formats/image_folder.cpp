#include "stages/data/formats/image_folder.hpp"

#include <algorithm>
#include <set>

#include "graph/error.hpp"
#include "stages/data/formats/input_file.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

bool is_passed_over(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with('.') || name == "__MACOSX";
}

/// What is right below a folder, sorted by name.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
  std::vector<fs::directory_entry> all;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (!is_passed_over(entry.path())) all.push_back(entry);
  }
  if (code) throw Error(folder.string() + ": cannot be listed; check its permissions");
  std::sort(all.begin(), all.end());
  return all;
}

/// Whatever else may be wrong with an entry, it is then neither.
bool is_folder(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.is_directory(ignored);
}
bool is_image(const fs::directory_entry& entry) {
  std::error_code ignored;
  return has_image_name(entry.path()) && entry.is_regular_file(ignored);
}
bool is_link(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.is_symlink(ignored);
}

bool holds_folders(const fs::path& folder) {
  const auto all = entries_of(folder);
  return std::any_of(all.begin(), all.end(), is_folder);
}

struct PartFolder {
  fs::path path;
  Part part = Part::none;
};

void check_name(const fs::path& path) {
  if (!is_utf8(path.filename().string()))
    throw Error(quote(path.string()) + ": its name is not UTF-8; rename it");
}

/// Collects what is below a folder of class folders.
class FolderLister {
 public:
  explicit FolderLister(const fs::path& top) : top_(top) {
    for (const auto& [path, part] : part_folders()) list_part(path, part);
  }

  /// The list with numbered classes.
  ImageList list() const {
    ImageList list{.top = top_, .images = {}, .class_names = {names_.begin(), names_.end()}, .warnings = {}};
    for (const auto& [path, name, part] : images_) {
      const auto at = std::lower_bound(list.class_names.begin(), list.class_names.end(), name);
      list.images.push_back({path, static_cast<std::int32_t>(at - list.class_names.begin()), part});
    }
    if (others_ > 0) {
      list.warnings.push_back(std::to_string(others_) + (others_ == 1 ? " file is" : " files are") +
                              " not read, such as " + quote(other_.lexically_relative(top_).string()) +
                              "; images are .jpg, .jpeg and .png in class folders");
    }
    return list;
  }
  const std::vector<fs::path>& folders() const { return folders_; }
  bool has_images() const { return !images_.empty(); }

 private:
  struct Found {
    fs::path path;
    std::string class_name;
    Part part = Part::none;
  };

  /// The parts in the order training, validation, test; the top itself where it has no training part.
  std::vector<PartFolder> part_folders() {
    std::vector<PartFolder> parts;
    for (const auto& entry : entries_of(top_)) {
      const auto part = is_folder(entry) ? part_named(entry.path().filename().string()) : std::nullopt;
      if (part && holds_folders(entry.path())) parts.push_back({entry.path(), *part});
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [](const auto& a, const auto& b) { return a.part < b.part; });
    if (parts.empty() || parts[0].part != Part::train) return {{top_, Part::none}};
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (parts[i].part != parts[i - 1].part) continue;
      throw Error(top_.string() + ": " + quote(parts[i - 1].path.filename().string()) + " and " +
                  quote(parts[i].path.filename().string()) + " are the same part; keep one of them");
    }
    for (const auto& entry : entries_of(top_)) {
      const bool used = std::any_of(parts.begin(), parts.end(),
                                    [&](const auto& each) { return each.path == entry.path(); });
      if (!used) add_outside(entry);
    }
    return parts;
  }

  void list_part(const fs::path& folder, Part part) {
    for (const auto& entry : entries_of(folder)) {
      if (!is_folder(entry)) {
        add_outside(entry);
        continue;
      }
      check_name(entry.path());
      const auto name = entry.path().filename().string();
      names_.insert(name);
      folders_.push_back(entry.path());
      list_class(entry.path(), name, part);
    }
  }

  /// Links to folders below a class folder are not followed: they could lead round in a circle.
  void list_class(const fs::path& folder, const std::string& class_name, Part part) {
    for (const auto& entry : entries_of(folder)) {
      if (is_image(entry)) {
        check_name(entry.path());
        images_.push_back({entry.path(), class_name, part});
      } else if (is_folder(entry) && !is_link(entry)) {
        list_class(entry.path(), class_name, part);
      } else {
        add_other(entry.path());
      }
    }
  }

  /// Outside of class folders an image is forgotten, but a README or a licence is where it belongs.
  void add_outside(const fs::directory_entry& entry) {
    if (is_folder(entry) || has_image_name(entry.path())) add_other(entry.path());
  }

  void add_other(const fs::path& path) {
    if (others_++ == 0 || path < other_) other_ = path;
  }

  fs::path top_;
  std::vector<Found> images_;
  std::set<std::string> names_;
  std::vector<fs::path> folders_;
  std::size_t others_ = 0;
  fs::path other_;
};

FolderLister list_folder(const fs::path& folder) {
  FolderLister lister(folder);
  if (!lister.has_images())
    throw Error(folder.string() + ": no images; each class needs a folder of .jpg, .jpeg or .png files");
  return lister;
}

}  // namespace

bool holds_image_folder(const fs::path& folder) {
  for (const auto& entry : entries_of(folder)) {
    if (!is_folder(entry)) continue;
    const auto below = entries_of(entry.path());
    if (std::any_of(below.begin(), below.end(), is_image)) return true;
    for (const auto& deeper : below) {
      if (!is_folder(deeper)) continue;
      const auto lowest = entries_of(deeper.path());
      if (std::any_of(lowest.begin(), lowest.end(), is_image)) return true;
    }
  }
  return false;
}

ImageList list_image_folder(const fs::path& folder) {
  return list_folder(folder).list();
}

std::vector<fs::path> image_folder_sources(const fs::path& folder) {
  const auto lister = list_folder(folder);
  std::vector<fs::path> all{folder / ""};
  for (const auto& each : lister.folders()) all.push_back(each / "");
  for (auto& image : lister.list().images) all.push_back(std::move(image.path));
  return all;
}

}  // namespace fovea
