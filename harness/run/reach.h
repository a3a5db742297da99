#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "harness/check/context.h"
#include "harness/wire/connection.h"

namespace run {

/// How to knock at an endpoint.
struct Knocking {
  wire::TlsOptions tls;
  base::Headers headers;  ///< of the profile: a gateway in front may redirect without them
  std::chrono::milliseconds start_timeout{0};  ///< until it is ready
  std::function<bool()> stop_requested;
};

/// Where an endpoint answers.
struct Reached {
  std::string url;
  check::Moved moved;
  std::vector<std::string> notes;  ///< what is not as the URL said, each in a sentence
  std::string problem;             ///< why it never got ready; empty if it did
};

/// Alternately a GET and a POST, for some servers hold back the head of a GET's stream.
wire::Exchange knock(wire::Connection& connection, const base::Url& url, const Knocking& how,
                     int attempt);

/// Whether that is an answer of the server itself: 502, 503 and 504 are what it, or a balancer in
/// front of it, says while it starts.
bool is_ready(const wire::Exchange& exchange);

/// The same URL on [::1], where it names 127.0.0.1.
std::optional<base::Url> on_ipv6(const base::Url& url);

/// Follows a redirect of an endpoint that is ready: once, and to the same host only, to another
/// path or from http to https.
Reached follow_redirect(const base::Url& url, const Knocking& how);

/// Finds an endpoint that should be running: waits while it answers that it is not ready, tries
/// [::1] where 127.0.0.1 refuses connections, and follows a redirect. What does not answer at all
/// is left to the set-up, which says why.
Reached reach(const base::Url& url, const Knocking& how);

}  // namespace run
