#include "pipelines/run/usage.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "graph/setting.hpp"
#include "stages/data/formats/letters.hpp"

namespace fovea {
namespace {

/// Flags of other trainers, and their counterparts here.
constexpr std::pair<std::string_view, std::string_view> other_words[]{
    {"--lr", "--learning-rate"},
    {"--lr0", "--learning-rate"},
    {"--data", "--dataset"},
    {"--data-dir", "--dataset"},
    {"--batch", "--batch-size"},
    {"--imgsz", "--image-size"},
    {"--img-size", "--image-size"},
    {"--workers", "--threads"},
    {"--num-workers", "--threads"},
    {"--max-epochs", "--epochs"},
    {"--num-epochs", "--epochs"},
    {"--wd", "--weight-decay"},
    {"--opt", "--optimizer"},
    {"--sched", "--lr-schedule"},
    {"--scheduler", "--lr-schedule"},
    {"--schedule", "--lr-schedule"},
    {"--arch", "--model"},
    {"--smoothing", "--label-smoothing"},
    {"--clip-grad", "--gradient-clip"},
    {"--gradient-clip-val", "--gradient-clip"},
    {"--amp", "--precision"},
    {"--gpu", "--device"},
    {"--gpus", "--device"},
    {"--accelerator", "--device"},
    {"--project", "--output-dir"},
    {"--output", "--output-dir"},
    {"--random-seed", "--seed"},
    {"--model-ema-decay", "--ema-decay"},
    {"--grad-accum-steps", "--accumulate-steps"}};

std::string not_utf8(const std::string& text) {
  return quote(text) + " is not UTF-8; rename it, or name it by a link that is";
}

}  // namespace

void expect_no_empty_words(std::span<const std::string> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    const bool flag = word.starts_with("--");
    if (flag && word.find('=') == word.size() - 1)
      throw UsageError(word.substr(0, word.size() - 1) + ": an empty value; give one, or leave the flag out");
    if (!word.empty()) continue;
    const bool behind_flag = i > 0 && words[i - 1].starts_with("-");
    throw UsageError(behind_flag ? words[i - 1] + ": an empty value; give one, or leave the flag out"
                                 : "an empty word on the command line; give it a value, or leave it out");
  }
}

void expect_utf8(std::span<const std::string> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_utf8(words[i])) continue;
    const auto value = words[i].find('=');
    const bool has_flag = words[i].starts_with("--") && value != std::string::npos;
    const bool behind_flag = i > 0 && words[i - 1].starts_with("-");
    if (has_flag) throw UsageError(words[i].substr(0, value) + ": " + not_utf8(words[i].substr(value + 1)));
    throw UsageError((behind_flag ? words[i - 1] + ": " : "") + not_utf8(words[i]));
  }
  expect_utf8_here();
}

void expect_utf8_here() {
  std::error_code failed;
  const auto here = std::filesystem::current_path(failed).string();
  if (failed) throw Error("the working directory is gone; change to one that is there");
  if (!is_utf8(here)) throw Error("working directory: " + not_utf8(here));
  const char* store = std::getenv("FOVEA_STORE");
  if (store != nullptr && !is_utf8(store)) throw Error("FOVEA_STORE: " + not_utf8(store));
}

std::string flag_meant(const std::string& typed, const std::vector<std::string>& flags) {
  for (const auto& [theirs, ours] : other_words) {
    if (typed == theirs && std::find(flags.begin(), flags.end(), ours) != flags.end())
      return std::string(ours);
  }
  return nearest(typed, flags);
}

std::optional<UsageError> told_of_setting(const Error& error, const Json& definition,
                                          const std::vector<std::string>& settings,
                                          const Registry& registry) {
  const std::string text = error.what();
  for (const auto& setting : settings) {
    const auto name = setting.substr(0, setting.find('='));
    const auto keys = place_of_setting(definition, name, registry);
    const auto place = join(keys, ".");
    // An error about an unknown parameter has the place of its parent.
    const auto above = join(std::span(keys).first(keys.size() - 1), ".");
    const auto unknown = ": unknown parameter " + quote(keys.back());
    if (text.starts_with(above + unknown)) return UsageError("--set " + name + text.substr(above.size()));
    if (!text.starts_with(place) || text.size() == place.size()) continue;
    const char next = text[place.size()];
    if (next == ':' || next == '[' || next == '.')
      return UsageError(with_number_as_written("--set " + name + text.substr(place.size()),
                                               setting.substr(name.size() + 1), "--set " + name));
  }
  return {};
}

}  // namespace fovea
