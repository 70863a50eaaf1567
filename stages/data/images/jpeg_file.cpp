#include "stages/data/images/jpeg_file.hpp"

#include <cstdio>
// <cstdio> comes before these.
#include <jerror.h>
#include <jpeglib.h>

#include <cassert>
#include <csetjmp>
#include <new>

#include "graph/error.hpp"
#include "stages/data/images/jpeg_markers.hpp"
#include "stages/data/ops/gray.hpp"

// libjpeg reports errors by longjmp, so code under `guarded` holds no objects with destructors.

namespace fovea {
namespace {

constexpr std::size_t most_scans = 500;
/// Limit on the blocks of 8 x 8 values that all scans together visit: a colour image of 64 megapixels, 20
/// times.
constexpr std::size_t most_block_visits = std::size_t{1} << 26;
constexpr JDIMENSION rows_at_once = 16;
constexpr unsigned longest_segment = 0xffff;
const std::string again = "; fetch the file again";

/// The target of libjpeg's longjmp, and its harmless warnings.
struct Hearing {
  std::jmp_buf jump{};
  long stray_bytes = 0;
  bool odd_scan = false;
};

Hearing& hearing(j_common_ptr info) {
  return *static_cast<Hearing*>(info->client_data);
}

[[noreturn]] void leave(j_common_ptr info) {
  std::longjmp(hearing(info).jump, 1);
}

/// Kinds of libjpeg's warnings that damage no pixel; all other warnings are damage.
enum class Harmless { no, silent, stray_bytes, odd_scan };

Harmless harmless(const jpeg_error_mgr& errors) {
  constexpr int first_restart = 0xd0, last_restart = 0xd7;
  switch (errors.msg_code) {
    case JWRN_JFIF_MAJOR:  // the JFIF version does not affect pixels
      return Harmless::silent;
    case JWRN_EXTRANEOUS_DATA: {
      // Bytes between two segments, or after the last pixel, are harmless. Before a restart they are pixels
      // that were not decoded.
      const int marker = errors.msg_parm.i[1];
      return marker >= first_restart && marker <= last_restart ? Harmless::no : Harmless::stray_bytes;
    }
    case JWRN_NOT_SEQUENTIAL:  // bounds of a scan, which is always read whole
      return Harmless::odd_scan;
    default:
      return Harmless::no;
  }
}

void hear(j_common_ptr info, int level) {
  if (level >= 0) return;
  const auto kind = harmless(*info->err);
  if (kind == Harmless::no) leave(info);
  if (kind == Harmless::stray_bytes) hearing(info).stray_bytes += info->err->msg_parm.i[0];
  if (kind == Harmless::odd_scan) hearing(info).odd_scan = true;
}

void ignore(j_common_ptr) {}
void ignore(j_decompress_ptr) {}

boolean end_early(j_decompress_ptr info) {
  info->err->msg_code = JERR_INPUT_EOF;
  leave(reinterpret_cast<j_common_ptr>(info));
}

void skip(j_decompress_ptr info, long count) {
  auto& source = *info->src;
  if (count <= 0) return;
  if (static_cast<std::size_t>(count) > source.bytes_in_buffer) end_early(info);
  source.next_input_byte += count;
  source.bytes_in_buffer -= static_cast<std::size_t>(count);
}

/// Returns the reason why libjpeg does not support a kind of JPEG; "" where the error is damage.
std::string kind_not_read(const jpeg_error_mgr& errors) {
  switch (errors.msg_code) {
    case JERR_BAD_PRECISION:
      return std::to_string(errors.msg_parm.i[0]) + " bits a value";
    case JERR_CCIR601_NOTIMPL:
      return "colours sampled as CCIR 601 has it";
    case JERR_COMPONENT_COUNT:
      return std::to_string(errors.msg_parm.i[0]) + " channels";
    case JERR_CONVERSION_NOTIMPL:
      return "colours that are none of gray, RGB and CMYK";
    case JERR_FRACT_SAMPLE_NOTIMPL:
      return "channels whose sizes do not divide each other";
    case JERR_SOF_UNSUPPORTED:
      return "lossless or arithmetic coding";
    case JERR_NOTIMPL:
      return "coding that is not known";
    default:
      return "";
  }
}

/// Describes the damage that libjpeg found; in libjpeg's words where there is no translation.
std::string damage_told(j_common_ptr info) {
  const auto& errors = *info->err;
  switch (errors.msg_code) {
    case JERR_NO_SOI:
      return "it does not begin as one";
    case JWRN_HIT_MARKER:
    case JWRN_JPEG_EOF:
      return "its pixels end too early";
    case JWRN_HUFF_BAD_CODE:
    case JWRN_EXTRANEOUS_DATA:
      return "its pixels do not decode";
    case JWRN_MUST_RESYNC:
      return "pixels are missing between its restart marks";
    case JWRN_BOGUS_PROGRESSION:
    case JERR_BAD_PROGRESSION:
    case JERR_MISSING_DATA:
      return "its scans do not fit each other";
    case JERR_NO_QUANT_TABLE:
    case JERR_NO_HUFF_TABLE:
      return "a table is missing that its pixels need";
    case JERR_BAD_HUFF_TABLE:
    case JERR_DHT_INDEX:
    case JERR_DQT_INDEX:
      return "a table is none";
    case JWRN_ADOBE_XFORM:
      return "its colours are stored in no known way";
    case JERR_BAD_LENGTH:
      return "a segment has an impossible length";
    case JERR_SOF_DUPLICATE:
    case JERR_SOI_DUPLICATE:
    case JERR_SOS_NO_SOF:
    case JERR_SOF_NO_SOS:
    case JERR_NO_IMAGE:
    case JERR_UNKNOWN_MARKER:
      return "its segments are not in order";
    case JERR_BAD_COMPONENT_ID:
    case JERR_BAD_SAMPLING:
    case JERR_BAD_MCU_SIZE:
    case JERR_EMPTY_IMAGE:
      return "its header tells of channels that no image has";
    default:
      break;
  }
  char words[JMSG_LENGTH_MAX];
  errors.format_message(info, words);
  return "libjpeg says: " + std::string(words);
}

std::string other_kind(const std::string& why) {
  return "a JPEG of a kind that is not read (" + why + "); save it as plain JPEG or as PNG";
}

/// Converts CMYK to 1 or 3 channels. Adobe's programs store inks inverted.
template <std::size_t channels>
void convert_inks(const std::uint8_t* inks, std::size_t pixels, bool absent, std::uint8_t* to) {
  const std::uint32_t flip = absent ? 0 : 255;
  for (std::size_t i = 0; i < pixels; ++i, inks += 4, to += channels) {
    int colour[3];
    for (std::size_t c = 0; c < 3; ++c) colour[c] = static_cast<int>(product(inks[c] ^ flip, inks[3] ^ flip));
    if constexpr (channels == 1) {
      to[0] = static_cast<std::uint8_t>(brightness(colour[0], colour[1], colour[2]));
    } else {
      for (std::size_t c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(colour[c]);
    }
  }
}

}  // namespace

struct JpegFile::State {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr source{};
  Hearing heard;
  FileBytes bytes;
  const std::string* place = nullptr;
  PixelMemory inks;

  State() = default;
  ~State() { jpeg_destroy_decompress(&info); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Runs calls of libjpeg, and throws their errors.
  template <class Body> void guarded(const Body& body) {
    if (setjmp(heard.jump) == 0) {
      body();
      return;
    }
    complain();
  }
  void begin();
  [[noreturn]] void complain();
  void check_file() const;
  void set_up(std::size_t channels, unsigned eighths);
  void read_rows(std::size_t channels, std::size_t rows, std::uint8_t* to);
};

/// Resets libjpeg, so that no state of an earlier file, such as its tables, is left.
void JpegFile::State::begin() {
  jpeg_destroy_decompress(&info);
  info = {};
  info.err = jpeg_std_error(&errors);
  errors.error_exit = leave;
  errors.emit_message = hear;
  errors.output_message = ignore;
  heard.stray_bytes = 0;
  heard.odd_scan = false;
  info.client_data = &heard;
  if (setjmp(heard.jump) != 0) throw std::bad_alloc();
  jpeg_create_decompress(&info);
  source.init_source = ignore;
  source.fill_input_buffer = end_early;
  source.skip_input_data = skip;
  source.resync_to_restart = jpeg_resync_to_restart;
  source.term_source = ignore;
  info.src = &source;
  jpeg_save_markers(&info, JPEG_APP0 + 1, longest_segment);
}

void JpegFile::State::complain() {
  const auto message = errors.msg_code;
  const auto other = kind_not_read(errors), damage = damage_told(reinterpret_cast<j_common_ptr>(&info));
  const std::size_t width = info.image_width, height = info.image_height;
  jpeg_abort_decompress(&info);
  if (message == JERR_OUT_OF_MEMORY) throw std::bad_alloc();
  if (message == JERR_EMPTY_IMAGE || message == JERR_IMAGE_TOO_BIG) {
    check_extent(width, height, "JPEG", *place);
  }
  if (message == JERR_INPUT_EOF) throw Error(*place + ": a JPEG that ends too early" + again);
  if (!other.empty()) throw Error(*place + ": " + other_kind(other));
  throw Error(*place + ": a damaged JPEG (" + damage + ")" + again);
}

/// Throws where a file does not end where it should, is too short for its pixels, or needs too much work for
/// its size.
void JpegFile::State::check_file() const {
  const auto markers = read_jpeg_markers(bytes);
  if (!markers.ends) throw Error(*place + ": a JPEG that ends too early" + again);
  std::size_t blocks = 0;
  for (int i = 0; i < info.num_components; ++i) {
    blocks += std::size_t{info.comp_info[i].width_in_blocks} * info.comp_info[i].height_in_blocks;
  }
  // A block takes at least a bit for its mean, and one more for the rest unless that is in other scans.
  const std::size_t least_bits = info.progressive_mode != FALSE ? 1 : 2;
  check_bytes(info.image_width, info.image_height, blocks * least_bits / 8, bytes, *place);
  if (markers.scans > most_scans || markers.scans * blocks > most_block_visits) {
    throw Error(*place + ": a JPEG of " + std::to_string(markers.scans) +
                " scans, which take too long; save it with fewer");
  }
}

void JpegFile::State::set_up(std::size_t channels, unsigned eighths) {
  const bool inks_stored = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = inks_stored ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  info.scale_num = eighths;
  info.scale_denom = 8;
  info.do_block_smoothing = FALSE;
}

/// Reads a number of rows. CMYK is read one row at a time.
void JpegFile::State::read_rows(std::size_t channels, std::size_t rows, std::uint8_t* to) {
  const std::size_t width = info.output_width;
  const bool inks_stored = info.out_color_space == JCS_CMYK;
  auto* ink_row = inks_stored ? inks.take(width * 4) : nullptr;
  guarded([&] {
    const auto end = info.output_scanline + static_cast<JDIMENSION>(rows);
    while (info.output_scanline < end) {
      JSAMPROW targets[rows_at_once];
      const auto count = inks_stored ? 1 : std::min(rows_at_once, end - info.output_scanline);
      for (JDIMENSION i = 0; i < count; ++i) {
        targets[i] = inks_stored ? ink_row : to + i * width * channels;
      }
      const auto done = jpeg_read_scanlines(&info, targets, count);
      if (inks_stored) {
        const bool absent = info.saw_Adobe_marker != FALSE;
        channels == 1 ? convert_inks<1>(ink_row, width, absent, to)
                      : convert_inks<3>(ink_row, width, absent, to);
      }
      to += done * width * channels;
    }
    if (end == info.output_height) jpeg_finish_decompress(&info);
    jpeg_abort_decompress(&info);
  });
}

JpegFile::JpegFile() : state_(std::make_unique<State>()) {}
JpegFile::~JpegFile() = default;

JpegFile::Header JpegFile::open(FileBytes bytes, const std::string& place) {
  auto& state = *state_;
  auto& info = state.info;
  state.begin();
  state.bytes = bytes;
  state.place = &place;
  state.source.next_input_byte = bytes.data();
  state.source.bytes_in_buffer = bytes.size();
  state.guarded([&] { jpeg_read_header(&info, TRUE); });
  check_extent(info.image_width, info.image_height, "JPEG", place);
  if (info.arith_code != FALSE) throw Error(place + ": " + other_kind("arithmetic coding"));
  Header header;
  header.size = {info.image_height, info.image_width, info.num_components == 1 ? 1U : 3U};
  for (const auto* marker = info.marker_list; marker != nullptr; marker = marker->next) {
    const auto orientation = exif_orientation({marker->data, marker->data_length});
    if (orientation.turns()) header.orientation = orientation;
  }
  return header;
}

std::string JpegFile::oddity() const {
  const auto& heard = state_->heard;
  if (heard.stray_bytes > 0)
    return std::to_string(heard.stray_bytes) + (heard.stray_bytes == 1 ? " stray byte" : " stray bytes");
  return heard.odd_scan ? "a scan with bounds of another kind of JPEG" : "";
}

JpegFile::Pixels JpegFile::decode(std::size_t channels, unsigned eighths, const Box& box) {
  auto& state = *state_;
  auto& info = state.info;
  state.check_file();
  state.set_up(channels, eighths);
  auto left = static_cast<JDIMENSION>(box.x);
  auto width = static_cast<JDIMENSION>(box.width);
  state.guarded([&] {
    jpeg_start_decompress(&info);
    assert(box.x + box.width <= info.output_width && box.y + box.height <= info.output_height);
    if (width < info.output_width) jpeg_crop_scanline(&info, &left, &width);
    if (box.y > 0) jpeg_skip_scanlines(&info, static_cast<JDIMENSION>(box.y));
  });
  const Box decoded{left, box.y, width, box.height};
  auto* values = pixels_.take(decoded.width * decoded.height * channels);
  state.read_rows(channels, decoded.height, values);
  return {values, decoded};
}

}  // namespace fovea
