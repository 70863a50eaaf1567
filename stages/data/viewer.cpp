#include "stages/data/viewer.hpp"

#include "graph/error.hpp"
#include "stages/data/ops/drawn.hpp"

namespace fovea {

const std::uint8_t* Viewer::see(const Dataset& data, std::size_t i, const Region& part,
                                const ImageSize& size) {
  const auto place = data.names.empty()
                         ? "image " + std::to_string(data.index[i]) + " of class " +
                               quote(data.class_names[static_cast<std::size_t>(data.labels[i])])
                         : data.name(i);
  const auto picture = decoder_.part(data.file(i), size.channels, part, size.height, size.width, place);
  seen_.resize(size.values());
  resample_(picture.pixels.data(), picture.size, picture.part, size.height, size.width, seen_.data());
  return seen_.data();
}

const std::uint8_t* Viewer::see_centre(const Dataset& data, std::size_t i) {
  return see(data, i, central_part(size_taken(data, i), size_seen(data)), size_seen(data));
}

ImageSize size_taken(const Dataset& data, std::size_t i) {
  const auto at = std::size_t{2} * data.index[i];
  return {static_cast<std::size_t>(data.extents[at]), static_cast<std::size_t>(data.extents[at + 1]),
          data.channels};
}

}  // namespace fovea
