#include "stages/data/batch_stream.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <optional>

#include "runtime/ceil_div.hpp"
#include "runtime/stream.hpp"
#include "stages/data/viewer.hpp"

namespace fovea {
namespace {

/// Limit on the memory of batches that are made ahead; with large images it keeps their number down.
constexpr std::size_t most_bytes_ahead = std::size_t{1} << 30;

/// Measures nanoseconds since its construction or its last `lap`.
class Clock {
 public:
  std::int64_t lap() {
    const auto before = std::exchange(last_, std::chrono::steady_clock::now());
    return std::chrono::duration_cast<std::chrono::nanoseconds>(last_ - before).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

std::size_t batches_ahead(std::size_t threads, std::size_t batch_bytes) {
  const auto most = std::max<std::size_t>(1, most_bytes_ahead / batch_bytes);
  return std::min(2 * std::max<std::size_t>(1, threads) + 1, most);
}

struct BatchStream::Body {
  /// Without an epoch, the samples come in their own order and only as the preprocessing shows them.
  Body(AugmentationRecipe the_recipe, std::optional<std::uint32_t> the_epoch, std::size_t samples_each,
       std::size_t threads, std::size_t first)
      : recipe(std::move(the_recipe)),
        data(*recipe.data),
        epoch(the_epoch),
        batch_size(samples_each),
        augmenter(fovea::augmenter(recipe)),
        stream(batches() - std::min(first, batches()), batches_ahead(threads, batch_size * image_values()),
               threads, [this, first](std::size_t index, Batch& batch) { fill(first + index, batch); }) {}

  std::size_t image_values() const { return recipe.preprocessing.size.values(); }
  std::size_t batches() const { return ceil_div(data.size(), batch_size); }
  void fill(std::size_t number, Batch& batch);
  void make(std::size_t position, std::uint8_t* out) const;
  void make_shown(std::size_t position, std::uint8_t* out, Clock& clock);
  void mix_batch(std::size_t number, Batch& batch) const;

  const AugmentationRecipe recipe;
  const Dataset& data;
  const std::optional<std::uint32_t> epoch;
  const std::size_t batch_size;
  const bool plain = is_plain(data, recipe.preprocessing);  ///< whether the images are kept as they are seen
  const Augmenter augmenter;
  std::atomic<std::int64_t> decoding = 0, augmenting = 0;  ///< nanoseconds
  std::vector<std::uint32_t> order = epoch ? shuffled() : std::vector<std::uint32_t>{};
  Stream<Batch> stream;

 private:
  std::vector<std::uint32_t> shuffled() const {
    return permutation(static_cast<std::uint32_t>(data.size()),
                       Random(recipe.seed, Purpose::shuffle, *epoch));
  }
};

void BatchStream::Body::fill(std::size_t number, Batch& batch) {
  const auto from = number * batch_size;
  const auto count = std::min(batch_size, data.size() - from);
  batch.images.resize(count * image_values());
  batch.labels.resize(count);
  Clock clock;
  for (std::size_t i = 0; i < count; ++i) {
    const auto position = epoch ? order[from + i] : from + i;
    auto* out = batch.images.data() + i * image_values();
    plain ? make(position, out) : make_shown(position, out, clock);
    batch.labels[i] = data.labels[position];
  }
  if (epoch) mix_batch(number, batch);
  augmenting += clock.lap();
}

void BatchStream::Body::make(std::size_t position, std::uint8_t* out) const {
  const auto* image = data.image(position).data();
  if (epoch) {
    augmenter.augmented(image, augment_random(recipe, *epoch, position), out);
  } else {
    std::copy_n(image, image_values(), out);
  }
}

void BatchStream::Body::make_shown(std::size_t position, std::uint8_t* out, Clock& clock) {
  thread_local Viewer viewer;
  if (epoch) {
    const auto drawn = augmenter.draw(augment_random(recipe, *epoch, position), size_taken(data, position));
    augmenting += clock.lap();
    const auto* image = viewer.placed(data, position, recipe.preprocessing, *drawn.crop);
    decoding += clock.lap();
    augmenter.carry_out(drawn, image, out);
  } else {
    augmenting += clock.lap();
    const auto* image = viewer.plain(data, position, recipe.preprocessing);
    decoding += clock.lap();
    std::copy_n(image, image_values(), out);
  }
}

void BatchStream::Body::mix_batch(std::size_t number, Batch& batch) const {
  const auto mixing =
      augmenter.mixing({recipe.seed, Purpose::mix, *epoch, static_cast<std::uint32_t>(number)});
  batch.share = mixing.share;
  batch.blended = mixing.blended();
  batch.other_labels.clear();
  if (!mixing.drawn) return;
  batch.other_labels.assign(batch.labels.rbegin(), batch.labels.rend());
  paste(mixing, batch.size(), batch.images.data());
}

BatchStream::BatchStream(std::unique_ptr<Body> body) : body_(std::move(body)) {}
BatchStream::BatchStream(BatchStream&&) noexcept = default;
BatchStream::~BatchStream() = default;

BatchStream BatchStream::training(const AugmentationRecipe& batches, std::uint32_t epoch,
                                  std::size_t batch_size, std::size_t threads, std::size_t first) {
  assert(batch_size > 0);
  return BatchStream(std::make_unique<Body>(batches, epoch, batch_size, threads, first));
}

BatchStream BatchStream::plain(const Dataset& data, const Preprocessing& how, std::size_t batch_size,
                               std::size_t threads) {
  assert(batch_size > 0);
  const AugmentationRecipe nothing_varied{.data = data, .policy = {}, .seed = 0, .preprocessing = how};
  return BatchStream(std::make_unique<Body>(nothing_varied, std::nullopt, batch_size, threads, 0));
}

const Batch* BatchStream::next() {
  return body_->stream.next();
}

const Preprocessing& BatchStream::preprocessing() const {
  return body_->recipe.preprocessing;
}

StreamTimes BatchStream::times() const {
  const auto seconds = [](std::int64_t nanoseconds) { return 1e-9 * static_cast<double>(nanoseconds); };
  return {seconds(body_->decoding), seconds(body_->augmenting), body_->stream.waited()};
}

}  // namespace fovea
