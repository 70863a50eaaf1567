#include "stages/train/torch/batch_upload.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "runtime/ceil_div.hpp"
#include "stages/model/torch/kernels/fused.hpp"
#include "stages/model/torch/setup.hpp"

namespace fovea {

BatchUpload::BatchUpload(const Specification& specification, const AugmentationRecipe& batches,
                         const std::vector<Dropped>& dropped, std::int64_t batch_size, at::Device device)
    : specification_(specification), dropped_(dropped), input_(specification, batches.preprocessing, device) {
  labels_ = next(batch_size * static_cast<std::int64_t>(sizeof(std::int64_t)));
  if (mixes_batches(batches.policy)) others_ = next(labels_.bytes);
  if (blends_images(batches.policy))
    shares_ = next(2 * batch_size * static_cast<std::int64_t>(sizeof(float)));
  for (const auto& one : dropped) kept_.push_back(next(batch_size * one.values));
  images_ = next(batch_size * specification.channels * specification.height * specification.width);
  carrier_ = std::make_unique<Carrier>(bytes_, device);
}

BatchUpload::Place BatchUpload::next(std::int64_t bytes) {
  constexpr std::int64_t unit = 256;
  const Place place{rounded_up(bytes_, unit), bytes};
  bytes_ = place.begin + bytes;
  return place;
}

void BatchUpload::send(const Batch& batch, const Numbers& numbers, std::uint64_t seed, std::uint64_t pass) {
  fill(batch, numbers, seed, pass, carrier_->begin());
  carrier_->send();
}

void BatchUpload::fill(const Batch& batch, const Numbers& numbers, std::uint64_t seed, std::uint64_t pass,
                       std::uint8_t* out) const {
  const float head[] = {numbers.rate, numbers.seed, batch.other_labels.empty() ? 1.0F : batch.share};
  std::memcpy(out, head, sizeof head);
  const auto bytes = batch.labels.size() * sizeof(std::int64_t);
  std::memcpy(out + labels_.begin, batch.labels.data(), bytes);
  if (others_.bytes > 0) {
    const auto& others = batch.other_labels.empty() ? batch.labels : batch.other_labels;
    std::memcpy(out + others_.begin, others.data(), bytes);
  }
  if (shares_.bytes > 0) fill_shares(batch, out + shares_.begin);
  for (std::size_t i = 0; i < dropped_.size(); ++i) {
    const auto count = static_cast<std::size_t>(dropped_[i].values) * batch.size();
    draw_kept({out + kept_[i].begin, count}, dropped_[i].rate, seed, pass, dropped_[i].layer);
  }
  constexpr std::size_t block = std::size_t{1} << 20;
  const auto all = batch.images.size();
  on_all_threads(ceil_div(all, block), [&](std::size_t begin, std::size_t end) {
    const auto from = begin * block;
    std::memcpy(out + images_.begin + from, batch.images.data() + from, std::min(end * block, all) - from);
  });
}

void BatchUpload::fill_shares(const Batch& batch, std::uint8_t* out) const {
  const auto n = batch.size();
  std::vector<float> own(n, batch.blended), other(n, 1 - batch.blended);
  if (n % 2 == 1) {  // the image in the middle has no partner
    own[n / 2] = 1;
    other[n / 2] = 0;
  }
  std::memcpy(out, own.data(), n * sizeof(float));
  std::memcpy(out + shares_.bytes / 2, other.data(), n * sizeof(float));
}

at::Tensor BatchUpload::rate() const {
  return part({}, at::kFloat, 1).select(0, 0);
}

at::Tensor BatchUpload::part(const Place& place, at::ScalarType type, std::int64_t count) const {
  const auto bytes = count * static_cast<std::int64_t>(c10::elementSize(type));
  return carrier_->there().narrow(0, place.begin, bytes).view(type);
}

BatchUpload::Read BatchUpload::read(std::int64_t n) const {
  const auto head = part({}, at::kFloat, 3);
  const auto& [c, h, w] = std::tie(specification_.channels, specification_.height, specification_.width);
  Read read{.seed = head.select(0, 1),
            .images = input_.normalised(part(images_, at::kByte, n * c * h * w).view({n, h, w, c})),
            .truth = {.labels = part(labels_, at::kLong, n), .others = {}, .share = head.select(0, 2)},
            .kept = {}};
  if (shares_.bytes > 0) {
    const auto half = shares_.bytes / 2;
    blend_images(read.images, part({shares_.begin, half}, at::kFloat, n),
                 part({shares_.begin + half, half}, at::kFloat, n));
  }
  if (others_.bytes > 0) read.truth.others = part(others_, at::kLong, n);
  for (std::size_t i = 0; i < dropped_.size(); ++i)
    read.kept.push_back(part(kept_[i], at::kByte, n * dropped_[i].values));
  return read;
}

}  // namespace fovea
