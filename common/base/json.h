#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "common/base/result.h"

namespace base {

/// Parses JSON the strict way (RFC 8259): one value, nothing after it, valid UTF-8, at most 64
/// levels deep, and no object with the same member twice, which nlohmann/json would let pass
/// with the last one winning. The error names what is wrong and where: the JSON pointer of a
/// duplicate member, or the line and column of a syntax error.
Result<nlohmann::json> parse_json(std::string_view text);

/// The same for files that people write: `//` and `/* */` comments are allowed.
Result<nlohmann::json> parse_json_with_comments(std::string_view text);

/// Compact JSON on one line; bytes that are not UTF-8 become U+FFFD, so it never throws.
std::string dump(const nlohmann::json& value);
/// The same with an indentation of two blanks.
std::string dump_pretty(const nlohmann::json& value);
std::string dump_pretty(const nlohmann::ordered_json& value);
/// `text` as a JSON string, quotes included.
std::string json_string(std::string_view text);

/// The member of an object if that is a string; else, and where `value` is no object, empty.
std::string text_member(const nlohmann::json& value, std::string_view name);
/// The strings of an array, without its other elements; empty where `value` is no array.
std::vector<std::string> texts(const nlohmann::json& value);

}  // namespace base
