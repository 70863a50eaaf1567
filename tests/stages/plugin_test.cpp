#include "runtime/library.hpp"
#include "runtime/store/files.hpp"
#include "stages/train/train.hpp"
#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("plugin: its stages, and training that uses what it adds, know the digest of its file") {
  const std::filesystem::path file = FOVEA_BINARY_DIR "/libplugged.so";
  Registry registry;
  load_plugin(file, registry);
  const Json code = {{"libplugged.so", file_digest(file)}};
  CHECK(registry.find("plugged")->code == code);
  const auto& train = stage_info<Train>();
  Train::Params params;
  CHECK(train.code_named(write_params(params)).empty());
  params.callbacks = {"silent"};
  CHECK(train.code_named(write_params(params)) == code);
  CHECK(code_being_added().empty());
}
