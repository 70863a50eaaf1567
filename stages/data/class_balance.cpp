// A stored ClassBalance:
//   class_names   K texts
//   part_names    P texts
//   counts        P x K int64: samples of each class in each part
#include "stages/data/class_balance.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "graph/error.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"

namespace fovea {
namespace {

std::string band_of(double ratio) {
  if (ratio < 1.5) return "balanced";
  if (ratio < 3) return "slight";
  return ratio < 10 ? "moderate" : "severe";
}

double entropy(const std::vector<std::int64_t>& counts, std::int64_t samples) {
  double sum = 0;
  for (const auto count : counts) {
    const double share = static_cast<double>(count) / static_cast<double>(samples);
    if (count > 0) sum -= share * std::log(share);
  }
  return sum;
}

void write(const ClassBalance& balance, H5Writer& file) {
  std::vector<std::string> names;
  std::vector<std::int64_t> counts;
  for (const auto& part : balance.parts) {
    names.push_back(part.name);
    counts.insert(counts.end(), part.counts.begin(), part.counts.end());
  }
  file.write("class_names", balance.class_names);
  file.write("part_names", names);
  file.write("counts", Array<std::int64_t>(std::move(counts)),
             {balance.parts.size(), balance.class_names.size()});
  file.attribute("counts", "axes", "part, class");
}

ClassBalance read(const H5Reader& file, const Resolve&) {
  ClassBalance balance{.class_names = file.texts("class_names"), .parts = {}};
  const auto names = file.texts("part_names");
  const auto counts = file.read<std::int64_t>("counts");
  const auto classes = balance.class_names.size();
  expect_stored(ClassBalance::kind, counts.size() == names.size() * classes,
                "its counts are not one a part and class");
  for (std::size_t part = 0; part < names.size(); ++part) {
    const auto* first = counts.data() + part * classes;
    balance.parts.push_back({names[part], {first, first + classes}});
  }
  return balance;
}

void export_to(const ClassBalance& balance, const std::filesystem::path&,
               const std::filesystem::path& target) {
  write_file(target, class_balance_csv(balance));
}

ClassBalance::PartCounts counts_of(const std::string& name, const Dataset& data) {
  const auto counts = class_counts(data);
  return {name, {counts.begin(), counts.end()}};
}

}  // namespace

const Codec& ClassBalance::codec() {
  static const Codec codec = make_codec<ClassBalance>(1, write, read, export_to);
  return codec;
}

Balance balance_of(const std::vector<std::int64_t>& counts) {
  Balance balance;
  balance.samples = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  balance.ratio = std::numeric_limits<double>::quiet_NaN();
  if (balance.samples == 0) return balance;
  const auto most = std::max_element(counts.begin(), counts.end());
  const auto fewest = std::min_element(counts.begin(), counts.end());
  balance.most = static_cast<std::size_t>(most - counts.begin());
  balance.fewest = static_cast<std::size_t>(fewest - counts.begin());
  balance.ratio = *fewest > 0 ? static_cast<double>(*most) / static_cast<double>(*fewest)
                              : std::numeric_limits<double>::infinity();
  balance.band = band_of(balance.ratio);
  balance.effective = std::exp(entropy(counts, balance.samples));
  return balance;
}

ClassBalance count_classes(const Dataset& train, const Dataset& validation, const Dataset& test) {
  ClassBalance balance{.class_names = train.class_names, .parts = {counts_of("train", train)}};
  for (const auto& [name, data] : {std::pair{"validation", &validation}, {"test", &test}}) {
    if (data->class_names != train.class_names)
      throw Error(quote(name) + " has other classes than \"train\"; give parts of one data set");
    balance.parts.push_back(counts_of(name, *data));
  }
  return balance;
}

std::string class_balance_csv(const ClassBalance& balance) {
  std::string csv = "class";
  std::vector<Balance> measured;
  for (const auto& part : balance.parts) {
    csv += ',' + csv_cell(part.name);
    measured.push_back(balance_of(part.counts));
  }
  for (std::size_t c = 0; c < balance.class_names.size(); ++c) {
    csv += '\n' + csv_cell(balance.class_names[c]);
    for (const auto& part : balance.parts) csv += ',' + std::to_string(part.counts[c]);
  }
  const auto line = [&](const std::string& name, const std::function<std::string(const Balance&)>& text) {
    csv += '\n' + name;
    for (const auto& one : measured) csv += ',' + (one.samples > 0 ? text(one) : "");
  };
  line("samples", [](const Balance& one) { return std::to_string(one.samples); });
  line("max / min", [](const Balance& one) { return shortest(one.ratio); });
  line("balance", [](const Balance& one) { return one.band; });
  line("effective classes", [](const Balance& one) { return shortest(one.effective); });
  return csv + '\n';
}

}  // namespace fovea
