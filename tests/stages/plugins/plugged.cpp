// A plugin: a stage that needs nothing, and a callback.
#include "graph/registry.hpp"
#include "stages/data/load.hpp"
#include "stages/train/extensions.hpp"

namespace {

using namespace fovea;

struct Plugged : Load {
  static constexpr std::string_view name = "plugged";
};

struct Silent : Callback {};

}  // namespace

extern "C" void fovea_stages(fovea::Registry& registry) {
  registry.add<Plugged>();
  Extensions::of_training().add_callback("silent", [] { return std::make_unique<Silent>(); });
}
