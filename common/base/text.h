#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

/// ASCII lower case; other bytes are left alone.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
/// Equal but for ASCII case, as header names and schemes are compared.
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// Without blanks and tabs at either end (optional white space of RFC 9110, section 5.6.3).
std::string_view trim(std::string_view text);
/// The parts between separators; an empty text has no part.
std::vector<std::string> split(std::string_view text, char separator);
/// The words between runs of blanks.
std::vector<std::string> words(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
bool contains(const std::vector<std::string>& list, std::string_view item);
/// Whether `text` matches a pattern in which `*` stands for any run and `?` for one character.
bool matches_glob(std::string_view pattern, std::string_view text);
/// Every occurrence of `what` replaced.
std::string replace_all(std::string_view text, std::string_view what, std::string_view with);
/// Cut to `limit` bytes, with a note of how much is missing.
std::string abbreviate(std::string_view text, std::size_t limit);
/// `text` for the content or a quoted attribute of HTML or XML: its markup becomes character
/// references.
std::string escape_markup(std::string_view text);
/// `text` as one word of a POSIX shell.
std::string shell_quote(std::string_view text);

}  // namespace base
