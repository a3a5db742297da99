#pragma once

#include <optional>
#include <string_view>

#include "common/http/server.h"

namespace idp {

// Applications that run in a browser ask some endpoints by script (CORS, as the Fetch standard has
// it): documents and keys from anywhere; where there are tokens to be had only from this machine,
// so that no other page gets one out of a provider that somebody has running.

/// The answer to the browser's question whether the script may ask; nothing where the request is no
/// such question or the script may not.
std::optional<http::Response> answer_preflight(const http::Request& request,
                                               std::string_view endpoint);

/// Lets the script see the answer where it may. `endpoint` is the name in the journal.
void share_with_scripts(const http::Request& request, std::string_view endpoint,
                        http::Response& response);

}  // namespace idp
