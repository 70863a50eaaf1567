#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Reads event files on its own: framing with both checks, and the fields of messages by number.
namespace event_reader {

inline std::uint32_t slow_crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
  }
  return crc ^ 0xFFFFFFFF;
}

template <class T> T number_at(std::string_view bytes, std::size_t at) {
  T number{};
  if (at + sizeof number > bytes.size()) throw std::runtime_error("ends too early");
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

inline void expect_check(std::string_view bytes, std::uint32_t masked) {
  const auto turned = masked - 0xA282EAD8;
  if (((turned >> 17) | (turned << 15)) != slow_crc32c(bytes)) throw std::runtime_error("a check is wrong");
}

/// The events of a file.
inline std::vector<std::string> records(std::string_view file) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < file.size();) {
    const auto length = number_at<std::uint64_t>(file, at);
    expect_check(file.substr(at, 8), number_at<std::uint32_t>(file, at + 8));
    const auto event = file.substr(at + 12, length);
    expect_check(event, number_at<std::uint32_t>(file, at + 12 + length));
    all.emplace_back(event);
    at += 16 + length;
  }
  return all;
}

/// The fields of a message: numbers as their raw bits, texts as they are, each with its number.
struct Field {
  std::uint64_t bits = 0;
  std::string text;
  double as_double() const { return number_at<double>({reinterpret_cast<const char*>(&bits), 8}, 0); }
  float as_float() const { return number_at<float>({reinterpret_cast<const char*>(&bits), 4}, 0); }
};
using Message = std::multimap<int, Field>;

inline Message message(std::string_view bytes) {
  using Kind = protozero::pbf_wire_type;
  Message fields;
  protozero::pbf_reader reader(bytes.data(), bytes.size());
  while (reader.next()) {
    const auto number = static_cast<int>(reader.tag());
    Field field;
    switch (reader.wire_type()) {
      case Kind::varint:
        field.bits = reader.get_uint64();
        break;
      case Kind::fixed64:
        field.bits = reader.get_fixed64();
        break;
      case Kind::length_delimited:
        field.text = reader.get_bytes();
        break;
      case Kind::fixed32:
        field.bits = reader.get_fixed32();
        break;
      default:
        throw std::runtime_error("a kind that is not used");
    }
    fields.emplace(number, field);
  }
  return fields;
}

inline const Field& only(const Message& fields, int number) {
  if (fields.count(number) != 1) throw std::runtime_error("not one field " + std::to_string(number));
  return fields.find(number)->second;
}

/// A scalar with its step and time.
struct Point {
  std::int64_t step;
  double time;
  float value;
};

/// Calls `visit(event, value)` for each value of each summary in a file.
template <class Visit> void for_each_value(std::string_view file, const Visit& visit) {
  for (const auto& record : records(file)) {
    const auto event = message(record);
    if (!event.contains(5)) continue;
    const auto summary = message(only(event, 5).text);
    for (const auto& [number, value] : summary) visit(event, message(value.text));
  }
}

/// All scalars of a file by tag.
inline std::map<std::string, std::vector<Point>> scalars(std::string_view file) {
  std::map<std::string, std::vector<Point>> all;
  for_each_value(file, [&](const auto& event, const auto& one) {
    if (!one.contains(2)) return;
    all[only(one, 1).text].push_back({static_cast<std::int64_t>(only(event, 2).bits),
                                      only(event, 1).as_double(), only(one, 2).as_float()});
  });
  return all;
}

/// The settings that a file tells the plugin "hparams", as text.
inline std::map<std::string, std::string> settings(std::string_view file) {
  std::map<std::string, std::string> all;
  for_each_value(file, [&](const auto&, const auto& one) {
    if (only(one, 1).text != "_hparams_/session_start_info") return;
    const auto plugin = message(only(message(only(one, 9).text), 1).text);
    if (only(plugin, 1).text != "hparams") throw std::runtime_error("another plugin");
    const auto start = message(only(message(only(plugin, 2).text), 3).text);
    for (auto [entry, end] = start.equal_range(1); entry != end; ++entry) {
      const auto setting = message(entry->second.text);
      const auto told = message(only(setting, 2).text);
      std::ostringstream text;
      if (told.contains(2)) text << only(told, 2).as_double();
      if (told.contains(3)) text << only(told, 3).text;
      if (told.contains(4)) text << (only(told, 4).bits == 1 ? "true" : "false");
      all[only(setting, 1).text] = text.str();
    }
  });
  return all;
}

/// All histograms of a file by tag: the step of each, and how many values it counts.
inline std::map<std::string, std::vector<std::pair<std::int64_t, double>>> histograms(std::string_view file) {
  std::map<std::string, std::vector<std::pair<std::int64_t, double>>> all;
  for_each_value(file, [&](const auto& event, const auto& value) {
    if (!value.contains(5)) return;
    all[only(value, 1).text].emplace_back(static_cast<std::int64_t>(only(event, 2).bits),
                                          only(message(only(value, 5).text), 3).as_double());
  });
  return all;
}

}  // namespace event_reader
