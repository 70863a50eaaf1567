// A file of events is a row of records, numbers little-endian:
//   8 bytes length n, 4 bytes masked CRC-32C of these 8, n bytes event, 4 bytes masked CRC-32C of the event
// An event and all in it are protocol buffers, whose fields are told by their numbers:
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

#include <bit>
#include <boost/crc.hpp>
#include <cerrno>
#include <cmath>
#include <protozero/pbf_writer.hpp>

#include "runtime/store/files.hpp"

namespace fovea {
namespace {

using Message = protozero::pbf_writer;

/// A CRC of bytes that hold CRCs themselves would be weak, so these files turn and shift it.
std::uint32_t masked(std::uint32_t crc) {
  return std::rotr(crc, 15) + 0xA282EAD8U;
}

template <class Whole> void append_bytes(std::string& text, Whole number) {
  for (std::size_t i = 0; i < sizeof number; ++i) text += static_cast<char>((number >> (8 * i)) & 0xFF);
}

void add_text(Message& message, protozero::pbf_tag_type field, std::string_view text) {
  message.add_bytes(field, text.data(), text.size());
}

void begin_event(Message& event, double time, std::int64_t step) {
  event.add_double(1, time);
  event.add_int64(2, step);
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
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

template <class Fill> void Summary::add(std::string_view tag, const Fill& fill) {
  Message summary(bytes_), value(summary, 1);
  add_text(value, 1, tag);
  fill(value);
}

Summary& Summary::scalar(std::string_view tag, double value) {
  add(tag, [&](Message& one) { one.add_float(2, static_cast<float>(value)); });
  return *this;
}

Summary& Summary::image(std::string_view tag, std::string_view png) {
  constexpr std::size_t header = 26;
  if (png.size() < header || !png.starts_with("\x89PNG")) throw Error(quote(tag) + ": no PNG");
  add(tag, [&](Message& value) {
    Message image(value, 4);
    image.add_int64(1, png_number(png, 20));
    image.add_int64(2, png_number(png, 16));
    image.add_int64(3, png_channels(png));
    add_text(image, 4, png);
  });
  return *this;
}

Summary& Summary::histogram(std::string_view tag, const Histogram& histogram) {
  const auto limits = histogram.limits();
  add(tag, [&](Message& value) {
    Message histo(value, 5);
    histo.add_double(1, histogram.least);
    histo.add_double(2, histogram.most);
    histo.add_double(3, histogram.count);
    histo.add_double(4, histogram.sum);
    histo.add_double(5, histogram.sum_of_squares);
    histo.add_packed_double(6, limits.begin(), limits.end());
    histo.add_packed_double(7, histogram.counts.begin(), histogram.counts.end());
  });
  return *this;
}

void Summary::add_to_table(std::string_view tag, const std::string& data) {
  add(tag, [&](Message& value) {
    {
      Message metadata(value, 9), plugin(metadata, 1);
      plugin.add_string(1, "hparams");
      plugin.add_bytes(2, data);
    }
    Message tensor(value, 8);
    tensor.add_int64(1, 1);
    {
      Message shape(tensor, 2);
      Message(shape, 2).add_int64(1, 1);
    }
    tensor.add_bytes(5, std::string(sizeof(float), '\0'));
  });
}

Summary& Summary::settings(const Json& settings, double begin, double end) {
  std::string started, stopped;
  {
    Message data(started), start(data, 3);
    for (const auto& [name, value] : settings.items()) {
      Message entry(start, 1);
      entry.add_string(1, name);
      Message told(entry, 2);
      if (value.is_boolean()) {
        told.add_bool(4, value.get<bool>());
      } else if (value.is_number()) {
        told.add_double(2, value.get<double>());
      } else {
        told.add_string(3, value.is_string() ? value.get<std::string>() : value.dump());
      }
    }
    start.add_double(5, begin);
  }
  {
    Message data(stopped), stop(data, 4);
    stop.add_int64(1, 1);
    stop.add_double(2, end);
  }
  add_to_table("_hparams_/session_start_info", started);
  add_to_table("_hparams_/session_end_info", stopped);
  return *this;
}

std::string version_event(double time) {
  std::string bytes;
  Message event(bytes);
  event.add_double(1, time);
  event.add_string(3, "brain.Event:2");
  return bytes;
}

std::string start_event(double time, std::int64_t step) {
  std::string bytes;
  Message event(bytes);
  begin_event(event, time, step);
  Message(event, 7).add_int64(1, 1);
  return bytes;
}

std::string summary_event(double time, std::int64_t step, const Summary& summary) {
  std::string bytes;
  Message event(bytes);
  begin_event(event, time, step);
  event.add_bytes(5, summary.bytes());
  return bytes;
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
