#include "stages/data/images/decoders.hpp"

#include <dlfcn.h>
#include <png.h>

#include <cstdio>
#include <filesystem>

// jpeglib.h needs FILE.
#include <jpeglib.h>

namespace fovea {
namespace {

/// Returns libjpeg's version from its file name, as libjpeg.so.62.3.0: no function of libjpeg tells it.
std::string jpeg_version() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&jpeg_std_error), &info) == 0 || info.dli_fname == nullptr) return "";
  std::error_code failed;
  const auto file = std::filesystem::canonical(info.dli_fname, failed);
  return failed ? "" : file.filename().string();
}

}  // namespace

Json decoded_with() {
  static const Json versions = {{"jpeg", jpeg_version()}, {"png", png_get_libpng_ver(nullptr)}};
  return versions;
}

}  // namespace fovea
