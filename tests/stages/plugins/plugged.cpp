// A plugin: a stage that needs nothing, one with an artifact of its own, and a callback.
#include "graph/registry.hpp"
#include "stages/data/load.hpp"
#include "stages/train/extensions.hpp"
#include "tests/stages/own_stage.hpp"

namespace {

using namespace fovea;

struct Plugged : Load {
  static constexpr std::string_view name = "plugged";
};

struct Silent : Callback {};

}  // namespace

extern "C" void fovea_stages(fovea::Registry& registry) {
  registry.add<Plugged>();
  registry.add<own::Shoot>();
  Extensions::of_training().add_callback("silent", [] { return std::make_unique<Silent>(); });
}
