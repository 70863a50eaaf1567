#include "stages/data/formats/image_input.hpp"

#include <algorithm>

#include "graph/error.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t begin_bytes = 4096;
constexpr std::size_t large_file_bytes = std::size_t{1} << 24;
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

constexpr std::string_view again = "; fetch the file again";

/// Returns the bytes that end an image of this format; other bytes may follow.
std::string_view end_mark(FileBytes begin) {
  using namespace std::string_view_literals;
  return begin[0] == 0x89 ? "\0\0\0\0IEND\xae\x42\x60\x82"sv : "\xff\xd9"sv;
}

std::string_view as_text(FileBytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void check_end(FileBytes bytes, const std::string& place) {
  if (as_text(bytes).rfind(end_mark(bytes)) == std::string_view::npos)
    throw Error(place + ": is cut off" + std::string(again));
}

/// Checks the begin and the end of a large file before memory for all of it is allocated.
void look_at_large(const InputFile& file) {
  const auto place = file.path().string();
  std::vector<std::uint8_t> bytes(std::min(file.size(), begin_bytes));
  file.read(0, bytes);
  if (!is_image(bytes)) image_size(bytes, place);
  if (file.size() > most_image_bytes)
    throw Error(place + ": has " + std::to_string(file.size()) + " bytes; at most 1 GiB is read");
  const auto mark = end_mark(bytes);
  for (auto end = file.size(); end > mark.size();) {
    const auto begin = end - std::min(end, chunk_bytes);
    bytes.resize(end - begin);
    file.read(begin, bytes);
    if (as_text(bytes).rfind(mark) != std::string_view::npos) return;
    end = begin == 0 ? 0 : begin + mark.size() - 1;
  }
  throw Error(place + ": is cut off" + std::string(again));
}

}  // namespace

std::unique_ptr<InputFile> open_image(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_symlink(path, ignored) && !fs::exists(path, ignored)) {
    throw Error(path.string() + ": a link to " + quote(fs::read_symlink(path, ignored).string()) +
                ", which is not there");
  }
  auto file = std::make_unique<InputFile>(path);
  if (file->size() == 0) throw Error(path.string() + ": is empty" + std::string(again));
  if (file->size() > large_file_bytes) look_at_large(*file);
  return file;
}

ImageSize look_at_ends(FileBytes bytes, const std::string& place) {
  const auto size = image_size(bytes, place);
  check_end(bytes, place);
  return size;
}

}  // namespace fovea
