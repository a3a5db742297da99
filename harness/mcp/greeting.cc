#include "harness/mcp/greeting.h"

#include <fmt/core.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"

namespace mcp {
namespace {

using nlohmann::json;

constexpr Revision kNewestLegacy = Revision::r2025_11_25;
constexpr std::string_view kServerInfo = "io.modelcontextprotocol/serverInfo";

/// Error codes that only modern servers have (2026-07-28, "Error Codes").
constexpr int kHeaderMismatch = -32020;
constexpr int kMissingCapability = -32021;
constexpr int kUnsupportedVersion = -32022;

json parse(const std::string& text) {
  return json::parse(text, nullptr, /*allow_exceptions=*/false);
}

json member(const json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? json() : *found;
}

/// The newest revision of an era in a server's list.
std::optional<Revision> newest(const std::vector<std::string>& versions, Era era) {
  std::optional<Revision> best;
  for (const std::string& version : versions) {
    const auto revision = revision_from(version);
    if (revision && era_of(*revision) == era && (!best || *revision > *best)) best = revision;
  }
  return best;
}

/// Fit to be sent back in a header field; a server may say anything.
bool is_date_like(std::string_view version) {
  return version.find_first_not_of("0123456789-") == std::string_view::npos;
}

/// What goes wrong below HTTP does not get better by asking differently.
bool hopeless(const Answer& answer) {
  if (answer.kind != Kind::none) return false;
  const wire::Failure failure = answer.exchange.failure;
  return failure != wire::Failure::reset && failure != wire::Failure::closed;
}

bool was_refused(const Answer& answer) {
  return answer.kind == Kind::unauthorized || answer.kind == Kind::forbidden;
}

/// One attempt to come to terms with a server.
class Greeter {
 public:
  Greeter(const Send& send, const std::string& target, std::optional<Revision> only)
      : send_(send), target_(target), only_(only) {}

  Greeting greet() {
    if (!only_ || era_of(*only_) == Era::modern) {
      if (discover()) return std::move(greeting_);
    }
    initialize(only_.value_or(legacy_wish_), /*again=*/true);
    return std::move(greeting_);
  }

  Greeting greet_legacy() {
    initialize(legacy_wish_, /*again=*/true);
    return std::move(greeting_);
  }

 private:
  /// True when the matter is settled, for better or worse.
  bool discover() {
    greeting_.era = Era::modern;
    greeting_.revision = only_.value_or(kNewest);
    const Framing framing{.target = target_, .revision = greeting_.revision};
    constexpr std::string_view kId = R"("discover-1")";
    greeting_.last = send_(frame(framing, {.method = "server/discover"}, kId), kId);
    const Answer& answer = greeting_.last;
    if (was_refused(answer)) return greeting_.refused = true;
    if (hopeless(answer)) return problem(answer.summary());
    if (answer.kind == Kind::limited) return problem("the server answers 429 to the first request");

    const json result = parse(answer.result);
    const json error = member(parse(answer.message), "error");
    std::vector<std::string> versions = base::texts(member(result, "supportedVersions"));
    const bool unsupported = answer.kind == Kind::rpc_error && versions.empty();
    if (unsupported) versions = base::texts(member(member(error, "data"), "supported"));

    if (!versions.empty()) return choose(versions, result);
    if (answer.kind == Kind::rpc_error &&
        (answer.rpc_code == kHeaderMismatch || answer.rpc_code == kMissingCapability ||
         answer.rpc_code == kUnsupportedVersion)) {
      greeting_.protocol_version = std::string(to_string(greeting_.revision));
      return true;
    }
    if (only_) {
      return problem(
          fmt::format("the server does not speak {}: it answered server/discover with {}",
                      to_string(*only_), answer.summary()));
    }
    discovered_ = answer.summary();
    return false;
  }

  /// Settles on a modern version of the server's list, or leaves it to `initialize`.
  bool choose(const std::vector<std::string>& versions, const json& result) {
    if (only_ && !base::contains(versions, to_string(*only_))) {
      return problem(fmt::format("the server supports {}, not {}", base::join(versions, ", "),
                                 to_string(*only_)));
    }
    const auto modern = only_ ? only_ : newest(versions, Era::modern);
    if (!modern) {
      if (const auto legacy = newest(versions, Era::legacy)) {
        legacy_wish_ = *legacy;
        return false;
      }
      return problem(fmt::format("the server supports {}, none of which this program knows",
                                 base::join(versions, ", ")));
    }
    greeting_.revision = *modern;
    greeting_.protocol_version = std::string(to_string(*modern));
    json info = member(member(result, "_meta"), kServerInfo);
    if (!info.is_object()) info = member(result, "serverInfo");
    take_server_info(info);
    return true;
  }

  void initialize(Revision wish, bool again) {
    greeting_.era = Era::legacy;
    greeting_.revision = wish;
    constexpr std::string_view kId = R"("initialize-1")";
    greeting_.last = send_(frame_initialize({.target = target_, .revision = wish}, kId), kId);
    const Answer& answer = greeting_.last;
    if (was_refused(answer)) {
      greeting_.refused = true;
      return;
    }
    const json result = parse(answer.result);
    if (answer.kind != Kind::result || !result.is_object()) {
      const json error = member(parse(answer.message), "error");
      const auto versions = base::texts(member(member(error, "data"), "supported"));
      const auto other = newest(versions, Era::legacy);
      if (again && !only_ && other && *other != wish) return initialize(*other, /*again=*/false);
      no_handshake(wish, answer.summary());
      return;
    }
    take_server_info(member(result, "serverInfo"));
    if (const std::string* session = answer.exchange.response->header("Mcp-Session-Id")) {
      greeting_.session_id = *session;
    }
    if (negotiate(base::text_member(result, "protocolVersion"))) confirm();
  }

  void no_handshake(Revision wish, const std::string& summary) {
    std::string text = fmt::format("initialize ({}) got {}", to_string(wish), summary);
    if (!discovered_.empty()) text = fmt::format("server/discover got {}; {}", discovered_, text);
    if (greeting_.last.kind == Kind::none) {
      problem(summary);
    } else if (target_.empty()) {
      problem(fmt::format("the server does not answer as an MCP server over stdio: {}", text));
    } else {
      problem(fmt::format("{} does not answer as an MCP server over Streamable HTTP: {}", target_,
                          text));
    }
  }

  bool negotiate(const std::string& version) {
    greeting_.protocol_version = version;
    if (only_ && version != to_string(*only_)) {
      problem(fmt::format("the server does not speak {}: asked for it, it negotiated {}",
                          to_string(*only_), version.empty() ? "no version" : version));
      return false;
    }
    const auto revision = revision_from(version);
    if (revision && era_of(*revision) == Era::legacy) {
      greeting_.revision = *revision;
    } else if (version < to_string(kOldest) && is_date_like(version)) {
      // Servers older than Streamable HTTP that serve it all the same: the oldest rules apply.
      greeting_.revision = kOldest;
      if (version.empty()) greeting_.protocol_version = std::string(to_string(kOldest));
    } else {
      problem(
          fmt::format("asked for {}, the server negotiated {}, which this program does not know",
                      to_string(greeting_.revision), version));
      return false;
    }
    return true;
  }

  void confirm() {
    const Framing framing{.target = target_,
                          .revision = greeting_.revision,
                          .session_id = greeting_.session_id,
                          .protocol_version = greeting_.protocol_version};
    Answer answer = send_(frame_initialized(framing), "");
    if (!was_refused(answer)) return;
    greeting_.refused = true;
    greeting_.last = std::move(answer);
  }

  void take_server_info(const json& info) {
    greeting_.server_name = base::text_member(info, "name");
    greeting_.server_version = base::text_member(info, "version");
  }

  bool problem(std::string text) {
    greeting_.problem = std::move(text);
    return true;
  }

  const Send& send_;
  const std::string& target_;
  const std::optional<Revision> only_;
  Revision legacy_wish_ = kNewestLegacy;
  std::string discovered_;  ///< how `server/discover` was answered
  Greeting greeting_;
};

}  // namespace

Greeting greet(const Send& send, const std::string& target, std::optional<Revision> only) {
  return Greeter(send, target, only).greet();
}

Greeting greet_legacy(const Send& send, const std::string& target) {
  return Greeter(send, target, std::nullopt).greet_legacy();
}

}  // namespace mcp
