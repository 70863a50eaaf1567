#include "stages/data/batch_stream.hpp"

#include <algorithm>
#include <cassert>
#include <optional>

#include "runtime/stream.hpp"

namespace fovea {
namespace {

/// Batches made in advance keep every thread busy, but of large images they are not to take more than this.
constexpr std::size_t most_bytes_ahead = std::size_t{1} << 30;

std::size_t batches_ahead(std::size_t threads, std::size_t batch_bytes) {
  const auto most = std::max<std::size_t>(1, most_bytes_ahead / batch_bytes);
  return std::min(2 * std::max<std::size_t>(1, threads) + 1, most);
}

}  // namespace

struct BatchStream::Body {
  /// Without an epoch, the samples come in their own order and only normalised.
  Body(Batches the_recipe, std::optional<std::uint32_t> the_epoch, std::size_t samples_each,
       std::size_t threads, std::size_t first)
      : recipe(std::move(the_recipe)),
        data(*recipe.data),
        epoch(the_epoch),
        batch_size(samples_each),
        augmenter(fovea::augmenter(recipe)),
        stream(batches() - std::min(first, batches()),
               batches_ahead(threads, batch_size * data.image_bytes() * sizeof(float)), threads,
               [this, first](std::size_t index, Batch& batch) { fill(first + index, batch); }) {}

  std::size_t batches() const { return (data.size() + batch_size - 1) / batch_size; }
  void fill(std::size_t number, Batch& batch) const;

  const Batches recipe;
  const Dataset& data;
  const std::optional<std::uint32_t> epoch;
  const std::size_t batch_size;
  const Augmenter augmenter;
  std::vector<std::uint32_t> order = epoch ? shuffled() : std::vector<std::uint32_t>{};
  Stream<Batch> stream;

 private:
  std::vector<std::uint32_t> shuffled() const {
    return permutation(static_cast<std::uint32_t>(data.size()),
                       Random(recipe.seed, Purpose::shuffle, *epoch));
  }
};

void BatchStream::Body::fill(std::size_t number, Batch& batch) const {
  const auto from = number * batch_size;
  const auto count = std::min(batch_size, data.size() - from);
  batch.images.resize(count * data.image_bytes());
  batch.labels.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto position = epoch ? order[from + i] : from + i;
    const auto* image = data.image(position).data();
    auto* out = batch.images.data() + i * data.image_bytes();
    if (epoch) {
      augmenter.augmented(image, augment_random(recipe, *epoch, position), out);
    } else {
      augmenter.plain(image, out);
    }
    batch.labels[i] = data.labels[position];
  }
}

BatchStream::BatchStream(std::unique_ptr<Body> body) : body_(std::move(body)) {}
BatchStream::BatchStream(BatchStream&&) noexcept = default;
BatchStream::~BatchStream() = default;

BatchStream BatchStream::training(const Batches& batches, std::uint32_t epoch, std::size_t batch_size,
                                  std::size_t threads, std::size_t first) {
  assert(batch_size > 0);
  return BatchStream(std::make_unique<Body>(batches, epoch, batch_size, threads, first));
}

BatchStream BatchStream::plain(const Dataset& data, const std::vector<double>& mean,
                               const std::vector<double>& deviation, std::size_t batch_size,
                               std::size_t threads) {
  assert(batch_size > 0);
  const Batches only_normalised{.data = data, .policy = {}, .seed = 0, .mean = mean, .deviation = deviation};
  return BatchStream(std::make_unique<Body>(only_normalised, std::nullopt, batch_size, threads, 0));
}

const Batch* BatchStream::next() {
  return body_->stream.next();
}

double BatchStream::waited() const {
  return body_->stream.waited();
}

}  // namespace fovea
