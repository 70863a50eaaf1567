#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "graph/json.hpp"
#include "stages/train/histogram.hpp"

namespace fovea {

/// CRC-32C (Castagnoli) of the bytes, as RFC 3720 has it.
std::uint32_t crc32c(std::string_view bytes);

/// Values by their tags, all of one step: the text of TensorFlow's message `Summary`.
class Summary {
 public:
  Summary& scalar(std::string_view tag, double value);
  /// A PNG file as it is.
  Summary& image(std::string_view tag, std::string_view png);
  Summary& histogram(std::string_view tag, const Histogram& histogram);
  /// What TensorBoard's table of settings and metrics (HPARAMS) says of a run that lies in the same folder
  /// and below: its settings by name, and when it began and ended well. Numbers, texts, and true or false
  /// stay what they are; what is anything else is told as JSON.
  Summary& settings(const Json& settings, double begin, double end);
  const std::string& bytes() const { return bytes_; }

 private:
  template <class Fill> void add(std::string_view tag, const Fill& fill);
  void add_to_table(std::string_view tag, const std::string& data);
  std::string bytes_;
};

/// The texts of TensorFlow's message `Event`; times are seconds since 1970.
std::string version_event(double time);
/// Tells readers to forget what an earlier file has from this step on.
std::string start_event(double time, std::int64_t step);
std::string summary_event(double time, std::int64_t step, const Summary& summary);

/// An event as it lies in a file: with its length and the masked CRC-32C of both.
std::string framed(std::string_view event);

/// A file of events that TensorBoard reads, while it grows as well.
class EventFile {
 public:
  /// Makes `folder`/events.out.tfevents.<time in whole seconds>.<ending>, in place of what had that name.
  /// Throws `Error` where it can't be written, here and below.
  EventFile(const std::filesystem::path& folder, double time, std::string_view ending,
            std::int64_t first_step = 0);

  void add(double time, std::int64_t step, const Summary& summary);
  /// Hands everything so far to the system, so that readers see it.
  void flush();
  const std::filesystem::path& path() const { return path_; }

 private:
  void write(const std::string& event);

  std::filesystem::path path_;
  std::ofstream stream_;
  int why_ = 0;  ///< of a stream that can't be written: the `errno`
};

}  // namespace fovea
