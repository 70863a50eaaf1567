#include <limits>
#include <regex>

#include "graph/registry.hpp"
#include "stages/list.hpp"
#include "tests/catch.hpp"

using namespace fovea;

namespace {

/// Numbers at the ends of what a parameter may be, and some beyond.
std::vector<Json> ends_of(const FieldInfo& field) {
  if (field.kind.find("number") == std::string::npos) return {};
  using Whole = std::numeric_limits<std::int64_t>;
  using Real = std::numeric_limits<double>;
  std::vector<Json> ends{Whole::min(), -1, 0, 1, 2, Whole::max()};
  if (field.kind.find("whole") == std::string::npos)
    ends.insert(ends.end(), {Real::lowest(), Real::denorm_min(), 0.5, 1 - Real::epsilon(), Real::max()});
  static const std::regex number("-?[0-9]+(\\.[0-9]+)?(e-?[0-9]+)?");
  for (std::sregex_iterator one(field.rule.begin(), field.rule.end(), number), last; one != last; ++one)
    ends.push_back(parse_json(one->str()));
  return ends;
}

/// Calls `visit(params, place)` with each field at each of its ends, all others being left out.
template <class Visit>
void at_all_ends(const std::vector<FieldInfo>& fields, const Json::json_pointer& above, const Visit& visit) {
  for (const auto& field : fields) {
    const auto place = above / field.name;
    at_all_ends(field.members, place, visit);
    for (const auto& end : ends_of(field)) {
      Json params = Json::object();
      params[place] = end;
      visit(params);
    }
  }
}

/// Does with parameters what a plan does with them; tells whether they are allowed.
bool is_planned(const StageInfo& stage, const Json& params) {
  Json complete;
  try {
    complete = stage.complete(params, "stage");
  } catch (const Error&) {
    return false;
  }
  CHECK(stage.complete(complete, "stage") == complete);
  CHECK_FALSE(stage.keyed(complete).is_null());
  if (stage.horizon != nullptr) CHECK(stage.horizon(complete).length > 0);
  return true;
}

}  // namespace

TEST_CASE("stages: every number is refused or planned with at both ends of what it may be") {
  std::size_t planned = 0, refused = 0;
  const auto registry = all_stages();
  for (const auto& name : registry.names()) {
    const auto& stage = *registry.find(name);
    at_all_ends(stage.params, Json::json_pointer(), [&](const Json& params) {
      INFO(name << " " << params.dump());
      is_planned(stage, params) ? ++planned : ++refused;
    });
  }
  CHECK(planned > 200);
  CHECK(refused > 200);
}
