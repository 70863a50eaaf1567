#include "stages/model/load_model.hpp"

#include "runtime/context.hpp"
#include "stages/model/model_file.hpp"

namespace fovea {

void LoadModel::Params::check(const std::string& place) const {
  if (path.empty())
    throw Error(place + ".path: missing; give a model file, such as best_model.h5 of a run directory");
}

std::vector<std::filesystem::path> LoadModel::sources(const Params& params) {
  if (!std::filesystem::exists(params.path)) {
    throw Error(params.path.string() +
                ": no such file; give a model file, such as best_model.h5 of a run directory");
  }
  if (std::filesystem::is_directory(params.path)) {
    throw Error(params.path.string() + ": a folder; give the model in it, such as " +
                quote((params.path / "best_model.h5").string()));
  }
  return {params.path};
}

LoadModel::Out<Value> LoadModel::run(const In<Value>&, const Params& params, Context&) {
  auto model = read_model_file(params.path);
  if (own_module_of(model.specification) != nullptr) {
    auto& module = std::get<OwnModule>(model.specification.layers[0].kind);
    at(params.path.string(), [&] { OwnModules::all().get(module); });
    module.code = OwnModules::all().code_of(module.module);
  }
  return {.model = std::move(model)};
}

}  // namespace fovea
