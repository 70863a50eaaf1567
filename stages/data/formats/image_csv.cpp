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
/// The default name of a table in a folder.
const std::string table_name = "labels.csv";
constexpr std::size_t most_line_bytes = 1 << 16;

fs::path csv_file(const fs::path& path) {
  return fs::is_directory(path) ? path / table_name : path;
}

/// Throws where a line is too long for an image's row, before the whole file is in memory.
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

/// Reads the text of a table.
std::string read_table(const fs::path& path) {
  const InputFile file(path);
  if (file.size() <= most_csv_bytes) check_lines(file);
  return file.text(most_csv_bytes);
}

/// The column numbers by meaning.
struct Columns {
  std::optional<std::size_t> path, label, part;
  std::vector<std::size_t> others{};  ///< attributes of the images
  std::size_t count = 0;
  std::vector<std::string> warnings{};
};

/// Finds the columns by their names, and by their values where a name is ambiguous.
class ColumnFinder {
 public:
  ColumnFinder(const std::vector<CsvRow>& rows, const fs::path& file)
      : rows_(rows), header_(rows[0]), place_(file.string()) {}

  Columns find() {
    columns_.count = header_.fields.size();
    for (std::size_t i = 0; i < columns_.count; ++i) take(i);
    expect(columns_.path, "\"path\" (or \"filename\", \"file\", \"image\")");
    expect(columns_.label, "\"label\" (or \"class\")");
    return std::move(columns_);
  }

 private:
  using Column = std::optional<std::size_t> Columns::*;

  [[noreturn]] void wrong(std::size_t line, std::size_t i, const std::string& fact,
                          const std::string& advice) const {
    throw Error(csv_place(place_, line, i + 1) + ": " + fact + "; " + advice);
  }

  void take(std::size_t i) {
    static const std::map<std::string, Column> names{{"path", &Columns::path},   {"filename", &Columns::path},
                                                     {"file", &Columns::path},   {"image", &Columns::path},
                                                     {"label", &Columns::label}, {"class", &Columns::label},
                                                     {"part", &Columns::part},   {"split", &Columns::part}};
    const auto& name = header_.fields[i];
    const auto known = names.find(lower(name));
    if (name.empty()) return take_nameless(i);
    if (known == names.end() || (known->first == "split" && !holds_parts(i))) return take_other(i);
    auto& column = columns_.*known->second;
    if (column) {
      wrong(header_.line, i, quote(name) + " means the same as " + quote(header_.fields[*column]),
            "remove one of them, or call it otherwise, and it stays as an attribute");
    }
    column = i;
  }

  /// Returns the first row whose value in a column satisfies `is`, or null.
  template <class Is> const CsvRow* first_row(std::size_t i, Is is) const {
    const auto found = std::find_if(rows_.begin() + 1, rows_.end(), [&](const CsvRow& row) {
      return i < row.fields.size() && is(row.fields[i]);
    });
    return found == rows_.end() ? nullptr : &*found;
  }

  /// Returns whether the values of "split" are parts. A column without any part name is an attribute; one
  /// with other values beside part names is an error, as it would mix parts.
  bool holds_parts(std::size_t i) {
    const auto* other =
        first_row(i, [](const std::string& value) { return !value.empty() && !part_named(value); });
    if (other == nullptr) return true;
    if (first_row(i, is_like_part) != nullptr) {
      wrong(
          other->line, i, "unknown part " + quote(other->fields[i]),
          "it is \"train\", \"val\", \"test\" or empty; if the column does not tell parts, call it otherwise "
          "than " +
              quote(header_.fields[i]));
    }
    columns_.warnings.push_back("line " + std::to_string(other->line) + ", column " + std::to_string(i + 1) +
                                ": " + quote(header_.fields[i]) + " tells no parts but " +
                                quote(other->fields[i]) +
                                "; it is an attribute, and parts come from a column \"part\"");
    return false;
  }

  static bool is_like_part(const std::string& value) {
    const auto small = lower(value);
    return std::any_of(std::begin(part_words), std::end(part_words),
                       [&](auto word) { return small.starts_with(word); });
  }

  /// Skips a column without a name where it is empty or holds the row numbers of pandas or R; anything else
  /// is an error.
  void take_nameless(std::size_t i) {
    const auto* filled = first_row(i, [](const std::string& value) { return !value.empty(); });
    if (filled == nullptr) return;
    if (i > 0 || first_row(i, [](const std::string& value) { return !is_whole_number(value); }) != nullptr)
      wrong(header_.line, i, "a column without a name holds " + quote(filled->fields[i]),
            "give it a name, and it is an attribute of the images, or remove it");
    columns_.warnings.emplace_back(
        "the first column has no name and holds row numbers; it is left out (pandas writes none with "
        "index=False)");
  }

  /// Adds a column as an attribute.
  void take_other(std::size_t i) {
    const auto& name = header_.fields[i];
    if (name.find('\0') != std::string::npos) wrong(header_.line, i, "a name with a zero byte", "remove it");
    for (const auto other : columns_.others) {
      if (header_.fields[other] == name)
        wrong(header_.line, i, "another column is called " + quote(name), "keep one of them");
    }
    columns_.others.push_back(i);
  }

  void expect(const std::optional<std::size_t>& column, const std::string& names) const {
    if (column) return;
    throw Error(place_ + ": line " + std::to_string(header_.line) + ": no column " + names +
                "; the header names \"path\" and \"label\", and may name \"part\"");
  }

  /// Prefixes of values that look like part names.
  static constexpr std::string_view part_words[]{"train", "val", "test", "dev", "eval", "hold"};

  const std::vector<CsvRow>& rows_;
  const CsvRow& header_;
  std::string place_;
  Columns columns_;
};

/// Compares whole numbers of any length by value.
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

/// Lists the rows after the header one by one.
class CsvLister {
 public:
  CsvLister(const fs::path& file, const std::vector<CsvRow>& rows)
      : file_(file), columns_(ColumnFinder(rows, file).find()) {
    list_.top = file;
    list_.folder = file.parent_path();
    list_.warnings = std::move(columns_.warnings);
    for (const auto column : columns_.others) list_.attributes.push_back({rows[0].fields[column], {}});
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
    for (std::size_t k = 0; k < columns_.others.size(); ++k) {
      const auto& value = row.fields[columns_.others[k]];
      if (value.find('\0') != std::string::npos)
        wrong(row, columns_.others[k], "an attribute with a zero byte", "remove it");
      list_.attributes[k].values.push_back(value);
    }
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
  /// Returns a path with slashes for the backslashes of Windows, unless a file's name has backslashes.
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
    wrong(
        row, *columns_.part, "unknown part " + quote(name),
        "it is \"train\", \"val\", \"test\" or empty; a column that does not tell parts needs another name");
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
  CsvLister lister(file, rows);
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
