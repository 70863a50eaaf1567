#include "stages/data/formats/image_csv.hpp"

#include <algorithm>
#include <map>

#include "graph/error.hpp"
#include "stages/data/formats/csv_table.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/data/formats/letters.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_csv_bytes = std::size_t{1} << 30;
/// What a table is called where only its folder is given.
const std::string table_name = "labels.csv";
constexpr std::size_t most_line_bytes = 1 << 16;

fs::path csv_file(const fs::path& path) {
  return fs::is_directory(path) ? path / table_name : path;
}

/// Throws where a line is longer than any that names an image, before all of the file is in memory.
void check_lines(const InputFile& file) {
  std::vector<std::uint8_t> bytes;
  std::size_t lines = 1, begin = 0;
  for (std::size_t at = 0; at < file.size(); at += bytes.size()) {
    bytes.resize(std::min(file.size() - at, most_line_bytes));
    file.read(at, bytes);
    for (auto end = bytes.begin(); (end = std::find(end, bytes.end(), '\n')) != bytes.end(); ++end, ++lines)
      begin = at + static_cast<std::size_t>(end - bytes.begin()) + 1;
    if (at + bytes.size() - begin <= most_line_bytes) continue;
    throw Error(file.path().string() + ": line " + std::to_string(lines) + " has more than " +
                std::to_string(most_line_bytes) + " bytes; each line names an image file");
  }
}

/// The text of a table.
std::string read_table(const fs::path& path) {
  const InputFile file(path);
  if (file.size() <= most_csv_bytes) check_lines(file);
  return file.text(most_csv_bytes);
}

/// Which columns hold what.
struct Columns {
  std::optional<std::size_t> path, label, part;
  std::vector<std::size_t> others{};  ///< that have a name
  std::size_t count = 0;
};

/// Adds a column that has no meaning here, unless it has no name.
void add_other(const CsvRow& header, std::size_t i, const std::string& place,
               std::vector<std::size_t>& others) {
  const auto& name = header.fields[i];
  if (name.empty()) return;
  const auto wrong = [&](const std::string& fact, const char* advice) {
    throw Error(csv_place(place, header.line, i + 1) + ": " + fact + "; " + advice);
  };
  if (name.find('\0') != std::string::npos) wrong("a name with a zero byte", "remove it");
  for (const auto other : others) {
    if (header.fields[other] == name) wrong("another column is called " + quote(name), "keep one of them");
  }
  others.push_back(i);
}

Columns find_columns(const CsvRow& header, const fs::path& file) {
  const auto place = file.string();
  static const std::map<std::string, std::optional<std::size_t> Columns::*> names{
      {"path", &Columns::path},  {"filename", &Columns::path}, {"file", &Columns::path},
      {"image", &Columns::path}, {"label", &Columns::label},   {"class", &Columns::label},
      {"part", &Columns::part},  {"split", &Columns::part}};
  Columns columns{.path = {}, .label = {}, .part = {}, .others = {}, .count = header.fields.size()};
  for (std::size_t i = 0; i < header.fields.size(); ++i) {
    const auto known = names.find(lower(header.fields[i]));
    if (known == names.end()) {
      add_other(header, i, place, columns.others);
      continue;
    }
    auto& column = columns.*known->second;
    if (column) {
      throw Error(csv_place(place, header.line, i + 1) + ": " + quote(header.fields[i]) +
                  " means the same as " + quote(header.fields[*column]) + "; keep one of them");
    }
    column = i;
  }
  for (const auto& [column, name] : {std::pair{columns.path, "path"}, {columns.label, "label"}}) {
    if (column) continue;
    throw Error(place + ": line " + std::to_string(header.line) + ": no column " + quote(name) +
                "; the header names \"path\" and \"label\", and may name \"part\"");
  }
  return columns;
}

/// Whole numbers by their value, without regard to how large they are.
bool number_less(const std::string& a, const std::string& b) {
  const auto digits = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  const auto x = digits(a), y = digits(b);
  if (x.size() != y.size()) return x.size() < y.size();
  return x != y ? x < y : a < b;
}

void sort_names(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (std::all_of(names.begin(), names.end(), is_whole_number))
    std::sort(names.begin(), names.end(), number_less);
}

/// Takes the rows behind the header one by one.
class CsvLister {
 public:
  CsvLister(const fs::path& file, const CsvRow& header) : file_(file), columns_(find_columns(header, file)) {
    list_.top = file;
    list_.folder = file.parent_path();
    for (const auto column : columns_.others) list_.attributes.push_back({header.fields[column], {}});
  }

  void add(const CsvRow& row) {
    if (row.fields.size() != columns_.count) {
      throw Error(file_.string() + ": line " + std::to_string(row.line) + ": " +
                  std::to_string(row.fields.size()) + " fields; the header has " +
                  std::to_string(columns_.count));
    }
    const auto& path = need(row, *columns_.path, "path", "each row names an image file");
    const auto label = normal_name(need(row, *columns_.label, "label", "each image needs a class"));
    if (label.empty()) wrong(row, *columns_.label, "\"label\" is empty", "each image needs a class");
    auto name = fs::path(with_slashes(path)).lexically_normal().string();
    const auto full = (list_.folder / name).lexically_normal();
    const auto [before, is_new] = lines_.emplace(full.string(), row.line);
    if (!is_new) {
      wrong(row, *columns_.path, quote(path) + " is also on line " + std::to_string(before->second),
            "name each image once");
    }
    list_.images.push_back({std::move(name), 0, part(row)});
    labels_.push_back(label);
    for (std::size_t k = 0; k < columns_.others.size(); ++k)
      list_.attributes[k].values.push_back(row.fields[columns_.others[k]]);
  }

  ImageList finish() {
    if (list_.images.empty()) throw Error(file_.string() + ": names no images; add a row for each");
    auto& names = list_.class_names;
    names = labels_;
    sort_names(names);
    std::map<std::string, std::int32_t> numbers;
    for (const auto& name : names) numbers.emplace(name, static_cast<std::int32_t>(numbers.size()));
    for (std::size_t i = 0; i < labels_.size(); ++i) list_.images[i].label = numbers.at(labels_[i]);
    warn_of_alike(list_);
    return std::move(list_);
  }

 private:
  [[noreturn]] void wrong(const CsvRow& row, std::size_t column, const std::string& fact,
                          const std::string& advice) const {
    throw Error(csv_place(file_.string(), row.line, column + 1) + ": " + fact + "; " + advice);
  }
  const std::string& need(const CsvRow& row, std::size_t column, const std::string& name,
                          const std::string& advice) const {
    if (row.fields[column].empty()) wrong(row, column, quote(name) + " is empty", advice);
    if (row.fields[column].find('\0') != std::string::npos)
      wrong(row, column, "a " + name + " with a zero byte", "remove it");
    return row.fields[column];
  }
  /// A path as Windows writes it, unless there is a file whose name has backslashes.
  std::string with_slashes(const std::string& path) const {
    std::error_code ignored;
    if (path.find('\\') == std::string::npos || fs::exists(list_.folder / path, ignored)) return path;
    auto plain = path;
    std::replace(plain.begin(), plain.end(), '\\', '/');
    return plain;
  }
  Part part(const CsvRow& row) const {
    if (!columns_.part || row.fields[*columns_.part].empty()) return Part::none;
    const auto& name = row.fields[*columns_.part];
    if (const auto known = part_named(name)) return *known;
    wrong(row, *columns_.part, "unknown part " + quote(name), "it is \"train\", \"val\", \"test\" or empty");
  }

  fs::path file_;
  Columns columns_;
  ImageList list_;
  std::vector<std::string> labels_;
  std::map<std::string, std::size_t> lines_;
};

}  // namespace

bool holds_image_csv(const fs::path& path) {
  if (fs::is_directory(path)) return fs::is_regular_file(path / table_name);
  const auto suffix = lower(path.extension().string());
  return suffix == ".csv" || suffix == ".tsv";
}

ImageList list_image_csv(const fs::path& path) {
  const auto file = csv_file(path);
  const auto rows = parse_csv(read_table(file), file.string());
  if (rows.empty()) throw Error(file.string() + ": is empty; it begins with a header, \"path,label\"");
  CsvLister lister(file, rows[0]);
  for (std::size_t i = 1; i < rows.size(); ++i) lister.add(rows[i]);
  return lister.finish();
}

std::vector<fs::path> image_csv_sources(const fs::path& path) {
  std::vector<fs::path> all{csv_file(path)};
  add_files(list_image_csv(path), all);
  return all;
}

bool is_whole_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace fovea
