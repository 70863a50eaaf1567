#include "stages/train/live_figures.hpp"

#include <system_error>

#include "render/cairo.hpp"
#include "runtime/store/files.hpp"
#include "runtime/text_file.hpp"
#include "stages/figures/plot_lr_schedule.hpp"
#include "stages/figures/plot_training_curves.hpp"

namespace fovea {
namespace {

/// Writes a temporary file and renames it, so that a viewer never sees half a picture.
void show(const std::filesystem::path& folder, const render::Drawing& drawing, const std::string& name) {
  const auto file = save(drawing, name, name, {"png"}, Context{}).files.front();
  const auto bytes = file.bytes.span();
  write_whole_file(folder / file.name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void draw_into(const std::filesystem::path& folder, const History& history) {
  make_folder(folder);
  constexpr render::Size size{1600, 1000};
  show(folder, draw_training_curves(history, size, render::measure_text), "training_curves");
  show(folder, draw_lr_schedule(history, size, render::measure_text), "lr_schedule");
}

}  // namespace

void LiveFigures::draw(const History& history) {
  if (context_.live.empty()) return;
  if (drawing_.valid() && drawing_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  wait();
  try {
    drawing_ =
        std::async(std::launch::async, [folder = context_.live, history] { draw_into(folder, history); });
  } catch (const std::system_error& error) {
    context_.warn("no thread is left to draw on: " + error.code().message() +
                  "; the curves of this epoch are not shown");
  }
}

void LiveFigures::wait() {
  if (!drawing_.valid()) return;
  try {
    drawing_.get();
  } catch (const std::exception& error) {
    // A failed drawing says nothing about the result, so its warning is not kept with the result.
    context_.event("warning",
                   context_.stage + ": " + error.what() + "; the curves of this epoch are not shown");
  }
}

}  // namespace fovea
