#include "harness/wire/sse.h"

#include <optional>

namespace wire {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The next line, without its end: LF, CR or CRLF. Nothing if the end has not come yet.
std::optional<std::string_view> next_line(std::string_view& text) {
  const std::size_t end = text.find_first_of("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  const bool pair = text[end] == '\r' && text.substr(end + 1, 1) == "\n";
  text.remove_prefix(end + (pair ? 2 : 1));
  return line;
}

/// Adds up the fields of an event; a blank line makes it complete.
class Collector {
 public:
  void field(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
    if (value.substr(0, 1) == " ") value.remove_prefix(1);
    if (name == "data") {
      data_.append(value).push_back('\n');
    } else if (name == "event") {
      type_ = value;
    } else if (name == "id" && value.find('\0') == std::string_view::npos) {
      id_ = value;
    }
  }

  void blank_line() {
    if (!data_.empty()) {
      data_.pop_back();
      events_.push_back({.event = type_.empty() ? "message" : type_, .data = data_, .id = id_});
    }
    data_.clear();
    type_.clear();
  }

  std::vector<Event> take() { return std::move(events_); }

 private:
  std::vector<Event> events_;
  std::string type_;
  std::string data_;
  std::string id_;  // stays until another one comes
};

}  // namespace

std::vector<Event> parse_events(std::string_view body) {
  if (body.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    body.remove_prefix(kByteOrderMark.size());
  }
  Collector collector;
  while (const auto line = next_line(body)) {
    if (line->empty()) {
      collector.blank_line();
    } else {
      collector.field(*line);
    }
  }
  return collector.take();
}

}  // namespace wire
