// A stored MetricsSummary, of N runs and K classes:
//   /                     attributes runs, k, confidence (of the intervals, 0.95)
//   metrics/names         5 texts
//   metrics/values        5 x N doubles; metrics/spread: 5 x 4 doubles
//   classes/names         K texts
//   classes/f1            K x N doubles; classes/spread: K x 4 doubles
// The columns of a spread are mean, deviation, low and high; NaN where they are not known.
#include "stages/learn/metrics_summary.hpp"

#include <cmath>
#include <cstdio>

#include "runtime/store/artifact.hpp"
#include "stages/learn/text_file.hpp"

namespace fovea {
namespace {

/// A metric of the whole, as it is stored.
struct Named {
  const char* name;
  Spread MetricsSummary::*spread;
};
constexpr Named all_metrics[] = {{"accuracy", &MetricsSummary::accuracy},
                                 {"top_k_accuracy", &MetricsSummary::top_k_accuracy},
                                 {"loss", &MetricsSummary::loss},
                                 {"macro_f1", &MetricsSummary::macro_f1},
                                 {"weighted_f1", &MetricsSummary::weighted_f1}};

void write_spreads(const std::string& group, const std::string& what, const std::vector<Spread>& spreads,
                   std::size_t runs, H5Writer& file) {
  std::vector<double> values, numbers;
  for (const auto& one : spreads) {
    values.insert(values.end(), one.values.begin(), one.values.end());
    numbers.insert(numbers.end(), {one.mean, one.deviation, one.low, one.high});
  }
  file.write(group + "/" + what, values, {spreads.size(), runs});
  file.write(group + "/spread", numbers, {spreads.size(), 4});
  file.attribute(group + "/spread", "columns", "mean, deviation, low, high");
}

std::vector<Spread> read_spreads(const std::string& group, const std::string& what, const H5Reader& file) {
  const auto values = file.read<double>(group + "/" + what), numbers = file.read<double>(group + "/spread");
  const auto runs = static_cast<std::size_t>(file.whole_attribute("/", "runs"));
  expect_stored(MetricsSummary::kind,
                runs > 0 && runs <= values.size() && values.size() % runs == 0 &&
                    numbers.size() == 4 * (values.size() / runs),
                "its values are not those of its runs");
  std::vector<Spread> spreads;
  for (std::size_t i = 0; i < numbers.size() / 4; ++i) {
    const auto own = values.span().subspan(i * runs, runs);
    const auto number = numbers.span().subspan(4 * i, 4);
    spreads.push_back({{own.begin(), own.end()}, number[0], number[1], number[2], number[3]});
  }
  return spreads;
}

void write(const MetricsSummary& summary, H5Writer& file) {
  std::vector<std::string> names;
  std::vector<Spread> spreads;
  for (const auto& one : all_metrics) {
    names.emplace_back(one.name);
    spreads.push_back(summary.*one.spread);
  }
  file.write("metrics/names", names);
  write_spreads("metrics", "values", spreads, summary.runs(), file);
  file.write("classes/names", summary.class_names);
  write_spreads("classes", "f1", summary.class_f1, summary.runs(), file);
  file.attribute("/", "runs", static_cast<std::int64_t>(summary.runs()));
  file.attribute("/", "k", summary.k);
  file.attribute("/", "confidence", confidence);
}

MetricsSummary read(const H5Reader& file, const Resolve&) {
  MetricsSummary summary{.k = file.whole_attribute("/", "k")};
  auto spreads = read_spreads("metrics", "values", file);
  expect_stored(MetricsSummary::kind, spreads.size() == std::size(all_metrics), "it has other metrics");
  for (std::size_t i = 0; i < spreads.size(); ++i) summary.*all_metrics[i].spread = std::move(spreads[i]);
  summary.class_f1 = read_spreads("classes", "f1", file);
  summary.class_names = file.texts("classes/names");
  expect_stored(MetricsSummary::kind, summary.class_names.size() == summary.class_f1.size(),
                "its classes and their scores differ in number");
  return summary;
}

void export_to(const MetricsSummary& summary, const std::filesystem::path&,
               const std::filesystem::path& target) {
  write_file(target, pretty(to_json(summary)) + "\n");
}

void expect_alike(std::span<const Value<Metrics>> runs) {
  const auto& first = *runs.front();
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const auto& one = *runs[i];
    const auto place = "\"metrics\": number " + std::to_string(i + 1);
    if (one.class_names != first.class_names) {
      throw Error(place + " is of " + shown(one.class_names) + ", but the first is of " +
                  shown(first.class_names) + "; give metrics of the same classes in the same order");
    }
    if (one.k != first.k) {
      throw Error(place + " counts hits among the top " + std::to_string(one.k) + ", but the first among " +
                  std::to_string(first.k) + "; evaluate all with the same \"top_k\"");
    }
  }
}

/// What `get` gives of each run.
template <class Get>
std::vector<double> over(std::span<const Value<Metrics>> runs, Get get) {
  std::vector<double> values;
  for (const auto& run : runs) values.push_back(get(*run));
  return values;
}

/// The spread over runs of a share that `get` gives of each.
template <class Get>
Spread spread_over(std::span<const Value<Metrics>> runs, Get get) {
  return spread_of_shares(over(runs, get));
}

std::string with_interval(const char* name, const Spread& spread) {
  char text[96];
  if (std::isfinite(spread.low)) {
    std::snprintf(text, sizeof text, "%s %.4f ± %.4f", name, spread.mean, spread.reach());
  } else {
    std::snprintf(text, sizeof text, "%s %.4f", name, spread.mean);
  }
  return text;
}

}  // namespace

const Codec& MetricsSummary::codec() {
  static const Codec codec = make_codec<MetricsSummary>(1, write, read, export_to);
  return codec;
}

MetricsSummary summarised(std::span<const Value<Metrics>> runs) {
  expect_alike(runs);
  MetricsSummary summary{.k = runs.front()->k};
  summary.accuracy = spread_over(runs, [](const Metrics& one) { return one.accuracy; });
  summary.top_k_accuracy = spread_over(runs, [](const Metrics& one) { return one.top_k_accuracy; });
  summary.loss = spread_of(over(runs, [](const Metrics& one) { return one.loss; }));
  summary.macro_f1 = spread_over(runs, [](const Metrics& one) { return one.macro.f1; });
  summary.weighted_f1 = spread_over(runs, [](const Metrics& one) { return one.weighted.f1; });
  summary.class_names = runs.front()->class_names;
  for (std::size_t c = 0; c < summary.class_names.size(); ++c) {
    summary.class_f1.push_back(spread_over(runs, [&](const Metrics& one) { return one.classes[c].f1; }));
  }
  return summary;
}

Json to_json(const MetricsSummary& summary) {
  Json json;
  json["runs"] = summary.runs();
  json["confidence"] = confidence;
  json["accuracy"] = to_json(summary.accuracy);
  if (summary.k > 0) json["top_k"] = {{"k", summary.k}, {"accuracy", to_json(summary.top_k_accuracy)}};
  json["loss"] = to_json(summary.loss);
  json["macro"]["f1"] = to_json(summary.macro_f1);
  json["weighted"]["f1"] = to_json(summary.weighted_f1);
  json["per_class"] = Json::array();
  for (std::size_t c = 0; c < summary.class_names.size(); ++c) {
    json["per_class"].push_back(
        {{"class", c}, {"name", summary.class_names[c]}, {"f1", to_json(summary.class_f1[c])}});
  }
  return json;
}

std::string in_words(const MetricsSummary& summary) {
  const auto top = "top-" + std::to_string(summary.k);
  const auto runs = summary.runs();
  return with_interval("accuracy", summary.accuracy) + "  " +
         (summary.k > 0 ? with_interval(top.c_str(), summary.top_k_accuracy) + "  " : "") +
         with_interval("loss", summary.loss) + "  " + with_interval("macro F1", summary.macro_f1) + "  (" +
         std::to_string(runs) + (runs == 1 ? " run)" : " runs; ± is the 95 % interval of the mean)");
}

}  // namespace fovea
