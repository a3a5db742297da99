#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wire {

struct Event {
  std::string event;  ///< "message" where the stream names none
  std::string data;
  std::string id;
};

/// The complete events of a `text/event-stream` body (WHATWG HTML, section 9.2.6); what is not
/// yet ended by a blank line is left out.
std::vector<Event> parse_events(std::string_view body);

}  // namespace wire
