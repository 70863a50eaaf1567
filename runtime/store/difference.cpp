#include "runtime/store/difference.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/store/hdf5_contents.hpp"

namespace fovea {
namespace {

/// Returns the largest absolute difference of two lists of equal length, where NaN equals NaN only; nothing
/// if they are equal bit by bit.
template <Number T> std::optional<double> largest(const Array<T>& before, const Array<T>& now) {
  if (before.empty() || std::memcmp(before.data(), now.data(), before.size() * sizeof(T)) == 0) return {};
  double most = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto gap = std::fabs(static_cast<double>(before[i]) - static_cast<double>(now[i]));
    if (gap > most) most = gap;
  }
  return most;
}

/// Returns the difference of one dataset of equal type and shape in both files, if there is one.
template <class... Numbers>
std::optional<double> compare(const H5Reader& before, const H5Reader& now, const std::string& name) {
  std::optional<double> found;
  const auto type = before.type(name);
  const auto try_one = [&]<class T>(const T*) {
    if (type == number_name<T>()) found = largest(before.read<T>(name), now.read<T>(name));
  };
  (try_one(static_cast<const Numbers*>(nullptr)), ...);
  if (type == "text" && before.texts(name) != now.texts(name)) found = 0;
  return found;
}

}  // namespace

std::optional<Difference> first_difference(const H5Reader& before, const H5Reader& now) {
  auto names = before.datasets();
  const auto others = now.datasets();
  names.insert(names.end(), others.begin(), others.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const auto& name : names) {
    if (!before.has(name) || !now.has(name) || before.type(name) != now.type(name) ||
        before.shape(name) != now.shape(name)) {
      return Difference{name, {}};
    }
    const auto gap =
        compare<std::uint8_t, std::int32_t, std::uint32_t, std::int64_t, float, double>(before, now, name);
    if (gap) return Difference{name, gap};
  }
  return {};
}

}  // namespace fovea
