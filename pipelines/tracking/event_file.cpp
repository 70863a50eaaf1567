// A file of events is a row of records, numbers little-endian:
//   8 bytes length n, 4 bytes masked CRC-32C of these 8, n bytes event, 4 bytes masked CRC-32C of the event
// An event and all in it are protocol buffers: fields one after the other, each as (number << 3 | kind),
// then
//   kind 0: a whole number, seven bits a byte, the lowest first, the eighth bit set where more follow
//   kind 1: 8 bytes (a double)    kind 2: a length as kind 0 and so many bytes    kind 5: 4 bytes (a float)
//   Event      1 wall_time (double)  2 step  and one of  3 file_version  5 summary  7 session_log
//   SessionLog 1 status (1 = start)
//   Summary    1 value, again and again
//   Value      1 tag  9 metadata  and one of  2 simple_value (float)  4 image  5 histo  8 tensor
//   Metadata   1 plugin: 1 its name  2 what it is told
//   Tensor     1 dtype (1 = float)  2 shape: 2 a dimension: 1 its size  5 values (row of floats)
// The plugin "hparams" is told HParamsPluginData:
//   1 version (0)  and one of  3 session_start  4 session_end
//   SessionStart 1 settings, a map: 1 name  2 Value  5 start_time_secs (double)
//   SessionEnd   1 status (1 = success)  2 end_time_secs (double)
//   Value        one of  2 number (double)  3 text  4 true or false
//   Image      1 height  2 width  3 colorspace (channels)  4 encoded_image_string
//   Histogram  1 min  2 max  3 num  4 sum  5 sum_squares (doubles)
//              6 bucket_limit  7 bucket (rows of doubles)
#include "pipelines/tracking/event_file.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cmath>

#include "runtime/store/files.hpp"

namespace fovea {
namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    table[i] = i;
    for (int bit = 0; bit < 8; ++bit) table[i] = (table[i] >> 1) ^ ((table[i] & 1) != 0 ? 0x82F63B78U : 0);
  }
  return table;
}();

/// A CRC of bytes that hold CRCs themselves would be weak, so these files turn and shift it.
std::uint32_t masked(std::uint32_t crc) {
  return std::rotr(crc, 15) + 0xA282EAD8U;
}

template <class Whole>
void append_bytes(std::string& text, Whole number) {
  for (std::size_t i = 0; i < sizeof number; ++i) text += static_cast<char>((number >> (8 * i)) & 0xFF);
}

void append_varint(std::string& text, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) text += static_cast<char>((number & 0x7F) | 0x80);
  text += static_cast<char>(number);
}

void append_whole(std::string& text, unsigned field, std::int64_t number) {
  append_varint(text, field << 3 | 0);
  append_varint(text, static_cast<std::uint64_t>(number));
}

void append_double(std::string& text, unsigned field, double number) {
  append_varint(text, field << 3 | 1);
  append_bytes(text, std::bit_cast<std::uint64_t>(number));
}

void append_float(std::string& text, unsigned field, float number) {
  append_varint(text, field << 3 | 5);
  append_bytes(text, std::bit_cast<std::uint32_t>(number));
}

void append_text(std::string& text, unsigned field, std::string_view bytes) {
  append_varint(text, field << 3 | 2);
  append_varint(text, bytes.size());
  text += bytes;
}

void append_doubles(std::string& text, unsigned field, const std::vector<double>& numbers) {
  std::string row;
  for (const double number : numbers) append_bytes(row, std::bit_cast<std::uint64_t>(number));
  append_text(text, field, row);
}

std::string event_at(double time, std::int64_t step) {
  std::string event;
  append_double(event, 1, time);
  append_whole(event, 2, step);
  return event;
}

/// Four bytes of a PNG's header, the highest first.
std::int64_t png_number(std::string_view png, std::size_t at) {
  std::int64_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(png[at + i]);
  return number;
}

/// How many channels a PNG has, by the kind of colour in its header.
std::int64_t png_channels(std::string_view png) {
  switch (png[25]) {
    case 0:
      return 1;
    case 4:
      return 2;
    case 6:
      return 4;
    default:
      return 3;
  }
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) crc = crc >> 8 ^ crc_table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

void Summary::add(std::string_view tag, std::string_view value) {
  std::string one;
  append_text(one, 1, tag);
  one += value;
  append_text(bytes_, 1, one);
}

Summary& Summary::scalar(std::string_view tag, double value) {
  std::string field;
  append_float(field, 2, static_cast<float>(value));
  add(tag, field);
  return *this;
}

Summary& Summary::image(std::string_view tag, std::string_view png) {
  constexpr std::size_t header = 26;
  if (png.size() < header || !png.starts_with("\x89PNG")) throw Error(quote(tag) + ": no PNG");
  std::string image, field;
  append_whole(image, 1, png_number(png, 20));
  append_whole(image, 2, png_number(png, 16));
  append_whole(image, 3, png_channels(png));
  append_text(image, 4, png);
  append_text(field, 4, image);
  add(tag, field);
  return *this;
}

Summary& Summary::histogram(std::string_view tag, const Histogram& histogram) {
  std::string text, field;
  unsigned number = 0;
  for (const double value :
       {histogram.least, histogram.most, histogram.count, histogram.sum, histogram.sum_of_squares}) {
    append_double(text, ++number, value);
  }
  append_doubles(text, 6, histogram.limits());
  append_doubles(text, 7, histogram.counts);
  append_text(field, 5, text);
  add(tag, field);
  return *this;
}

void Summary::add_to_table(std::string_view tag, std::string_view data) {
  std::string plugin, metadata, dimension, shape, tensor, fields;
  append_text(plugin, 1, "hparams");
  append_text(plugin, 2, data);
  append_text(metadata, 1, plugin);
  append_whole(dimension, 1, 1);
  append_text(shape, 2, dimension);
  append_whole(tensor, 1, 1);
  append_text(tensor, 2, shape);
  append_text(tensor, 5, std::string(sizeof(float), '\0'));
  append_text(fields, 9, metadata);
  append_text(fields, 8, tensor);
  add(tag, fields);
}

Summary& Summary::settings(const Json& settings, double begin, double end) {
  std::string start, started, stop, stopped;
  for (const auto& [name, value] : settings.items()) {
    std::string told, entry;
    if (value.is_boolean()) {
      append_whole(told, 4, value.get<bool>() ? 1 : 0);
    } else if (value.is_number()) {
      append_double(told, 2, value.get<double>());
    } else {
      append_text(told, 3, value.is_string() ? value.get<std::string>() : value.dump());
    }
    append_text(entry, 1, name);
    append_text(entry, 2, told);
    append_text(start, 1, entry);
  }
  append_double(start, 5, begin);
  append_text(started, 3, start);
  add_to_table("_hparams_/session_start_info", started);
  append_whole(stop, 1, 1);
  append_double(stop, 2, end);
  append_text(stopped, 4, stop);
  add_to_table("_hparams_/session_end_info", stopped);
  return *this;
}

std::string version_event(double time) {
  std::string event;
  append_double(event, 1, time);
  append_text(event, 3, "brain.Event:2");
  return event;
}

std::string start_event(double time, std::int64_t step) {
  auto event = event_at(time, step);
  std::string session;
  append_whole(session, 1, 1);
  append_text(event, 7, session);
  return event;
}

std::string summary_event(double time, std::int64_t step, const Summary& summary) {
  auto event = event_at(time, step);
  append_text(event, 5, summary.bytes());
  return event;
}

std::string framed(std::string_view event) {
  std::string record;
  append_bytes(record, std::uint64_t{event.size()});
  append_bytes(record, masked(crc32c(record)));
  record += event;
  append_bytes(record, masked(crc32c(event)));
  return record;
}

EventFile::EventFile(const std::filesystem::path& folder, double time, std::string_view ending,
                     std::int64_t first_step) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw file_error(folder, failed.value());
  path_ = folder / ("events.out.tfevents." + std::to_string(std::llround(std::floor(time))) + "." +
                    std::string(ending));
  errno = 0;
  stream_.open(path_, std::ios::binary | std::ios::trunc);
  if (!stream_) throw file_error(path_, errno);
  write(version_event(time));
  write(start_event(time, first_step));
}

void EventFile::add(double time, std::int64_t step, const Summary& summary) {
  write(summary_event(time, step, summary));
}

// What does not fit into the stream's memory is written at once, and its error is known only here.
void EventFile::write(const std::string& event) {
  if (!stream_) return;
  errno = 0;
  stream_ << framed(event);
  if (!stream_) why_ = errno;
}

void EventFile::flush() {
  if (stream_) {
    errno = 0;
    stream_.flush();
    if (!stream_) why_ = errno;
  }
  if (!stream_) throw file_error(path_, why_);
}

}  // namespace fovea
