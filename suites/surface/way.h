#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "suites/surface/forged.h"

namespace suites::surface {

/// One way into the server: a request that can be sent with any credential.
struct Way {
  std::string name;  ///< "tools/call of echo"
  std::function<mcp::Answer(const check::Credential&)> send;
  std::string method = {};  ///< of the profile's public_methods
  /// The case that reports where this way is open without credentials; then there is no need to
  /// say it twice.
  std::string reported_by = {};
  /// Valid credentials are only tried after a forgery was not rejected: the call may do something
  /// where the server carries it out in spite of all.
  bool forgeries_first = false;
  /// A handshake: it tells the server's name and abilities, and nothing of what it protects.
  bool handshake = false;
};
using Ways = std::vector<Way>;

/// What of the answer to a valid credential another answer gives.
enum class Got {
  nothing,
  error,            ///< the same JSON-RPC or tool error: the request was processed
  acknowledgement,  ///< the same empty answer: 202, {} or an empty list
  result,           ///< the result itself, or an open event stream
};
/// `again` is a second answer to a valid credential, asked for only where results change.
Got compare(const mcp::Answer& answer, const mcp::Answer& valid,
            const std::function<mcp::Answer()>& again);
/// Whether a valid credential gets anything there at all.
bool exists(const mcp::Answer& valid);
/// Whether it is a 2xx answer that begins an event stream.
bool opens_stream(const mcp::Answer& answer);

/// No forgery gets on this way what valid credentials get. Skipped where these get nothing either.
check::Finding verified(check::Probe& probe, const Way& way, const Forgeries& forgeries);
/// The same for several ways; skipped where none exists.
check::Finding verified(check::Probe& probe, const Ways& ways, const Forgeries& forgeries);
check::Finding on_each(const Ways& ways, const std::function<check::Finding(const Way&)>& judge);

/// What a way gave to some forgeries, as a finding. `labels` says which.
check::Finding let_in(const std::string& way, const std::vector<std::string>& labels, Got got,
                      const std::string& actual);

/// The forgeries that the control's own operation rejects. The others are accepted everywhere,
/// which other suites report: this one is about ways whose check is missing.
Forgeries rejected_by_control(check::Probe& probe, Forgeries forgeries);
inline constexpr const char* kAcceptedAnywhere =
    "the control's own operation accepts these credentials too: see surface.tools-list";

/// Body of a case: ways × what anyone can send. Undecided where valid credentials are rejected, or
/// where nothing is rejected at all.
using MakeWays = std::function<Ways(check::Probe&)>;
check::Body verifies(MakeWays make);
/// What has to hold before any way is tried; nothing if it does.
std::optional<check::Finding> not_judgeable(check::Probe& probe);

// Requests, each on a connection of its own.
inline constexpr std::chrono::milliseconds kForAnAnswer{10'000};
inline constexpr std::chrono::milliseconds kForAStream{2'000};
mcp::Answer ask(check::Probe& probe, const mcp::Framing& framing, const mcp::Operation& operation,
                const check::Credential& credential);
/// Any request; an event stream is read until it holds the response to `id`, or, without one, only
/// until it is open.
mcp::Answer ask(check::Probe& probe, wire::Request request, const check::Credential& credential,
                std::string_view id, std::chrono::milliseconds span);
/// A way that sends this operation in the run's own framing.
Way of_operation(check::Probe& probe, mcp::Operation operation, std::string name = {});

/// A conversation of a revision with a handshake, begun with that credential; nothing where the
/// server does not speak it. `preferred`: the revision to ask for, where the run's is none.
std::optional<mcp::Framing> begin_legacy(check::Probe& probe, const check::Credential& credential,
                                         mcp::Revision preferred = mcp::Revision::r2025_11_25);

}  // namespace suites::surface
