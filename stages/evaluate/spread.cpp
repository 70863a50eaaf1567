#include "stages/evaluate/spread.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace fovea {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Returns half of the interval's length in units of s / sqrt(n).
double students_factor(std::size_t count) {
  const boost::math::students_t distribution(static_cast<double>(count - 1));
  return boost::math::quantile(boost::math::complement(distribution, (1 - confidence) / 2));
}

Json known(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  assert(!values.empty());
  Spread spread{std::move(values), unknown, unknown, unknown, unknown};
  const auto& all = spread.values;
  if (!std::all_of(all.begin(), all.end(), [](double value) { return std::isfinite(value); })) return spread;
  const auto count = static_cast<double>(all.size());
  spread.mean = std::accumulate(all.begin(), all.end(), 0.0) / count;
  if (all.size() == 1) return spread;
  double squares = 0;
  for (const double value : all) squares += (value - spread.mean) * (value - spread.mean);
  spread.std = std::sqrt(squares / (count - 1));
  const double half = students_factor(all.size()) * spread.std / std::sqrt(count);
  spread.low = spread.mean - half;
  spread.high = spread.mean + half;
  return spread;
}

Spread spread_of_shares(std::vector<double> values) {
  auto spread = spread_of(std::move(values));
  spread.low = std::clamp(spread.low, 0.0, 1.0);
  spread.high = std::clamp(spread.high, 0.0, 1.0);
  return spread;
}

Json to_json(const Spread& spread) {
  const char* const reason =
      std::isfinite(spread.mean) ? "one value tells nothing of a spread" : "not finite";
  Json json;
  json["mean"] = known(spread.mean);
  if (!std::isfinite(spread.mean)) json["mean_reason"] = reason;
  json["std"] = known(spread.std);
  if (!std::isfinite(spread.std)) json["std_reason"] = reason;
  const bool has_interval = std::isfinite(spread.low);
  json["interval"] = has_interval ? Json({spread.low, spread.high}) : Json(nullptr);
  if (!has_interval) json["interval_reason"] = reason;
  json["values"] = Json::array();
  for (const double value : spread.values) json["values"].push_back(known(value));
  return json;
}

}  // namespace fovea
