#include "harness/run/look.h"

#include <fmt/core.h>

#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/check/call_refusal.h"
#include "harness/check/tool_choice.h"
#include "harness/oauth/server.h"

namespace run {
namespace {

using nlohmann::json;

bool was_refused(const mcp::Answer& answer) {
  return answer.kind == mcp::Kind::unauthorized || answer.kind == mcp::Kind::forbidden;
}

/// One who has nothing to show.
class Stranger {
 public:
  explicit Stranger(const check::Context::Options& settings) : settings_(settings) {
    if (settings.spawning) {
      stdio_ = std::make_unique<check::StdioTarget>(settings.spawning, settings.secrets,
                                                    settings.start_timeout);
      return;
    }
    url_ = base::parse_url(settings.url).value_or(base::Url{});
    tls_ = settings.tls;
    if (!settings.certificates.client.certificate.empty()) {
      tls_.certificate = settings.certificates.client;
    }
    // A profile's fields may be secrets, which go only to whom the user trusts.
    if (settings.profile.headers.empty()) tls_.verify = false;
    connection_ = std::make_unique<wire::Connection>(url_, tls_);
  }

  const mcp::Greeting& greet() {
    const auto only = settings_.revision ? settings_.revision : settings_.profile.revision;
    const auto send = [this](wire::Request request, std::string_view id) {
      return ask(std::move(request), id);
    };
    greeting_ = stdio_ ? stdio_->begin(only) : mcp::greet(send, url_.target(), only);
    return greeting_;
  }

  mcp::Answer ask(const mcp::Operation& operation) {
    constexpr std::string_view kId = "\"look\"";
    const mcp::Framing framing{.target = url_.target(),
                               .revision = greeting_.revision,
                               .session_id = greeting_.session_id,
                               .protocol_version = greeting_.protocol_version};
    return ask(mcp::frame(framing, operation, kId), kId);
  }

  /// For whatever is beside the MCP endpoint.
  oauth::Ask asking() {
    return [this](const base::Url& url, wire::Request request) {
      if (url.origin() == url_.origin()) complete(request);
      wire::Connection connection(url, tls_);
      return connection.exchange(request, base::Deadline::after(settings_.request_timeout));
    };
  }

  const base::Url& url() const { return url_; }

 private:
  void complete(wire::Request& request) const {
    check::complete(request, settings_.profile, settings_.moved);
  }

  mcp::Answer ask(wire::Request request, std::string_view id) {
    const auto deadline = base::Deadline::after(settings_.request_timeout);
    if (stdio_) return stdio_->exchange(request.body, id, deadline);
    complete(request);
    const std::string own_id(id);
    return mcp::interpret(connection_->exchange(request, deadline,
                                                [&](const wire::Response& answer) {
                                                  return mcp::has_response(answer, own_id);
                                                }),
                          id);
  }

  const check::Context::Options& settings_;
  base::Url url_;
  wire::TlsOptions tls_;
  std::unique_ptr<wire::Connection> connection_;
  std::unique_ptr<check::StdioTarget> stdio_;
  mcp::Greeting greeting_;
};

bool speaks_of_keys(std::string text) {
  text = base::to_lower(text);
  for (const char* mark : {"-", "_", " "}) text = base::replace_all(text, mark, "");
  return text.find("apikey") != std::string::npos;
}

void note_refusal(Shown& shown, std::string_view request, const mcp::Answer& answer) {
  shown.refused = true;
  shown.refusal = fmt::format("{} without credentials gets {}", request, answer.status());
  std::vector<std::string> schemes;
  for (const mcp::Challenge& challenge : answer.challenges) {
    const std::string scheme = base::to_lower(challenge.scheme);
    if (!base::contains(schemes, challenge.scheme)) schemes.push_back(challenge.scheme);
    shown.bearer = shown.bearer || scheme == "bearer" || scheme == "dpop";
    shown.basic = shown.basic || scheme == "basic";
    shown.key = shown.key || speaks_of_keys(scheme);
  }
  shown.schemes = base::join(schemes, " and ");
  if (answer.exchange.response) {
    shown.key = shown.key || speaks_of_keys(answer.exchange.response->body);
  }
}

/// The places of RFC 9728, section 3.1, and the one that the challenge names, of this origin.
std::vector<std::string> metadata_places(const base::Url& url, const mcp::Answer& refusal) {
  const std::string root = url.origin() + "/.well-known/oauth-protected-resource";
  std::vector<std::string> places;
  for (const mcp::Challenge& challenge : refusal.challenges) {
    const std::string* named = challenge.parameter("resource_metadata");
    const auto place = named != nullptr ? base::parse_url(*named) : base::fail("none");
    if (place && place->origin() == url.origin()) places.push_back(*named);
  }
  if (url.path != "/") places.push_back(root + url.path);
  places.push_back(root);
  return places;
}

void read_metadata(Shown& shown, Stranger& stranger, const mcp::Answer& refusal,
                   const std::string& issuer) {
  const oauth::Ask ask = stranger.asking();
  const std::string origin = stranger.url().origin();
  for (const std::string& place : metadata_places(stranger.url(), refusal)) {
    const auto exchange = oauth::get_json(ask, place);
    if (exchange.status() != 200) continue;
    const auto metadata = base::parse_json(exchange.response->body);
    if (!metadata || !metadata->is_object()) continue;
    shown.metadata = true;
    for (const auto& server : base::texts(metadata->value("authorization_servers", json()))) {
      const auto url = base::parse_url(server);
      shown.names_us = shown.names_us || server == issuer;
      shown.own_login = shown.own_login || (url && url->origin() == origin);
    }
    return;
  }
  // Servers of 2025-03-26 have metadata of their authorization server only.
  const auto server = oauth::read_issuer(ask, origin);
  const auto place = server ? base::parse_url(server->token_endpoint) : base::fail("none");
  shown.own_login = place && place->origin() == origin;
}

/// Whether a process without its credential leaves the call undone.
bool needs_variable(check::Context::Options settings, const mcp::Operation& call) {
  settings.secrets.api_key.clear();
  Stranger bare(settings);
  return !bare.greet().ok() || !check::was_run(bare.ask(call));
}

void look_at_tools(Shown& shown, Stranger& stranger, const check::Context::Options& settings,
                   const std::string& tools, mcp::Answer& refusal) {
  shown.argument = check::argument_hint(tools);
  const std::string argument = shown.argument ? shown.argument->argument : "";
  const auto call =
      settings.profile.operation ? settings.profile.operation : check::choose_call(tools, argument);
  if (!call) return;
  const mcp::Answer answer = stranger.ask(*call);
  shown.called = check::was_run(answer);
  if (was_refused(answer)) {
    note_refusal(shown, call->method, answer);
    shown.operation = call;
    refusal = answer;
  }
  if (shown.stdio && *shown.called && !shown.argument) {
    shown.needs_variable = needs_variable(settings, *call);
  }
}

}  // namespace

Shown look(const check::Context::Options& settings, const std::string& issuer) {
  Shown shown{.stdio = settings.spawning != nullptr};
  Stranger stranger(settings);
  const mcp::Greeting& greeting = stranger.greet();
  mcp::Answer refusal = greeting.last;
  if (greeting.refused) {
    note_refusal(shown, "the first request", refusal);
  } else if (!greeting.ok()) {
    shown.problem = greeting.problem;
    // It may be its own way of refusing, which a credential will show.
    if (shown.stdio || refusal.kind != mcp::Kind::client_error) return shown;
    note_refusal(shown, "the first request", refusal);
  } else {
    const mcp::Answer listed = stranger.ask(mcp::Operation::list_tools());
    if (was_refused(listed)) {
      refusal = listed;
      note_refusal(shown, "tools/list", refusal);
    } else {
      look_at_tools(shown, stranger, settings, listed.result, refusal);
    }
  }
  if (shown.refused) read_metadata(shown, stranger, refusal, issuer);
  return shown;
}

}  // namespace run
