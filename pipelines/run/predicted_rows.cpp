#include "pipelines/run/predicted_rows.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "graph/error.hpp"
#include "pipelines/run/text_width.hpp"
#include "render/text.hpp"
#include "runtime/text_file.hpp"
#include "stages/evaluate/predictions.hpp"

namespace fovea {
namespace {

constexpr std::string_view probability_title = "probability";
constexpr std::string_view class_title = "class";
constexpr std::string_view gap = "  ";
/// A name is shown in at least so many columns, however narrow the terminal is.
constexpr std::size_t least_name = 16;

std::string four_digits(double probability) {
  char text[16];
  std::snprintf(text, sizeof text, "%.4f", probability);
  return text;
}

/// Returns the longest end of a name that fits, behind "...", because the end tells files apart.
std::string last_columns(const std::string& name, std::size_t columns) {
  if (render::columns_of(name) <= columns) return name;
  const auto characters = render::characters(name);
  std::string end;
  std::size_t taken = 3;
  for (auto each = characters.rbegin(); each != characters.rend(); ++each) {
    taken += render::columns_of(*each);
    if (taken > columns) break;
    end.insert(0, *each);
  }
  return "..." + end;
}

std::size_t widest(const std::vector<std::string>& texts, std::size_t least) {
  for (const auto& text : texts) least = std::max(least, render::columns_of(text));
  return least;
}

/// The columns for names: what a terminal has left beside the class and its probability.
std::size_t room_for_names(std::size_t longest, std::size_t label_width, std::size_t columns) {
  if (columns == 0) return longest;
  const auto others = label_width + probability_title.size() + 2 * gap.size();
  return std::min(longest, std::max(least_name, columns - std::min(columns, others)));
}

}  // namespace

std::vector<RankedClass> most_probable(std::span<const float> logits, std::size_t count) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](auto a, auto b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
  const auto probabilities = softmax(logits);
  std::vector<RankedClass> best;
  for (std::size_t i = 0; i < count; ++i) best.push_back({order[i], probabilities[order[i]]});
  return best;
}

PredictedRows::PredictedRows(const std::vector<std::string>& class_names, std::size_t classes,
                             std::size_t longest, std::size_t columns)
    : class_names_(class_names),
      classes_(classes),
      label_width_(widest(class_names, class_title.size())),
      columns_(columns) {
  name_width_ = room_for_names(longest, label_width_, columns);
}

std::string PredictedRows::line(const std::string& name, const std::string& label,
                                const std::string& probability, const std::string& others) const {
  auto text = padded(last_columns(render::one_line(name), name_width_), name_width_) + std::string(gap) +
              padded(render::one_line(label), label_width_) + std::string(gap) + probability;
  if (!others.empty())
    text += std::string(probability_title.size() - probability.size(), ' ') + std::string(gap) +
            render::one_line(others);
  return columns_ == 0 ? text : first_columns(text, columns_);
}

std::string PredictedRows::table_header() const {
  return line("image", std::string(class_title), std::string(probability_title),
              classes_ > 1 ? "next classes" : "");
}

std::string PredictedRows::table_line(const std::string& name, std::span<const RankedClass> said) const {
  std::vector<std::string> others;
  for (const auto& each : said.subspan(1))
    others.push_back(class_names_[each.number] + " " + four_digits(each.probability));
  return line(name, class_names_[said[0].number], four_digits(said[0].probability), join(others, ", "));
}

std::string PredictedRows::csv_header() const {
  std::string header = "sample,index,predicted,confidence,predicted_name";
  for (std::size_t k = 2; k <= classes_; ++k) {
    const auto number = "_" + std::to_string(k);
    header += ",predicted" + number + ",confidence" + number + ",predicted_name" + number;
  }
  return header + "\n";
}

std::string PredictedRows::csv_line(const std::string& name, std::size_t index,
                                    std::span<const RankedClass> said) const {
  auto line = csv_cell(name) + "," + std::to_string(index);
  for (const auto& each : said) {
    line += "," + std::to_string(each.number) + "," + shortest(static_cast<float>(each.probability)) + "," +
            csv_cell(class_names_[each.number]);
  }
  return line + "\n";
}

Json PredictedRows::json_line(const std::string& name, std::span<const RankedClass> said) const {
  Json top = Json::array();
  for (const auto& each : said)
    top.push_back({{"class", class_names_[each.number]}, {"probability", each.probability}});
  return {{"image", name},
          {"class", class_names_[said[0].number]},
          {"probability", said[0].probability},
          {"top", std::move(top)}};
}

}  // namespace fovea
