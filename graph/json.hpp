#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

// The instantiation lies in json.cpp, so that files that hold a value do not compile it again.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace fovea {

/// JSON that keeps the written order of its keys, so that definitions read as their author wrote them.
using Json = nlohmann::ordered_json;

/// The largest size of a definition in bytes: room for every parameter of the largest number of stages.
inline constexpr std::size_t max_json_bytes = std::size_t{64} << 20;

/// Parses untrusted text: at most `max_json_bytes` and 64 levels deep, no duplicate keys, no number beyond
/// double precision. Throws `Error` with line and column.
Json parse_json(std::string_view text);

/// Parses trusted text that this program wrote and whose digest matches, of any length and depth. Throws
/// `Error` if the text is not JSON.
Json parse_own_json(std::string_view text);

/// Returns the canonical text of a value, independent of the order of its keys, of which digests are
/// computed.
std::string canonical(const Json& value);

/// Returns the kind of a value in words for errors: "a whole number", "text", ...
std::string_view kind_of(const Json& value);

/// Returns an error about a value of `text` with its number as written in the text: 1e9 and not 1000000000.0.
/// The value stands at `place`, or is the whole text if `place` is "".
std::string with_number_as_written(const std::string& error, std::string_view text, const std::string& place);

/// Returns the value as errors show it: compact, and shortened if it is long.
std::string shown(const Json& value);

}  // namespace fovea
