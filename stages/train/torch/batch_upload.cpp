#include "stages/train/torch/batch_upload.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "runtime/ceil_div.hpp"
#include "stages/model/torch/kernels/fused.hpp"
#include "stages/model/torch/setup.hpp"

namespace fovea {

BatchUpload::BatchUpload(const Specification& specification, const std::vector<Dropped>& dropped,
                         std::int64_t batch_size, bool mixes, at::Device device)
    : specification_(specification), dropped_(dropped) {
  labels_ = next(batch_size * static_cast<std::int64_t>(sizeof(std::int64_t)));
  if (mixes) others_ = next(labels_.bytes);
  for (const auto& one : dropped) kept_.push_back(next(batch_size * one.values));
  images_ = next(batch_size * specification.channels * specification.height * specification.width *
                 static_cast<std::int64_t>(sizeof(float)));
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
  for (std::size_t i = 0; i < dropped_.size(); ++i) {
    const auto count = static_cast<std::size_t>(dropped_[i].values) * batch.size();
    draw_kept({out + kept_[i].begin, count}, dropped_[i].rate, seed, pass, dropped_[i].layer);
  }
  const auto* const images = reinterpret_cast<const std::uint8_t*>(batch.images.data());
  constexpr std::size_t block = std::size_t{1} << 20;
  const auto all = batch.images.size() * sizeof(float);
  on_all_threads(ceil_div(all, block), [&](std::size_t begin, std::size_t end) {
    const auto from = begin * block;
    std::memcpy(out + images_.begin + from, images + from, std::min(end * block, all) - from);
  });
}

at::Tensor BatchUpload::part(const Place& place, at::ScalarType type, std::int64_t count) const {
  const auto bytes = count * static_cast<std::int64_t>(c10::elementSize(type));
  return carrier_->there().narrow(0, place.begin, bytes).view(type);
}

BatchUpload::Read BatchUpload::read(std::int64_t n) const {
  const auto head = part({}, at::kFloat, 3);
  const auto& [c, h, w] = std::tie(specification_.channels, specification_.height, specification_.width);
  Read read{.rate = head.select(0, 0),
            .seed = head.select(0, 1),
            .images = part(images_, at::kFloat, n * c * h * w).view({n, h, w, c}).permute({0, 3, 1, 2}),
            .truth = {.labels = part(labels_, at::kLong, n), .others = {}, .share = head.select(0, 2)},
            .kept = {}};
  if (others_.bytes > 0) read.truth.others = part(others_, at::kLong, n);
  for (std::size_t i = 0; i < dropped_.size(); ++i)
    read.kept.push_back(part(kept_[i], at::kByte, n * dropped_[i].values));
  return read;
}

}  // namespace fovea
