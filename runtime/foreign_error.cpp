#include "runtime/foreign_error.hpp"

#include <cerrno>
#include <filesystem>
#include <new>
#include <string_view>
#include <system_error>

#include "graph/json.hpp"
#include "runtime/store/files.hpp"

namespace fovea {

Error as_error(const std::exception& thrown) {
  if (const auto* known = dynamic_cast<const Error*>(&thrown)) return *known;
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&thrown))
    return file_error(file->path2().empty() ? file->path1() : file->path2(), file->code().value());
  if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr)
    return Error("not enough memory; end other programs, or give it less to hold, such as smaller batches");
  const auto* system = dynamic_cast<const std::system_error*>(&thrown);
  if (system != nullptr && system->code().value() == EAGAIN)
    return Error(
        "no more threads may be made; raise the limit of processes (ulimit -u), or give --threads 1");
  if (dynamic_cast<const Json::exception*>(&thrown) != nullptr)
    return Error(std::string("a file or a message is not made as it should be (") + thrown.what() +
                 "); this is a fault of Fovea's, so tell its authors how it came");
  return Error(thrown.what());
}

bool may_pass(const Error& error) {
  const std::string_view text = error.what();
  for (const char* words : {"no space left on the disk", "not enough memory", "no more threads may be made",
                            "; check the disk", "; look at the disk"}) {
    if (text.find(words) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace fovea
