#include "stages/data/formats/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "graph/error.hpp"
#include "stages/data/formats/letters.hpp"

namespace fovea {

InputFile::InputFile(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(path_, O_RDONLY | O_CLOEXEC | O_NONBLOCK) {
  struct stat state {};
  if (fstat(descriptor_.number(), &state) != 0) throw file_error(path_, errno);
  if (!S_ISREG(state.st_mode)) throw Error(path_.string() + ": not a file; data is read from files");
  size_ = static_cast<std::size_t>(state.st_size);
}

void InputFile::read(std::size_t offset, std::span<std::uint8_t> to) const {
  while (!to.empty()) {
    const auto part = std::min<std::size_t>(to.size(), std::size_t{1} << 30);
    const auto got = pread(descriptor_.number(), to.data(), part, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw file_error(path_, errno);
    if (got == 0)
      throw Error(path_.string() + ": ends at byte " + std::to_string(offset) + "; fetch the file again");
    offset += static_cast<std::size_t>(got);
    to = to.subspan(static_cast<std::size_t>(got));
  }
}

std::string InputFile::text(std::size_t most) const {
  if (size_ > most) {
    throw Error(path_.string() + ": " + std::to_string(size_) + " bytes; at most " + std::to_string(most) +
                " are read");
  }
  std::string text(size_, ' ');
  read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    throw Error(path_.string() + ": UTF-16, as spreadsheets write \"Unicode text\"; save it as UTF-8");
  if (!is_utf8(text)) throw Error(path_.string() + ": not UTF-8; save it as UTF-8");
  return text;
}

bool is_name(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

std::string lower(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  std::string small(text.substr(begin, text.find_last_not_of(" \t") + 1 - begin));
  for (auto& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

}  // namespace fovea
