#pragma once

#include <string>
#include <string_view>

namespace reports {

/// What a server sent, made safe to show: line feeds, tabs and CR LF stay, every other control
/// character, every byte that is not UTF-8 and every character that turns the writing direction
/// is spelled out (`\x1b`, `\u{202e}`), so that no text can steer a terminal or deceive a reader.
std::string printable(std::string_view text);

/// The same on one line: line ends become blanks.
std::string one_line(std::string_view text);

/// Columns that the text takes on a terminal, one per code point.
std::size_t columns(std::string_view text);

/// Breaks at blanks so that no line is longer than `width`; lines after the first begin with
/// `indent` blanks. Words that are longer than a line stay whole, so they can be copied.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width);

/// "1 case", "3 cases".
std::string counted(std::size_t count, std::string_view noun);

/// "1.4 s", "12 ms", "2 min 5 s".
std::string duration_text(long long milliseconds);

}  // namespace reports
