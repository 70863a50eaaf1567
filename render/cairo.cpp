#include "render/cairo.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <pango/pangocairo.h>

#include <cassert>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <string>

#include "graph/error.hpp"
#include "render/chart/ticks.hpp"
#include "render/svg.hpp"

namespace fovea::render {
namespace {

struct Release {
  void operator()(cairo_t* c) const { cairo_destroy(c); }
  void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
  void operator()(cairo_font_options_t* o) const { cairo_font_options_destroy(o); }
  void operator()(PangoContext* c) const { g_object_unref(c); }
  void operator()(PangoLayout* l) const { g_object_unref(l); }
  void operator()(PangoFontDescription* d) const { pango_font_description_free(d); }
};
template <class T> using Owned = std::unique_ptr<T, Release>;

void check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw Error(std::string("figure: cairo: ") + cairo_status_to_string(status));
}

// A text layout without hinting, so that letters have equal positions at every size and on every surface.
class Letters {
 public:
  Letters()
      : context_(pango_font_map_create_context(pango_cairo_font_map_get_default())),
        layout_(nullptr),
        description_(pango_font_description_from_string("sans")) {
    const Owned<cairo_font_options_t> options(cairo_font_options_create());
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context_.get(), options.get());
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
    layout_.reset(pango_layout_new(context_.get()));
  }

  PangoLayout* set(std::string_view text, const Font& font, Align align = Align::start) {
    pango_font_description_set_absolute_size(description_.get(), font.size * PANGO_SCALE);
    pango_font_description_set_weight(description_.get(),
                                      font.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout_.get(), description_.get());
    pango_layout_set_alignment(layout_.get(), align == Align::start    ? PANGO_ALIGN_LEFT
                                              : align == Align::middle ? PANGO_ALIGN_CENTER
                                                                       : PANGO_ALIGN_RIGHT);
    pango_layout_set_text(layout_.get(), text.data(), static_cast<int>(text.size()));
    return layout_.get();
  }

  static Size size(PangoLayout* layout) {
    int width = 0;
    int height = 0;
    pango_layout_get_size(layout, &width, &height);
    return {static_cast<double>(width) / PANGO_SCALE, static_cast<double>(height) / PANGO_SCALE};
  }

 private:
  Owned<PangoContext> context_;
  Owned<PangoLayout> layout_;
  Owned<PangoFontDescription> description_;
};

class Canvas {
 public:
  explicit Canvas(cairo_surface_t* surface) : cairo_(cairo_create(surface)) {
    check(cairo_status(cairo_.get()));
  }

  void draw(const Drawing& drawing, double scale) {
    cairo_scale(cairo_.get(), scale, scale);
    set(white);
    cairo_paint(cairo_.get());
    for (const auto& shape : drawing.shapes) std::visit(*this, shape);
    check(cairo_status(cairo_.get()));
  }

  void operator()(const Polyline& s) {
    if (s.points.size() < 2 || s.stroke.width <= 0) return;
    trace(s.points);
    stroke(s.stroke);
  }

  void operator()(const Polygon& s) {
    if (s.points.size() < 3) return;
    trace(s.points);
    cairo_close_path(cairo_.get());
    set(s.fill);
    cairo_fill(cairo_.get());
  }

  void operator()(const Rectangle& s) {
    cairo_rectangle(cairo_.get(), s.box.x, s.box.y, s.box.width, s.box.height);
    fill_and_stroke(s.fill, s.stroke);
  }

  void operator()(const Marker& s) {
    trace_marker(s);
    if (s.shape == MarkerShape::cross) {
      stroke({s.fill, std::max(1.5, s.radius * 0.45), Dash::solid});
    } else {
      fill_and_stroke(s.fill, s.outline);
    }
  }

  void operator()(const Text& s) {
    if (s.text.empty()) return;
    cairo_t* c = cairo_.get();
    cairo_save(c);
    cairo_translate(c, s.at.x, s.at.y);
    if (s.degrees != 0) cairo_rotate(c, -s.degrees * std::numbers::pi / 180);
    PangoLayout* layout = letters_.set(s.text, s.font, s.align);
    pango_cairo_update_layout(c, layout);
    const Size size = Letters::size(layout);
    const double x = s.align == Align::start ? 0 : s.align == Align::middle ? -size.width / 2 : -size.width;
    const double y = s.vertical == VerticalAlign::top      ? 0
                     : s.vertical == VerticalAlign::middle ? -size.height / 2
                                                           : -size.height;
    cairo_move_to(c, x, y);
    set(s.color);
    pango_cairo_show_layout(c, layout);
    cairo_restore(c);
    cairo_new_path(c);
  }

  void operator()(const Image& s) {
    assert(s.rgb.size() == static_cast<std::size_t>(s.columns) * static_cast<std::size_t>(s.rows) * 3);
    if (s.columns == 0 || s.rows == 0) return;
    cairo_t* c = cairo_.get();
    const Owned<cairo_surface_t> surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, s.columns, s.rows));
    check(cairo_surface_status(surface.get()));
    copy_pixels(s, surface.get());
    cairo_save(c);
    cairo_rectangle(c, s.box.x, s.box.y, s.box.width, s.box.height);
    cairo_clip(c);
    cairo_translate(c, s.box.x, s.box.y);
    cairo_scale(c, s.box.width / s.columns, s.box.height / s.rows);
    cairo_set_source_surface(c, surface.get(), 0, 0);
    cairo_pattern_set_filter(cairo_get_source(c), s.smooth ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST);
    cairo_pattern_set_extend(cairo_get_source(c), CAIRO_EXTEND_PAD);
    cairo_paint(c);
    cairo_restore(c);
  }

  void operator()(const Group& s) {
    cairo_save(cairo_.get());
    cairo_rectangle(cairo_.get(), s.clip.x, s.clip.y, s.clip.width, s.clip.height);
    cairo_clip(cairo_.get());
    for (const auto& shape : s.shapes) std::visit(*this, shape);
    cairo_restore(cairo_.get());
  }

 private:
  void set(Color color) {
    cairo_set_source_rgba(cairo_.get(), color.red / 255.0, color.green / 255.0, color.blue / 255.0,
                          color.alpha / 255.0);
  }

  void trace(const std::vector<Point>& points) {
    cairo_new_sub_path(cairo_.get());
    for (const Point p : points) cairo_line_to(cairo_.get(), p.x, p.y);
  }

  void trace_marker(const Marker& s) {
    cairo_t* c = cairo_.get();
    const auto [x, y] = s.at;
    const double r = s.radius;
    const double side = r * 0.886;  // the same area of ink as the circle
    cairo_new_path(c);
    switch (s.shape) {
      case MarkerShape::circle:
        cairo_arc(c, x, y, r, 0, 2 * std::numbers::pi);
        break;
      case MarkerShape::square:
        cairo_rectangle(c, x - side, y - side, 2 * side, 2 * side);
        break;
      case MarkerShape::diamond:
        trace({{x, y - r * 1.25}, {x + r * 1.25, y}, {x, y + r * 1.25}, {x - r * 1.25, y}});
        break;
      case MarkerShape::triangle:
        trace({{x, y - r * 1.3}, {x + r * 1.2, y + r * 0.85}, {x - r * 1.2, y + r * 0.85}});
        break;
      case MarkerShape::cross:
        trace({{x - side, y - side}, {x + side, y + side}});
        trace({{x - side, y + side}, {x + side, y - side}});
        return;
    }
    cairo_close_path(c);
  }

  void fill_and_stroke(Color fill, const Stroke& outline) {
    if (fill.alpha > 0) {
      set(fill);
      cairo_fill_preserve(cairo_.get());
    }
    if (outline.width > 0) stroke(outline);
    cairo_new_path(cairo_.get());
  }

  void stroke(const Stroke& s) {
    cairo_t* c = cairo_.get();
    const double dashed[] = {s.width * 3.5, s.width * 2.5};
    const double dotted[] = {s.width * 0.01, s.width * 2};
    cairo_set_dash(c, s.dash == Dash::dotted ? dotted : dashed, s.dash == Dash::solid ? 0 : 2, 0);
    cairo_set_line_cap(c, s.dash == Dash::dotted ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(c, s.width);
    set(s.color);
    cairo_stroke(c);
  }

  static void copy_pixels(const Image& image, cairo_surface_t* surface) {
    cairo_surface_flush(surface);
    unsigned char* data = cairo_image_surface_get_data(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    const std::uint8_t* from = image.rgb.data();
    for (int y = 0; y < image.rows; ++y) {
      for (int x = 0; x < image.columns; ++x, from += 3) {
        const std::uint32_t pixel = static_cast<std::uint32_t>(from[0]) << 16 | from[1] << 8 | from[2];
        std::memcpy(data + y * stride + x * 4, &pixel, 4);
      }
    }
    cairo_surface_mark_dirty(surface);
  }

  Owned<cairo_t> cairo_;
  Letters letters_;
};

cairo_status_t collect(void* closure, const unsigned char* data, unsigned int length) {
  auto& out = *static_cast<std::vector<std::byte>*>(closure);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + length);
  return CAIRO_STATUS_SUCCESS;
}

// Draws on a surface that writes its file through `collect`, and finishes the file.
void draw_on(cairo_surface_t* surface, const Drawing& drawing) {
  check(cairo_surface_status(surface));
  Canvas(surface).draw(drawing, 1);
  cairo_surface_finish(surface);
  check(cairo_surface_status(surface));
}

}  // namespace

Size measure_text(std::string_view text, const Font& font) {
  thread_local Letters letters;
  return Letters::size(letters.set(text, font));
}

Pixels pixels(const Drawing& drawing, double scale) {
  const double width = std::ceil(drawing.size.width * scale);
  const double height = std::ceil(drawing.size.height * scale);
  if (!(width >= 1 && height >= 1 && width <= 32767 && height <= 32767)) {
    throw Error("figure: " + number(width, 6) + " x " + number(height, 6) +
                " pixels; each side must be between 1 and 32767");
  }
  Pixels result{static_cast<int>(width), static_cast<int>(height), {}};
  const Owned<cairo_surface_t> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, result.width, result.height));
  check(cairo_surface_status(surface.get()));
  Canvas(surface.get()).draw(drawing, scale);
  cairo_surface_flush(surface.get());
  result.rgb.resize(static_cast<std::size_t>(result.width) * static_cast<std::size_t>(result.height) * 3);
  const unsigned char* data = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  std::uint8_t* out = result.rgb.data();
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x, out += 3) {
      std::uint32_t pixel = 0;
      std::memcpy(&pixel, data + static_cast<std::ptrdiff_t>(y) * stride + x * 4, 4);
      out[0] = static_cast<std::uint8_t>(pixel >> 16);
      out[1] = static_cast<std::uint8_t>(pixel >> 8);
      out[2] = static_cast<std::uint8_t>(pixel);
    }
  }
  return result;
}

std::vector<std::byte> png(const Drawing& drawing, const Metadata& metadata, double scale) {
  return encode_png(pixels(drawing, scale), metadata);
}

std::vector<std::byte> svg(const Drawing& drawing, const Metadata& metadata) {
  std::vector<std::byte> out;
  const Owned<cairo_surface_t> surface(
      cairo_svg_surface_create_for_stream(collect, &out, drawing.size.width, drawing.size.height));
  cairo_svg_surface_set_document_unit(surface.get(), CAIRO_SVG_UNIT_PX);
  draw_on(surface.get(), drawing);
  const std::string text = finished_svg({reinterpret_cast<const char*>(out.data()), out.size()}, metadata);
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

std::vector<std::byte> pdf(const Drawing& drawing, const Metadata& metadata) {
  std::vector<std::byte> out;
  const Owned<cairo_surface_t> surface(
      cairo_pdf_surface_create_for_stream(collect, &out, drawing.size.width, drawing.size.height));
  std::string keywords;
  for (const auto& [key, value] : metadata) {
    const std::string text = printable(value);
    if (key == "Title") cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, text.c_str());
    keywords += (keywords.empty() ? "" : "; ") + printable(key) + ": " + text;
  }
  if (!keywords.empty())
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_KEYWORDS, keywords.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
  draw_on(surface.get(), drawing);
  return out;
}

std::vector<std::pair<std::string, std::string>> drawing_libraries() {
  return {{"cairo", cairo_version_string()}, {"pango", pango_version_string()}};
}

}  // namespace fovea::render
