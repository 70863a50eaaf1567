#include "pipelines/run/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "pipelines/run/text_width.hpp"
#include "render/text.hpp"

namespace fovea {
namespace {

/// Returns the terminal width in columns; 80 if it is unknown.
std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// Shortens a text to `room` by whole parts, which are separated by two spaces.
std::string shortened(std::string text, std::size_t room) {
  while (render::columns_of(text) > room) {
    const auto part = text.rfind("  ");
    if (part == std::string::npos || part == 0) return first_columns(text, room);
    text.resize(part);
  }
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  char text[48];
  if (seconds < 60) {
    std::snprintf(text, sizeof text, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
  } else if (seconds < 3600) {
    std::snprintf(text, sizeof text, "%d min %02d s", static_cast<int>(seconds) / 60,
                  static_cast<int>(seconds) % 60);
  } else {
    constexpr double most = 0x1p53;
    const auto minutes = static_cast<long>(std::min(seconds, most) / 60);
    std::snprintf(text, sizeof text, "%ld h %02ld min", minutes / 60, minutes % 60);
  }
  return text;
}

std::optional<double> seconds_left(double seconds, std::size_t done, std::size_t left) {
  if (100 * done < done + left) return {};
  return done == 0 ? 0 : seconds * static_cast<double>(left) / static_cast<double>(done);
}

std::string progress_line(const std::string& stage, double share, const std::string& behind,
                          std::size_t columns, bool color) {
  constexpr std::size_t widest = 24, narrowest = 4;
  // The last column stays empty, because some terminals wrap as soon as it is written.
  const std::size_t room = columns > 0 ? columns - 1 : 0;
  const std::size_t text = render::columns_of(stage) + 1 + render::columns_of(behind);
  if (text + 1 + narrowest > room) return shortened(stage + " " + behind, room);
  const auto width = std::min(widest, room - text - 1);
  const auto full = static_cast<std::size_t>(std::lround(share * static_cast<double>(width)));
  std::string bar;
  for (std::size_t i = 0; i < width; ++i) bar += i < full ? "━" : "─";
  return stage + " " + (color ? "\033[36m" + bar + "\033[0m" : bar) + " " + behind;
}

Console::Console(Voice voice) : voice_(voice) {
  const char* kind = std::getenv("TERM");
  const bool terminal = isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
  bar_ = terminal && (voice == Voice::normal || voice == Voice::chatty);
  color_ = terminal && std::getenv("NO_COLOR") == nullptr;
}

Console::~Console() {
  clear_bar();
}

void Console::clear_bar() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

void Console::event(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (event.is_for_programs() && voice_ != Voice::json) return;
  clear_bar();
  if (event.name == "stage_started") starts_.erase(event.stage);
  if (voice_ == Voice::json) {
    print_json(event);
  } else {
    print_line(event);
  }
}

void Console::print_json(const Event& event) {
  Json object = {{"event", event.name}};
  if (!event.stage.empty()) object["node"] = event.stage;
  if (!event.line.empty() && event.name == "warning") object["message"] = event.line;
  if (event.data.is_object()) object.update(event.data);
  std::printf("%s\n", object.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

void Console::print_line(const Event& event) {
  if (event.name == "warning") {
    std::fprintf(stderr, "%swarning:%s %s\n", color_ ? "\033[33m" : "", color_ ? "\033[0m" : "",
                 event.line.c_str());
    return;
  }
  // The caller of the run prints how it ended.
  const bool is_end = event.name == "run_failed" || event.name == "stopped" || event.name == "stage_left_out";
  if (voice_ == Voice::quiet || is_end) return;
  std::string line = event.line;
  if (line.empty() && voice_ == Voice::chatty) {
    if (event.name == "stage_started") line = "starts";
    if (event.name == "stage_finished") {
      line = event.data.value("cached", false) ? "is there already"
                                               : "done in " + duration_text(event.data.value("seconds", 0.0));
    }
  }
  if (line.empty()) return;
  std::printf("%s%s%s\n", event.stage.c_str(), event.stage.empty() ? "" : ": ", line.c_str());
  std::fflush(stdout);
}

void Console::progress(const std::string& stage, std::size_t done, std::size_t total,
                       const std::string& words) {
  const std::lock_guard lock(mutex_);
  if (!bar_ || total == 0) return;
  const auto share = static_cast<double>(std::min(done, total)) / static_cast<double>(total);
  const auto now = std::chrono::steady_clock::now();
  const auto& first = starts_.try_emplace(stage, Start{now, done}).first->second;
  const std::chrono::duration<double> spent = now - first.at;
  const auto left =
      seconds_left(spent.count(), done - std::min(done, first.done), total - std::min(done, total));
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f %%", 100 * share);
  const auto behind =
      std::string(percent) + "  " + words + (left ? "  " + duration_text(*left) + " left" : "");
  std::fprintf(stderr, "\r\033[K%s", progress_line(stage, share, behind, columns(), color_).c_str());
  drawn_ = true;
}

}  // namespace fovea
