#include "runtime/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <cerrno>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>

#include "runtime/store/files.hpp"

namespace fovea {

struct Log::Lines {
  bool is_new(const Event& warning) {
    const std::lock_guard lock(mutex);
    return warnings.insert({warning.stage, warning.line}).second;
  }

  std::mutex mutex;
  std::set<std::pair<std::string, std::string>> warnings;  ///< the reported warnings, by stage and line
  std::ostringstream text;
  spdlog::logger logger{"run", std::make_shared<spdlog::sinks::ostream_sink_mt>(text)};
  std::filesystem::path path;
  std::ofstream file;  ///< open as long as every line could be written
  int error = 0;       ///< the `errno` of a failed write
};

namespace {

constexpr const char* pattern = "%Y-%m-%dT%H:%M:%S.%e%z %-7l %v";

}  // namespace

Log::Log(Report& next) : next_(next), lines_(std::make_unique<Lines>()) {
  lines_->logger.set_pattern(pattern);
}

Log::~Log() = default;

void Log::event(const Event& event) {
  if (event.name == "warning" && !lines_->is_new(event)) return;
  if (!event.is_for_programs()) keep(event);
  next_.event(event);
  tell_of_failure();
}

void Log::grow_in(const std::filesystem::path& file) {
  lines_->path = file;
  errno = 0;
  lines_->file.open(file, std::ios::binary);
  lines_->file << lines_->text.str() << std::flush;
  lines_->error = errno;
  lines_->logger.sinks().push_back(
      std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_->file, /*force_flush=*/true));
  lines_->logger.set_pattern(pattern);
  tell_of_failure();
}

void Log::tell_of_failure() {
  if (lines_->path.empty() || lines_->file) return;
  const auto error = file_error(std::exchange(lines_->path, {}), lines_->error);
  next_.event({"warning", "", std::string("what happens is not kept: ") + error.what()});
}

void Log::keep(const Event& event) {
  const auto level = event.name == "warning"           ? spdlog::level::warn
                     : event.name.ends_with("_failed") ? spdlog::level::err
                                                       : spdlog::level::info;
  auto line =
      event.line.empty() ? event.data.dump(-1, ' ', false, Json::error_handler_t::replace) : event.line;
  if (!event.stage.empty() && event.name != "warning") line = event.stage + ": " + line;
  errno = 0;
  lines_->logger.log(level, "{}: {}", event.name, line);
  if (!lines_->file) lines_->error = errno;
}

void Log::progress(const std::string& stage, std::size_t done, std::size_t total, const std::string& words) {
  next_.progress(stage, done, total, words);
}

std::string Log::text() const {
  return lines_->text.str();
}

}  // namespace fovea
