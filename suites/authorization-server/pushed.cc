// Requests that come by another way than the browser: pushed ones, and those of devices.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "harness/check/family.h"
#include "suites/authorization-server/flow.h"

namespace {

using check::Finding;
using check::Level;
using nlohmann::json;
using suites::Flow;
using suites::no_client;
using suites::no_code;
using suites::unusable;

constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kDeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

json body_of(const wire::Exchange& exchange) {
  const auto body = base::parse_json(exchange.response ? exchange.response->body : "");
  return body && body->is_object() ? *body : json::object();
}

wire::Exchange post_as(Flow& flow, const oauth::Client& client, const std::string& endpoint,
                       base::FormFields fields) {
  base::Headers headers;
  std::erase_if(
      fields, [](const auto& field) { return field.first == "client_id" || field.second.empty(); });
  oauth::authenticate(client, fields, headers);
  return oauth::post(flow.asking(), endpoint, kForm, base::encode_form(fields), headers);
}

/// The `request_uri` of a good request of the flow's client.
base::Result<std::string> push(Flow& flow) {
  const oauth::Pkce pkce = oauth::make_pkce();
  const auto& redirect_uri = flow.client.redirect_uris.front();
  const auto exchange =
      post_as(flow, flow.client, flow.server().pushed_request_endpoint,
              oauth::authorization_parameters(flow.server(), flow.client, redirect_uri, pkce,
                                              flow.state, flow.scope()));
  std::string uri = base::text_member(body_of(exchange), "request_uri");
  if (!uri.empty()) return uri;
  return base::fail(fmt::format(
      "{}", exchange.response ? std::to_string(exchange.status()) : exchange.failure_text));
}

oauth::Visit visit_pushed(Flow& flow, const oauth::Client& client, const std::string& uri) {
  return flow.browser.visit(
      oauth::authorization_url(flow.server(), {{"client_id", client.id}, {"request_uri", uri}}),
      flow.client.redirect_uris.front(), flow.probe().context().decide());
}

/// Judges where a pushed request leads to a code.
Finding where_pushed(Flow& flow, Finding (*judge)(Flow& flow, const std::string& used)) {
  if (flow.server().pushed_request_endpoint.empty()) {
    return Finding::skipped("it takes no pushed authorization requests");
  }
  const auto uri = push(flow);
  if (!uri) return unusable("a pushed request", uri.error());
  const auto visit = visit_pushed(flow, flow.client, *uri);
  if (!visit.has("code")) {
    return Finding::undecided("a good pushed request led to no code: " +
                              (visit.arrived ? visit.parameter("error") : visit.problem));
  }
  return judge(flow, *uri);
}

Finding pushed_by_another(Flow& flow) {
  return where_pushed(flow, [](Flow& inner, const std::string& /*used*/) {
    const auto other = inner.enroll();
    if (!other) return no_client(inner, other.error());
    const auto uri = push(inner);
    if (!uri) return unusable("a pushed request", uri.error());
    return no_code(visit_pushed(inner, *other, *uri),
                   "a client has users agree to what another one asked for");
  });
}

Finding pushed_twice(Flow& flow) {
  return where_pushed(flow, [](Flow& inner, const std::string& used) {
    return no_code(visit_pushed(inner, inner.client, used),
                   "whoever sees a reference can make its owner's users log in with it");
  });
}

Finding device_waits(Flow& flow) {
  const std::string& endpoint = flow.server().device_endpoint;
  if (endpoint.empty()) return Finding::skipped("it serves no devices");
  const auto client = flow.enroll(oauth::Registration{
      .redirect_uris = {oauth::kNowhere}, .grant_types = {"authorization_code", kDeviceGrant}});
  if (!client) return no_client(flow, client.error());
  const auto exchange =
      post_as(flow, *client, endpoint, {{"scope", flow.scope()}, {"login_hint", "alice"}});
  const std::string code = base::text_member(body_of(exchange), "device_code");
  if (code.empty()) {
    return Finding::skipped(
        fmt::format("it gives our client no device code: {}",
                    exchange.response ? std::to_string(exchange.status()) : exchange.failure_text));
  }
  const auto answer = oauth::ask_for_token(flow.asking(), flow.server(), *client,
                                           {{"grant_type", kDeviceGrant}, {"device_code", code}});
  if (answer.ok()) {
    return suites::no_tokens(answer, "whoever has a device acts for anybody");
  }
  const bool waits = answer.error == "authorization_pending" || answer.error == "slow_down";
  if (waits && answer.exchange.status() == 400) return Finding::met(answer.summary());
  if (!answer.exchange.response) return Finding::undecided("no answer: " + answer.summary());
  return Finding::broken("400 authorization_pending", answer.summary(),
                         "the device gives up before anybody could agree");
}

const check::Suite pushed_cases{
    "authorization-server",
    {check::Mode::authorization_server},
    {
        {.id = "par-other-client",
         .title = "a pushed authorization request is good for the client that pushed it only",
         .sends = "A good request_uri with the client_id of another client.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9126", "2.2"}, {"RFC 9126", "7.3"}},
         .requirements = {"REF-AS-24"},
         .faults = {"as.pushed-for-any-client"},
         .why = "A client goes on with what another one was allowed to ask for.",
         .fix = "Store the client with the request and compare client_id.",
         .run = suites::with_flow(pushed_by_another)},
        {.id = "par-reuse",
         .title = "a pushed authorization request works once",
         .sends = "A request_uri that led to a code, again.",
         .level = Level::should,
         .attacker = check::Attacker::network,
         .references = {{"RFC 9126", "4"}, {"RFC 9126", "7.3"}},
         .requirements = {"REF-AS-25"},
         .faults = {"as.pushed-reusable"},
         .why = "A reference in a log or a history begins logins of other people.",
         .fix = "Forget a pushed request when a code was given for it.",
         .run = suites::with_flow(pushed_twice)},
        {.id = "device-waits",
         .title = "a device gets no tokens before somebody has agreed",
         .sends = "A device authorization request with login_hint, then a token request.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 8628", "3.5"}, {"RFC 8628", "3.3"}},
         .requirements = {"REF-AS-26"},
         .faults = {"as.hint-logs-in"},
         .why = "A device acts in the name of somebody who never saw its code.",
         .fix = "Answer authorization_pending until the user code was entered and agreed to.",
         .run = suites::with_flow(device_waits)},
    }};

}  // namespace
