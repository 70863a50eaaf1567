// A stored Figures:
//   names           N texts: the file names, in order
//   files/<name>    uint8: the bytes of that file
#include "stages/figures/figures.hpp"

#include <algorithm>

#include "render/cairo.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/store/files.hpp"
#include "runtime/text_file.hpp"
#include "stages/figures/picture.hpp"

namespace fovea {

namespace {

const OneOf& known_formats() {
  static const OneOf known = one_of({"png", "svg", "pdf"});
  return known;
}

void write(const Figures& figures, H5Writer& out) {
  std::vector<std::string> names;
  for (const auto& file : figures.files) names.push_back(file.name);
  out.write("names", names);
  for (const auto& file : figures.files) out.write("files/" + file.name, file.bytes, {file.bytes.size()});
}

Figures read(const H5Reader& in, const Resolve&) {
  Figures figures;
  for (const auto& name : in.texts("names")) {
    expect_file_name(name);
    figures.files.push_back({name, in.read<std::uint8_t>("files/" + name)});
  }
  return figures;
}

void export_to(const Figures& figures, const std::filesystem::path&, const std::filesystem::path& folder) {
  make_folder(folder);
  for (const auto& file : figures.files) {
    const auto bytes = file.bytes.span();
    write_file(folder / file.name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

/// The PNG files, by their names without ".png".
std::vector<NamedImage> images_of(const Figures& figures) {
  std::vector<NamedImage> images;
  for (const auto& file : figures.files) {
    if (file.name.ends_with(".png"))
      images.push_back({file.name.substr(0, file.name.size() - 4), file.bytes.span()});
  }
  return images;
}

std::vector<std::byte> encoded(const render::Drawing& drawing, const std::string& format,
                               const render::Metadata& metadata) {
  if (format == "svg") return render::svg(drawing, metadata);
  if (format == "pdf") return render::pdf(drawing, metadata);
  return render::png(drawing, metadata);
}

}  // namespace

void expect_file_name(const std::string& name) {
  constexpr std::size_t longest = 255;
  if (!name.empty() && name != "." && name != ".." && name.size() <= longest &&
      name.find_first_of(std::string_view("/\0", 2)) == std::string::npos) {
    return;
  }
  throw Error(quote(name) + " is no file name; give one of at most 255 bytes without \"/\"");
}

const Codec& Figures::codec() {
  static const Codec codec =
      telling(make_codec<Figures>(1, write, read, export_to), {.images = told_by<Figures>(images_of)});
  return codec;
}

std::string PictureFormats::broken_by(const std::vector<std::string>& formats) const {
  const auto wrong = [](const std::string& one) { return !known_formats().broken_by(one).empty(); };
  return formats.empty() || std::any_of(formats.begin(), formats.end(), wrong) ? text() : "";
}

std::string PictureFormats::text() const {
  return "a list with at least " + known_formats().text();
}

std::string figure_doc(std::string_view stem) {
  return std::string(stem) + ".png, and other formats";
}

Json drawn_with() {
  static const Json libraries = [] {
    Json versions = Json::object();
    for (const auto& [name, version] : render::drawing_libraries()) versions[name] = version;
    return versions;
  }();
  return libraries;
}

Figures save(const render::Drawing& drawing, const std::string& name, const std::string& title,
             const std::vector<std::string>& formats, const Context& context) {
  const render::Metadata metadata{{"Title", title}, {"Software", "Fovea"}, {"fovea-key", context.key}};
  Figures figures;
  for (const auto& format : formats) {
    const auto bytes = encoded(drawing, format, metadata);
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    figures.files.push_back({name + "." + format, std::vector<std::uint8_t>(first, first + bytes.size())});
  }
  return figures;
}

}  // namespace fovea
