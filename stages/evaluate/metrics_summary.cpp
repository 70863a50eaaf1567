// A stored MetricsSummary, of N runs in S settings and K classes (by setting since version 2):
//   /                     attributes k (0: not measured), confidence (of the intervals, 0.95)
//   settings/values       S texts: the values that the runs of a setting share, as JSON
//   runs/values           N texts: the values that tell a run from the others of its setting, as JSON
//   runs/setting          N int64: the number of its setting, ascending
//   metrics/names         5 texts
//   metrics/values        5 x N doubles; metrics/spread: 5 x S x 4 doubles
//   classes/names         K texts
//   classes/f1            K x N doubles; classes/spread: K x S x 4 doubles
// The columns of a spread are mean, std, low and high; NaN where they are unknown.
#include "stages/evaluate/metrics_summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

#include "graph/graph.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"

namespace fovea {
namespace {

/// A metric over all classes: its stored name, its spread in a setting and its value in a run.
struct SummarisedMetric {
  const char* name;
  Spread SettingSummary::*spread;
  double (*of)(const Metrics&);
  Spread (*measured)(std::vector<double>) = spread_of_shares;
};
constexpr SummarisedMetric all_metrics[] = {
    {"accuracy", &SettingSummary::accuracy, [](const Metrics& one) { return one.accuracy; }},
    {"top_k_accuracy", &SettingSummary::top_k_accuracy,
     [](const Metrics& one) { return one.top_k_accuracy; }},
    {"loss", &SettingSummary::loss, [](const Metrics& one) { return one.loss; }, spread_of},
    {"macro_f1", &SettingSummary::macro_f1, [](const Metrics& one) { return one.macro.f1; }},
    {"weighted_f1", &SettingSummary::weighted_f1, [](const Metrics& one) { return one.weighted.f1; }}};

/// Writes the values of every run and the spreads of every setting; `spread` returns spread `i` of a setting.
template <class Get> void write_spreads(const std::string& group, const std::string& what, std::size_t count,
                                        const MetricsSummary& summary, H5Writer& file, Get spread) {
  std::vector<double> values, numbers;
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto& setting : summary.settings) {
      const Spread& one = spread(setting, i);
      values.insert(values.end(), one.values.begin(), one.values.end());
      numbers.insert(numbers.end(), {one.mean, one.std, one.low, one.high});
    }
  }
  file.write(group + "/" + what, values, {count, summary.runs()});
  file.write(group + "/spread", numbers, {count, summary.settings.size(), 4});
  file.attribute(group + "/spread", "columns", "mean, std, low, high");
}

void write(const MetricsSummary& summary, H5Writer& file) {
  std::vector<std::string> names, settings, runs;
  std::vector<std::int64_t> setting_of;
  for (const auto& one : all_metrics) names.emplace_back(one.name);
  for (const auto& setting : summary.settings) {
    for (const auto& run : setting.runs) {
      runs.push_back(run.dump());
      setting_of.push_back(static_cast<std::int64_t>(settings.size()));
    }
    settings.push_back(setting.setting.dump());
  }
  file.write("settings/values", settings);
  file.write("runs/values", runs);
  file.write("runs/setting", setting_of);
  file.write("metrics/names", names);
  write_spreads("metrics", "values", std::size(all_metrics), summary, file,
                [](const SettingSummary& one, std::size_t i) { return one.*all_metrics[i].spread; });
  file.write("classes/names", summary.class_names);
  write_spreads("classes", "f1", summary.class_names.size(), summary, file,
                [](const SettingSummary& one, std::size_t i) { return one.class_f1[i]; });
  file.attribute("/", "k", summary.k);
  file.attribute("/", "confidence", confidence);
}

/// Calls `set` with the values of one setting, which begin at index `first` of the `runs` values in each row.
template <class Set> void read_spreads(std::span<const double> values, std::size_t runs, std::size_t first,
                                       std::size_t own, Set set) {
  for (std::size_t i = 0; i < values.size() / runs; ++i) {
    const auto part = values.subspan(i * runs + first, own);
    set(i, {part.begin(), part.end()});
  }
}

MetricsSummary read(const H5Reader& file, const Resolve&) {
  MetricsSummary summary{.k = file.whole_attribute("/", "k"), .class_names = file.texts("classes/names")};
  const auto settings = file.texts("settings/values"), runs = file.texts("runs/values");
  const auto setting_of = file.read<std::int64_t>("runs/setting");
  const auto metrics = file.read<double>("metrics/values"), f1 = file.read<double>("classes/f1");
  const auto expect = [](bool right) {
    expect_stored(MetricsSummary::kind, right, "its lists differ in length");
  };
  expect(setting_of.size() == runs.size() && metrics.size() == std::size(all_metrics) * runs.size() &&
         f1.size() == summary.class_names.size() * runs.size());
  std::size_t first = 0;
  for (std::size_t s = 0; s < settings.size(); ++s) {
    SettingSummary one{.setting = parse_own_json(settings[s])};
    const auto end =
        std::find_if(setting_of.span().begin() + static_cast<std::ptrdiff_t>(first), setting_of.span().end(),
                     [&](std::int64_t of) { return of != static_cast<std::int64_t>(s); });
    const auto next = static_cast<std::size_t>(end - setting_of.span().begin());
    expect(next > first);
    for (auto run = first; run < next; ++run) one.runs.push_back(parse_own_json(runs[run]));
    read_spreads(metrics.span(), runs.size(), first, next - first,
                 [&](std::size_t i, std::vector<double> own) {
                   one.*all_metrics[i].spread = all_metrics[i].measured(std::move(own));
                 });
    read_spreads(f1.span(), runs.size(), first, next - first, [&](std::size_t, std::vector<double> own) {
      one.class_f1.push_back(spread_of_shares(std::move(own)));
    });
    summary.settings.push_back(std::move(one));
    first = next;
  }
  expect(first > 0 && first == runs.size());
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

bool tells_runs_apart(const std::string& setting) {
  const auto last = setting.substr(setting.rfind('.') + 1);
  return last == "seed" || last == "fold";
}

/// Returns the members of an object whose names `choose` accepts, sorted by name.
template <class Choose> Json members_where(const Json& values, Choose choose) {
  std::map<std::string, Json> sorted;
  for (const auto& [name, value] : values.items()) {
    if (choose(name)) sorted.emplace(name, value);
  }
  Json object = Json::object();
  for (const auto& [name, value] : sorted) object[name] = value;
  return object;
}

SettingSummary summary_of(const std::vector<const Metrics*>& runs, std::size_t classes) {
  SettingSummary summary;
  const auto values = [&](auto get) {
    std::vector<double> all;
    for (const auto* run : runs) all.push_back(get(*run));
    return all;
  };
  for (const auto& one : all_metrics) summary.*one.spread = one.measured(values(one.of));
  for (std::size_t c = 0; c < classes; ++c)
    summary.class_f1.push_back(
        spread_of_shares(values([&](const Metrics& run) { return run.classes[c].f1; })));
  return summary;
}

std::string with_interval(const std::string& name, const Spread& spread) {
  const auto number = [](double value) {
    char text[400];
    std::snprintf(text, sizeof text, "%.4f", value);
    return std::string(text);
  };
  const auto bound = [&](double value) { return value == 0 ? "0" : value == 1 ? "1" : number(value); };
  auto text = name + " " + number(spread.mean);
  if (!std::isfinite(spread.low)) return text;
  if (spread.is_cut()) return text + " (" + bound(spread.low) + " to " + bound(spread.high) + ")";
  return text + " ± " + number(spread.reach());
}

/// Returns the end of a line of metrics: the number of runs, and the meaning of the ± values.
std::string runs_text(const SettingSummary& one, const std::string& metrics) {
  if (one.runs.size() == 1) return "  (1 run)";
  const bool reaches = metrics.find(" ± ") != std::string::npos,
             bounds = metrics.find(" (") != std::string::npos;
  const std::string sign = !bounds ? "± is" : !reaches ? "in brackets is" : "± or in brackets is";
  return "  (" + std::to_string(one.runs.size()) + " runs" +
         (reaches || bounds ? "; " + sign + " the 95 % interval of the mean)" : ")");
}

Json to_json(const SettingSummary& summary, const MetricsSummary& all) {
  Json json = {{"setting", summary.setting}, {"runs", summary.runs.size()}, {"each", summary.runs}};
  json["accuracy"] = to_json(summary.accuracy);
  if (all.k > 0) json["top_k"] = {{"k", all.k}, {"accuracy", to_json(summary.top_k_accuracy)}};
  json["loss"] = to_json(summary.loss);
  json["macro"]["f1"] = to_json(summary.macro_f1);
  json["weighted"]["f1"] = to_json(summary.weighted_f1);
  json["per_class"] = Json::array();
  for (std::size_t c = 0; c < all.class_names.size(); ++c) {
    json["per_class"].push_back(
        {{"class", c}, {"name", all.class_names[c]}, {"f1", to_json(summary.class_f1[c])}});
  }
  return json;
}

}  // namespace

const Codec& MetricsSummary::codec() {
  static const Codec codec = telling(make_codec<MetricsSummary>(2, write, read, export_to),
                                     {.summary = told_by<MetricsSummary>([](const MetricsSummary& summary) {
                                        return SummaryLines{in_words(summary), to_json(summary)};
                                      })});
  return codec;
}

std::size_t MetricsSummary::runs() const {
  return std::accumulate(settings.begin(), settings.end(), std::size_t{0},
                         [](std::size_t sum, const SettingSummary& one) { return sum + one.runs.size(); });
}

MetricsSummary summarised(std::span<const Value<Metrics>> runs, std::span<const Json> values) {
  expect_alike(runs);
  if (!values.empty() && values.size() != runs.size()) {
    throw Error("\"each\": " + std::to_string(values.size()) + " values, but " + std::to_string(runs.size()) +
                " metrics; give one for each, or none");
  }
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::string, std::size_t> group_of;
  const auto setting_of = [&](std::size_t run) {
    if (values.empty()) return Json::object();
    return members_where(values[run], [](const std::string& name) { return !tells_runs_apart(name); });
  };
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const auto [group, is_new] = group_of.emplace(canonical(setting_of(run)), groups.size());
    if (is_new) groups.emplace_back();
    groups[group->second].push_back(run);
  }
  MetricsSummary summary{.k = runs.front()->k, .class_names = runs.front()->class_names};
  for (const auto& group : groups) {
    std::vector<const Metrics*> own;
    for (const auto run : group) own.push_back(&*runs[run]);
    auto one = summary_of(own, summary.class_names.size());
    one.setting = setting_of(group.front());
    for (const auto run : group)
      one.runs.push_back(values.empty() ? Json::object() : members_where(values[run], tells_runs_apart));
    summary.settings.push_back(std::move(one));
  }
  return summary;
}

Json to_json(const MetricsSummary& summary) {
  Json json = {{"runs", summary.runs()}, {"confidence", confidence}, {"settings", Json::array()}};
  for (const auto& one : summary.settings) json["settings"].push_back(to_json(one, summary));
  return json;
}

std::vector<std::string> in_words(const MetricsSummary& summary) {
  std::vector<std::string> lines;
  for (const auto& one : summary.settings) {
    const auto metrics =
        with_interval("accuracy", one.accuracy) +
        (summary.k > 0 ? with_interval("  top-" + std::to_string(summary.k), one.top_k_accuracy) : "") +
        with_interval("  loss", one.loss) + with_interval("  macro F1", one.macro_f1);
    lines.push_back((one.setting.empty() ? "" : values_in_words(one.setting) + "  ") + metrics +
                    runs_text(one, metrics));
  }
  return lines;
}

}  // namespace fovea
