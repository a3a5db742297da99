#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suites::surface {

/// A text frame of a client, masked as RFC 6455, section 5.3 demands it.
std::string client_frame(std::string_view text);
/// The texts of the complete unfragmented text frames that a server sent.
std::vector<std::string> texts_in_frames(std::string_view bytes);

}  // namespace suites::surface
