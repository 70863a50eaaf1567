#include "pipelines/tracking/event_file.hpp"

#include <limits>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/pipelines/tracking/event_reader.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;

namespace {

/// Bytes written as hex, with spaces for the eye.
std::string from_hex(const std::string& text) {
  std::string bytes;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    for (std::size_t i = 0; i < word.size(); i += 2)
      bytes += static_cast<char>(std::stoi(word.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

/// The header of a PNG of 3 x 2 pixels with this kind of colour.
std::string png_header(const std::string& colour) {
  return from_hex("89504E47 0D0A1A0A 0000000D 49484452 00000003 00000002 08 " + colour + " 000000 00000000");
}

}  // namespace

TEST_CASE("event file: CRC-32C is that of RFC 3720") {
  CHECK(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c("") == 0);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43);
}

TEST_CASE("event file: messages are these bytes") {
  CHECK(version_event(1.0) == from_hex("09 000000000000F03F 1A 0D") + "brain.Event:2");
  CHECK(start_event(1.0, 300) == from_hex("09 000000000000F03F 10 AC02 3A 02 0801"));
  Summary summary;
  summary.scalar("a", 0.5);
  CHECK(summary_event(2.0, 1, summary) ==
        from_hex("09 0000000000000040 10 01 2A 0A 0A 08 0A01 61 15 0000003F"));
}

TEST_CASE("event file: a record is length, check, event, check") {
  const auto record = framed("123456789");
  CHECK(record.size() == 8 + 4 + 9 + 4);
  CHECK(record.substr(0, 8) == from_hex("09000000 00000000"));
  CHECK(record.substr(12, 9) == "123456789");
  // E3069283 turned right by 15 bits is 2507C60D; A282EAD8 more is C78AB0E5.
  CHECK(record.substr(21) == from_hex("E5B08AC7"));
  CHECK(event_reader::records(record + record) == std::vector<std::string>{"123456789", "123456789"});
}

TEST_CASE("event file: an image has the size and the channels of its PNG") {
  using namespace event_reader;
  for (const auto& [colour, channels] : {std::pair{"00", 1U}, std::pair{"02", 3U}, std::pair{"06", 4U}}) {
    const auto png = png_header(colour);
    const auto value = message(only(message(Summary().image("drawn", png).bytes()), 1).text);
    const auto image = message(only(value, 4).text);
    CHECK(only(value, 1).text == "drawn");
    CHECK(only(image, 1).bits == 2);
    CHECK(only(image, 2).bits == 3);
    CHECK(only(image, 3).bits == channels);
    CHECK(only(image, 4).text == png);
  }
  CHECK(error_of([] { Summary().image("drawn", "<svg/>"); }) == "\"drawn\": no PNG");
}

TEST_CASE("event file: a histogram is its sums and its intervals") {
  using namespace event_reader;
  Summary summary;
  summary.histogram("weights", {-1, 2, 3, 1.5, 5.25, {1, 2}});
  const auto histogram = message(only(message(only(message(summary.bytes()), 1).text), 5).text);
  const std::vector<double> sums{-1, 2, 3, 1.5, 5.25};
  for (std::size_t i = 0; i < sums.size(); ++i)
    CHECK(only(histogram, static_cast<int>(i + 1)).as_double() == sums[i]);
  CHECK(only(histogram, 6).text == from_hex("000000000000E03F 0000000000000040"));
  CHECK(only(histogram, 7).text == from_hex("000000000000F03F 0000000000000040"));
}

TEST_CASE("event file: the histogram of weights counts every finite one in the interval where it lies") {
  const std::vector<float> values{-1, -1, 0.1F, 1, std::numeric_limits<float>::quiet_NaN()};
  const auto histogram = histogram_of(values);
  CHECK(histogram.count == 4);
  CHECK(histogram.least == -1);
  CHECK(histogram.most == 1);
  CHECK(histogram.counts.front() == 2);
  CHECK(histogram.counts[35] == 1);
  CHECK(histogram.limits()[35] == 0.125);
  CHECK(histogram.counts.back() == 1);
  CHECK(histogram.limits().back() == 1);
  const std::vector<float> alike(3, 0.5F);
  CHECK(histogram_of(alike).counts.front() == 3);
  CHECK(histogram_of({}).count == 0);
  CHECK(histogram_of({}).limits().empty());
  CHECK(to_json(histogram_from(to_json(histogram))) == to_json(histogram));
}

TEST_CASE("event file: begins with version and start, and shows what was flushed while it is open") {
  using namespace event_reader;
  const Folder folder;
  EventFile file(folder / "logs", 1234.75, "me", 40);
  file.add(1235, 41, Summary().scalar("loss", 0.25));
  file.flush();
  CHECK(file.path() == folder / "logs/events.out.tfevents.1234.me");
  const auto all = records(bytes_of(file.path()));
  REQUIRE(all.size() == 3);
  CHECK(all[0] == version_event(1234.75));
  CHECK(all[1] == start_event(1234.75, 40));
  const auto points = scalars(bytes_of(file.path())).at("loss");
  REQUIRE(points.size() == 1);
  CHECK(points[0].step == 41);
  CHECK(points[0].time == 1235);
  CHECK(points[0].value == 0.25F);
}

TEST_CASE("event file: a folder that can't be made is an error that names it") {
  const Folder folder;
  std::ofstream(folder / "logs") << "a file in the way";
  CHECK(error_of([&] {
          EventFile(folder / "logs/train", 1, "me");
        }).starts_with((folder / "logs/train").string() + ": "));
}

TEST_CASE("event file: a disk that is full is named, whether little or much was written") {
  for (const int events : {1, 1000}) {
    const Folder folder;
    std::filesystem::create_symlink("/dev/full", folder / "events.out.tfevents.1.me");
    EventFile file(folder.path(), 1, "me");
    for (int i = 0; i < events; ++i) file.add(1, i, Summary().scalar("loss", 0.25));
    for (int again = 0; again < 2; ++again) {
      CHECK(error_of([&] { file.flush(); }) ==
            (folder / "events.out.tfevents.1.me").string() +
                ": no space left on the disk; free some or choose another place");
    }
  }
}
