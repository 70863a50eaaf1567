#include "runtime/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace fovea {

struct Log::Lines {
  std::ostringstream text;
  spdlog::logger logger{"run", std::make_shared<spdlog::sinks::ostream_sink_mt>(text)};
};

Log::Log(Report& next) : next_(next), lines_(std::make_unique<Lines>()) {
  lines_->logger.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %-7l %v");
}

Log::~Log() = default;

void Log::event(const Event& event) {
  if (!event.is_for_programs()) keep(event);
  next_.event(event);
}

void Log::keep(const Event& event) {
  const auto level = event.name == "warning"        ? spdlog::level::warn
                     : event.name == "stage_failed" ? spdlog::level::err
                                                    : spdlog::level::info;
  auto line = event.line.empty() ? event.data.dump() : event.line;
  if (!event.stage.empty() && event.name != "warning") line = event.stage + ": " + line;
  lines_->logger.log(level, "{}: {}", event.name, line);
}

void Log::progress(const std::string& stage, std::size_t done, std::size_t total, const std::string& words) {
  next_.progress(stage, done, total, words);
}

std::string Log::text() const {
  return lines_->text.str();
}

}  // namespace fovea
