#include "stages/data/synthetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "runtime/random.hpp"

namespace fovea {
namespace {

constexpr std::size_t kinds = 10;  // of shapes, of colours, and of patterns
constexpr std::size_t most_bytes = std::size_t{16} << 30;

constexpr std::array<const char*, kinds> shape_names{"circle",  "square", "triangle", "cross",     "ring",
                                                     "diamond", "bar",    "frame",    "half-disc", "corner"};
constexpr std::array<const char*, kinds> colour_names{"red",  "orange", "yellow",  "green", "cyan",
                                                      "blue", "violet", "magenta", "white", "brown"};
constexpr std::array<std::array<float, 3>, kinds> colours{{{230, 40, 40},
                                                           {250, 140, 30},
                                                           {240, 230, 60},
                                                           {50, 190, 60},
                                                           {60, 220, 220},
                                                           {50, 80, 240},
                                                           {140, 60, 220},
                                                           {240, 90, 200},
                                                           {245, 245, 245},
                                                           {140, 85, 45}}};
constexpr std::array<const char*, kinds> pattern_names{
    "plain",        "striped",     "barred",       "slanted", "counter-slanted",
    "fine-striped", "fine-barred", "fine-slanted", "checked", "dotted"};

/// Returns the approximate distance of (u, v) from a shape of radius 1; negative inside.
float outside(std::size_t shape, float u, float v) {
  const float x = std::abs(u), y = std::abs(v), r = std::sqrt(u * u + v * v);
  const float square = std::max(x, y) - 0.85F;
  switch (shape) {
    case 0:
      return r - 1;
    case 1:
      return square;
    case 2:
      return std::max(0.87F * x + 0.5F * v - 0.5F, -v - 0.6F);
    case 3:
      return std::min(std::max(x - 0.28F, y - 1), std::max(y - 0.28F, x - 1));
    case 4:
      return std::abs(r - 0.75F) - 0.22F;
    case 5:
      return (x + y - 1.1F) * 0.7F;
    case 6:
      return std::max(x - 1.1F, y - 0.3F);
    case 7:
      return std::abs(std::max(x, y) - 0.7F) - 0.18F;
    case 8:
      return std::max(r - 1.1F, v - 0.1F);
    default:
      return std::max(square, std::min(u, v) + 0.2F);
  }
}

/// Returns whether the pattern is dark at a point, in units of the shape's radius.
bool dark(std::size_t pattern, float u, float v) {
  const auto odd = [](float at, float period) {
    return (static_cast<int>(std::floor(at / period)) & 1) != 0;
  };
  constexpr float coarse = 0.45F, fine = 0.2F;
  const float along[] = {v, u, (u + v) * 0.7F, (u - v) * 0.7F};
  if (pattern == 0) return false;
  if (pattern <= 4) return odd(along[pattern - 1], coarse);
  if (pattern <= 7) return odd(along[pattern - 5], fine);
  if (pattern == 8) return odd(u, coarse) != odd(v, coarse);
  return odd(u, fine) && odd(v, fine);
}

/// The random choices of one image, without the noise.
struct Scene {
  std::size_t shape = 0, pattern = 0;
  std::array<float, 3> colour{}, background{};
  float x = 0, y = 0, radius = 1, cosine = 1, sine = 0;
};

Scene draw_scene(std::size_t label, const Synthetic& params, Random& random) {
  const auto classes = static_cast<std::size_t>(params.classes);
  const auto height = static_cast<float>(params.height), width = static_cast<float>(params.width);
  Scene scene;
  scene.shape = label % kinds;
  const auto colour = classes > kinds ? label / kinds % kinds : random.below(kinds);
  scene.pattern = label / (kinds * kinds);
  const float base = random.uniform(0, 50);
  for (std::size_t c = 0; c < 3; ++c) {
    const float full = params.channels == 3 ? colours[colour][c] : 75 + 18 * static_cast<float>(colour);
    scene.colour[c] = full + random.uniform(-8, 8);
    scene.background[c] = base + random.uniform(0, 10);
  }
  scene.radius = std::min(height, width) * random.uniform(0.26F, 0.38F);
  scene.x = width / 2 + random.uniform(-1, 1) * (width / 2 - scene.radius);
  scene.y = height / 2 + random.uniform(-1, 1) * (height / 2 - scene.radius);
  // A rotation of up to 11 degrees by the tangent of half the angle: exact arithmetic gives the same bytes
  // everywhere.
  const float tangent = random.uniform(-0.1F, 0.1F);
  scene.cosine = (1 - tangent * tangent) / (1 + tangent * tangent);
  scene.sine = 2 * tangent / (1 + tangent * tangent);
  return scene;
}

void paint(const Scene& scene, const Synthetic& params, Random& random, std::uint8_t* out) {
  const auto channels = static_cast<std::size_t>(params.channels);
  for (std::int64_t row = 0; row < params.height; ++row) {
    for (std::int64_t column = 0; column < params.width; ++column) {
      const float right = (static_cast<float>(column) + 0.5F - scene.x) / scene.radius;
      const float up = (scene.y - static_cast<float>(row) - 0.5F) / scene.radius;
      const float u = scene.cosine * right - scene.sine * up, v = scene.sine * right + scene.cosine * up;
      const float covered = std::clamp(0.5F - outside(scene.shape, u, v) * scene.radius, 0.0F, 1.0F);
      const float shade = dark(scene.pattern, u, v) ? 0.35F : 1;
      const auto bits = random.next();
      for (std::size_t c = 0; c < channels; ++c) {
        const float noise = (static_cast<float>(bits >> (10 * c) & 1023) - 511.5F) * 0.04F;
        const float value =
            scene.background[c] + (scene.colour[c] * shade - scene.background[c]) * covered + noise;
        *out++ = static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F) + 0.5F);
      }
    }
  }
}

std::size_t test_samples(const Synthetic& params) {
  return static_cast<std::size_t>(std::max(params.samples / 6, params.classes));
}

}  // namespace

void Synthetic::check(const std::string& place) const {
  if (channels == 2) throw Error(place + ".channels: 2 is not allowed; it must be 1 or 3");
  if (samples < classes) {
    throw Error(place + ".samples: " + std::to_string(samples) + " for " + std::to_string(classes) +
                " classes; there must be at least one for each");
  }
  const auto bytes = (static_cast<double>(samples) + static_cast<double>(test_samples(*this))) *
                     static_cast<double>(height * width * channels);
  if (bytes > static_cast<double>(most_bytes)) {
    throw Error(place + ".samples: the images take " +
                std::to_string(static_cast<std::int64_t>(bytes) >> 30) + " GiB; at most 16 GiB are made");
  }
}

std::string synthetic_class_name(std::size_t label, std::size_t classes, std::size_t channels) {
  std::string name = shape_names[label % kinds];
  const auto colour = label / kinds % kinds;
  if (classes > kinds * kinds) name = std::string(pattern_names[label / (kinds * kinds)]) + " " + name;
  if (classes <= kinds) return name;
  return (channels == 3 ? std::string(colour_names[colour]) : "brightness-" + std::to_string(colour)) + " " +
         name;
}

Dataset make_synthetic(const Synthetic& params) {
  params.check("synthetic");
  const auto train = static_cast<std::size_t>(params.samples), all = train + test_samples(params);
  const auto classes = static_cast<std::size_t>(params.classes);
  Dataset data;
  data.height = static_cast<std::size_t>(params.height);
  data.width = static_cast<std::size_t>(params.width);
  data.channels = static_cast<std::size_t>(params.channels);
  std::vector<std::uint8_t> pixels(all * data.image_bytes()), parts(all);
  std::vector<std::int32_t> labels(all);
  std::vector<std::uint32_t> index(all);
  std::iota(index.begin(), index.end(), 0U);
  for (std::size_t i = 0; i < all; ++i) {
    const auto label = (i < train ? i : i - train) % classes;
    Random random(static_cast<std::uint64_t>(params.seed), Purpose::synthesise, 0, index[i]);
    paint(draw_scene(label, params, random), params, random, &pixels[i * data.image_bytes()]);
    labels[i] = static_cast<std::int32_t>(label);
    parts[i] = static_cast<std::uint8_t>(i < train ? Part::train : Part::test);
  }
  data.pixels = std::move(pixels);
  data.index = std::move(index);
  data.labels = std::move(labels);
  data.parts = std::move(parts);
  for (std::size_t label = 0; label < classes; ++label) {
    data.class_names.push_back(synthetic_class_name(label, classes, data.channels));
  }
  return data;
}

}  // namespace fovea
