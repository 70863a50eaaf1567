#include "stages/data/formats/image_folder.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "graph/error.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/data/formats/letters.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

bool is_passed_over(const fs::path& path) {
  const auto name = path.filename().string();
  return name.starts_with('.') || name == "__MACOSX";
}

/// Returns the entries of a folder, sorted by name.
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

/// The next three tests are false for an entry whose status can't be read.
bool is_folder(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.is_directory(ignored);
}
bool is_link(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.is_symlink(ignored);
}
bool is_dangling(const fs::directory_entry& entry) {
  std::error_code ignored;
  return is_link(entry) && !fs::exists(entry.path(), ignored);
}
/// Returns whether an entry has the name of an image. A broken link or a pipe counts, so that it is reported
/// as a broken image.
bool is_image(const fs::directory_entry& entry) {
  return has_image_name(entry.path()) && !is_folder(entry);
}

std::string name_of(const fs::directory_entry& entry) {
  return entry.path().filename().string();
}

bool holds_folders(const fs::path& folder) {
  const auto all = entries_of(folder);
  return std::any_of(all.begin(), all.end(), is_folder);
}

std::size_t images_below(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : entries_of(folder)) {
    if (is_folder(entry) && !is_link(entry)) count += images_below(entry.path());
    if (is_image(entry)) ++count;
  }
  return count;
}

struct PartFolder {
  std::string name;  ///< below the top; "" for the top itself
  Part part = Part::none;
};

void check_name(const fs::path& path) {
  if (!is_utf8(path.filename().string()))
    throw Error(quote(path.string()) + ": its name is not UTF-8; rename it");
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

/// Lists names for errors: `"cat" and "dog"`, or `"cat", "dog" and 3 more`.
std::string few(const std::vector<std::string>& names) {
  if (names.size() == 2) return quote(names[0]) + " and " + quote(names[1]);
  std::vector<std::string> quoted;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 2); ++i) quoted.push_back(quote(names[i]));
  return join(quoted, ", ") + (names.size() > 2 ? " and " + std::to_string(names.size() - 2) + " more" : "");
}

/// Returns whether a folder's name looks like that of a part: "test", "train2017", "test_set", "trainset".
bool is_like_part(const std::string& name) {
  auto word = lower(name);
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  word.erase(std::find_if_not(word.begin(), word.end(), is_letter), word.end());
  for (const std::string_view end : {"set", "data", "images"}) {
    if (word.ends_with(end)) word.erase(word.size() - end.size());
  }
  return part_named(word) || word == "dev" || word == "eval" || word == "evaluation";
}

/// Files of one kind that are not read: their number, and the first by name.
struct Unread {
  std::size_t count = 0;
  std::string first;
  void add(const std::string& name) {
    if (count++ == 0 || name < first) first = name;
  }
};

/// The files in the folders of one class.
struct ClassFiles {
  std::size_t images = 0;
  std::size_t outside_folders = 0;         ///< images directly in a class folder
  std::set<std::string> folders;           ///< folders with images, directly in a class folder
  std::map<std::string, Unread> unread{};  ///< by extension
};

/// Lists the images below a folder of class folders.
class FolderLister {
 public:
  explicit FolderLister(const fs::path& top) : top_(top) {
    for (const auto& [name, part] : part_folders()) list_part(name, part);
  }

  /// Returns the list with numbered classes.
  ImageList list() const {
    check_formats();
    ImageList list{.top = top_, .folder = top_, .images = {}, .class_names = {}, .warnings = {}, .doubt = {}};
    for (const auto& [name, files] : classes_) list.class_names.push_back(name);
    for (const auto& [name, class_name, part] : images_) {
      const auto at = std::lower_bound(list.class_names.begin(), list.class_names.end(), *class_name);
      list.images.push_back({name, static_cast<std::int32_t>(at - list.class_names.begin()), part});
    }
    add_warnings(list.warnings);
    warn_of_alike(list);
    list.doubt = doubt();
    return list;
  }
  const std::vector<fs::path>& folders() const { return folders_; }
  bool has_images() const { return !images_.empty(); }

 private:
  struct Found {
    std::string name;
    const std::string* class_name;
    Part part = Part::none;
  };

  fs::path path(const std::string& name) const { return top_ / name; }

  /// Returns the parts in the order training, validation, test; the top folder where it has no training part.
  std::vector<PartFolder> part_folders() {
    std::vector<PartFolder> parts;
    for (const auto& entry : entries_of(top_)) {
      const auto part = is_folder(entry) ? part_named(name_of(entry)) : std::nullopt;
      if (part && holds_folders(entry.path())) parts.push_back({name_of(entry), *part});
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [](const auto& a, const auto& b) { return a.part < b.part; });
    if (parts.empty() || parts[0].part != Part::train) return {{"", Part::none}};
    has_parts_ = true;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (parts[i].part != parts[i - 1].part) continue;
      throw Error(top_.string() + ": " + quote(parts[i - 1].name) + " and " + quote(parts[i].name) +
                  " are the same part; keep one of them");
    }
    for (const auto& entry : entries_of(top_)) {
      const bool used = std::any_of(parts.begin(), parts.end(),
                                    [&](const auto& each) { return each.name == name_of(entry); });
      if (!used) add_outside(entry, name_of(entry));
    }
    return parts;
  }

  void list_part(const std::string& part_name, Part part) {
    for (const auto& entry : entries_of(path(part_name))) {
      const auto below = (part_name.empty() ? "" : part_name + '/') + name_of(entry);
      if (!is_folder(entry)) {
        add_outside(entry, below);
        continue;
      }
      check_name(entry.path());
      const auto name = normal_name(name_of(entry));
      if (name.empty()) throw Error(quote(entry.path().string()) + ": a class without a name; rename it");
      auto& [class_name, files] = *classes_.try_emplace(name).first;
      folders_.push_back(entry.path());
      list_class(below, "", class_name, files, part);
    }
  }

  /// Lists `folder`; `within` is the subfolder of the class folder that it lies in, or "" for the class
  /// folder. Links to folders are not followed, as they could form a cycle.
  void list_class(const std::string& folder, const std::string& within, const std::string& class_name,
                  ClassFiles& files, Part part) {
    for (const auto& entry : entries_of(path(folder))) {
      auto name = folder + '/' + name_of(entry);
      if (is_image(entry)) {
        check_name(entry.path());
        ++files.images;
        within.empty() ? static_cast<void>(++files.outside_folders)
                       : static_cast<void>(files.folders.insert(within));
        images_.push_back({std::move(name), &class_name, part});
      } else if (is_folder(entry) && is_link(entry)) {
        links_.add(name);
      } else if (is_folder(entry)) {
        list_class(name, within.empty() ? name_of(entry) : within, class_name, files, part);
      } else {
        files.unread[lower(entry.path().extension().string())].add(name);
        others_.add(name);
      }
    }
  }

  /// Reports an image outside of class folders as forgotten; other files, such as a README or a licence,
  /// belong there.
  void add_outside(const fs::directory_entry& entry, const std::string& name) {
    if (is_dangling(entry)) {
      std::error_code ignored;
      throw Error(top_.string() + ": " + quote(name) + " is a link to " +
                  quote(fs::read_symlink(entry.path(), ignored).string()) +
                  ", which is not there; mount it, or remove the link");
    }
    if (is_folder(entry)) {
      unread_folders_.add(name);
      images_unread_ += images_below(entry.path());
    } else if (has_image_name(entry.path())) {
      others_.add(name);
    }
  }

  /// Refuses a class whose files are all in a format that is not read, rather than reporting it as empty.
  void check_formats() const {
    for (const auto& [name, files] : classes_) {
      if (files.images > 0 || files.unread.empty()) continue;
      const auto most = std::max_element(files.unread.begin(), files.unread.end(),
                                         [](auto& a, auto& b) { return a.second.count < b.second.count; });
      const auto& [suffix, unread] = *most;
      throw Error(top_.string() + ": the class " + quote(name) + " has no image that is read, but " +
                  counted(unread.count, (suffix.empty() ? "" : suffix + ' ') + std::string("file")) +
                  ", such as " + quote(unread.first) + "; save them as JPEG or PNG, or take the folder away");
    }
  }

  void add_warnings(std::vector<std::string>& to) const {
    if (others_.count > 0) {
      to.push_back(counted(others_.count, "file") + (others_.count == 1 ? " is" : " are") +
                   " not read, such as " + quote(others_.first) +
                   "; images are .jpg, .jpeg and .png in class folders");
    }
    if (links_.count > 0) {
      to.push_back(counted(links_.count, "linked folder") + (links_.count == 1 ? " is" : " are") +
                   " not read, such as " + quote(links_.first) + "; put the images into the class folder");
    }
    if (unread_folders_.count > 0) {
      to.push_back(counted(unread_folders_.count, "folder") + " with " + counted(images_unread_, "image") +
                   (unread_folders_.count == 1 ? " is" : " are") + " not read, such as " +
                   quote(unread_folders_.first) +
                   "; parts are called \"train\", \"val\" and \"test\", and hold class folders");
    }
  }

  /// Returns the reason why the class folders may be something else.
  std::string doubt() const {
    const std::string meant = ", or name them as \"class_names\" if they are classes";
    std::vector<std::string> like_parts;
    for (const auto& [name, files] : classes_) {
      if (is_like_part(name)) like_parts.push_back(name);
    }
    if (!has_parts_ && like_parts.size() >= 2 && 2 * like_parts.size() >= classes_.size()) {
      return few(like_parts) +
             " look like parts, not like classes; parts are called \"train\", \"val\" and \"test\", and each "
             "holds class folders" +
             meant;
    }
    for (const auto& [name, files] : classes_) {
      std::vector<std::string> within;
      for (const auto& folder : files.folders) {
        if (is_like_part(folder)) within.push_back(name + '/' + folder);
      }
      if (within.size() < 2) continue;
      return few(within) + " look like parts within a class; put parts above the classes, as in \"train/" +
             name + "\", or name the classes as \"class_names\" if all are to be read";
    }
    if (classes_.size() != 1) return "";
    const auto& [name, files] = *classes_.begin();
    if (files.outside_folders > 0 || files.folders.size() < 2) return "";
    return "all images are of one class, " + quote(name) + "; give " + quote((top_ / name).string()) +
           " if " + few({files.folders.begin(), files.folders.end()}) + " in it are the classes, or " +
           "\"class_names\": [" + quote(name) + "] if it is one";
  }

  fs::path top_;
  bool has_parts_ = false;
  std::vector<Found> images_;
  std::map<std::string, ClassFiles> classes_;
  std::vector<fs::path> folders_;
  Unread others_, links_, unread_folders_;
  std::size_t images_unread_ = 0;
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
  add_files(lister.list(), all);
  return all;
}

}  // namespace fovea
