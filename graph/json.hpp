#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

// Compiled once, in json.cpp, and not in every file that holds a value.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace fovea {

/// JSON that keeps the order in which keys were written: definitions read as their author wrote them.
using Json = nlohmann::ordered_json;

/// How long the text of a definition may be: room for every parameter of as many stages as there may be.
inline constexpr std::size_t max_json_bytes = std::size_t{64} << 20;

/// Parses text that may come from anybody: at most `max_json_bytes` and 64 levels deep, no duplicate keys, no
/// number beyond double precision. Throws `Error` with line and column.
Json parse_json(std::string_view text);

/// Parses text that this program wrote and found unchanged, of any length and depth. Throws `Error` where it
/// is no JSON all the same.
Json parse_own_json(std::string_view text);

/// The one text of a value, whatever order its keys were written in: what digests are taken of.
std::string canonical(const Json& value);

/// "a whole number", "text", ...: the kind of a value in words for errors.
std::string_view kind_of(const Json& value);

/// An error about a value in `text`, which stands at `place` or is the whole where that is "", with its
/// number as it is written there: 1e9 and not 1000000000.0.
std::string with_number_as_written(const std::string& error, std::string_view text, const std::string& place);

/// The value as a person would write it in an error: compact, and cut where it is long.
std::string shown(const Json& value);

}  // namespace fovea
