// Every method of JSON-RPC is a way in of its own where a server checks credentials per method.
#include "suites/surface/methods.h"

#include <fmt/core.h>

#include <iterator>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "harness/check/sessions.h"
#include "suites/surface/offers.h"
#include "suites/surface/rows.h"

namespace suites::surface {
namespace {

using check::Credential;
using check::Probe;
using mcp::Operation;
using mcp::Revision;

constexpr const char* kHandshakeCase = "challenge.handshake";
constexpr const char* kEveryMethodCase = "challenge.every-method";
constexpr std::size_t kMostRead = 4;  ///< resources and prompts, of which there may be many

Ways ways_of(Probe& probe, Offers offers) {
  Ways ways;
  for (Offer& offer : offers) {
    ways.push_back(of_operation(probe, std::move(offer.operation), std::move(offer.name)));
  }
  return ways;
}

/// Calls that the server should not be able to carry out, in case that it does.
Ways ways_of_impossible(Probe& probe, Offers offers) {
  Ways ways = ways_of(probe, std::move(offers));
  for (Way& way : ways) way.forgeries_first = true;
  return ways;
}

Way reported(Way way, const char* by) {
  way.reported_by = by;
  return way;
}

void append(Ways& ways, Ways more) {
  ways.insert(ways.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

void keep_first(Offers& offers, std::size_t count) {
  if (offers.size() > count) offers.resize(count);
}

/// `initialize` of a revision that has it. What it begins is ended again.
Way to_initialize(Probe& probe) {
  const bool legacy = probe.target().era() == mcp::Era::legacy;
  const mcp::Framing framing{
      .target = probe.target().url.target(),
      .revision = legacy ? probe.target().revision() : Revision::r2025_11_25};
  const auto send = [&probe, framing](const Credential& credential) {
    mcp::Answer answer =
        ask(probe, mcp::frame_initialize(framing, "0"), credential, "0", kForAnAnswer);
    const std::string* session =
        answer.exchange.response ? answer.exchange.response->header("Mcp-Session-Id") : nullptr;
    if (session != nullptr) check::end_session(probe, probe.good_credential(), *session);
    return answer;
  };
  return {.name = "initialize",
          .send = send,
          .method = "initialize",
          .reported_by = kHandshakeCase,
          .handshake = true};
}

/// `server/discover` of the revision that has it, also where the run speaks an older one.
Way to_discover(Probe& probe) {
  const mcp::Framing framing{.target = probe.target().url.target(),
                             .revision = Revision::r2026_07_28};
  const auto send = [&probe, framing](const Credential& credential) {
    return ask(probe, framing, {.method = "server/discover"}, credential);
  };
  return {.name = "server/discover",
          .send = send,
          .method = "server/discover",
          .reported_by = kHandshakeCase,
          .handshake = true};
}

Ways only(Way way) {
  Ways ways;
  ways.push_back(std::move(way));
  return ways;
}

Ways to_utilities(Probe& probe) {
  Ways ways;
  ways.push_back(reported(of_operation(probe, {.method = "ping"}), kHandshakeCase));
  ways.push_back(
      of_operation(probe, {.method = "logging/setLevel", .params = R"({"level":"warning"})"}));
  ways.push_back(of_operation(probe, {.method = "tasks/list"}));
  return ways;
}

Way to_notification(Probe& probe) {
  return reported(
      of_operation(probe, {.method = "notifications/roots/list_changed", .notification = true},
                   "a notification"),
      kEveryMethodCase);
}

/// A client's response to a request that the server did not make: where it is accepted, so is one
/// to a request that it did make.
Way to_response(Probe& probe) {
  return {.name = "a response", .send = [&probe](const Credential& credential) {
            wire::Request request =
                mcp::frame(probe.context().framing(),
                           {.method = "notifications/initialized", .notification = true}, "");
            request.body = R"({"jsonrpc":"2.0","id":"authspec-no-such-request","result":{}})";
            base::remove_header(request.headers, "Mcp-Method");
            return ask(probe, std::move(request), credential, "", kForAnAnswer);
          }};
}

/// Batches are of the oldest revision; some servers have kept them.
Way to_batch(Probe& probe, const mcp::Framing& framing) {
  return {.name = fmt::format("a batch ({})", mcp::to_string(framing.revision)),
          .send =
              [&probe, framing](const Credential& credential) {
                const std::string id = std::to_string(probe.context().count_exchange());
                wire::Request request = mcp::frame(framing, Operation::list_tools(), id);
                request.body = "[" + request.body + "]";
                return ask(probe, std::move(request), credential, id, kForAnAnswer);
              },
          .reported_by = kEveryMethodCase};
}

Ways to_batches(Probe& probe) {
  const mcp::Framing own = probe.context().framing();
  Ways ways = only(to_batch(probe, own));
  if (probe.target().era() == mcp::Era::legacy) return ways;
  const auto older = begin_legacy(probe, probe.good_credential(), Revision::r2025_03_26);
  if (older) ways.push_back(to_batch(probe, *older));
  return ways;
}

/// The stream that the server sends what a client listens to on (2026-07-28).
Ways to_subscriptions(Probe& probe) {
  const mcp::Framing framing{.target = probe.target().url.target(),
                             .revision = Revision::r2026_07_28};
  return only({.name = "subscriptions/listen", .send = [&probe, framing](const Credential& own) {
                 const Operation operation{
                     .method = "subscriptions/listen",
                     .params = R"({"notifications":{"toolsListChanged":true}})"};
                 const std::string id = std::to_string(probe.context().count_exchange());
                 return ask(probe, mcp::frame(framing, operation, id), own, "", kForAStream);
               }});
}

Ways to_tools_list(Probe& probe) {
  return only(reported(of_operation(probe, Operation::list_tools()), "challenge.no-credentials"));
}

/// Also what is accepted on each of the other ways: here it has to be said.
check::Finding lists_to_none(Probe& probe) {
  if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
  return verified(probe, to_tools_list(probe), known_to_anyone(probe));
}

const check::Suite kMethodCases{
    "surface", check::modes::protected_http(),
    cases_on_ways({
        {.id = "initialize",
         .title = "Rejects invalid credentials on initialize with 401",
         .sends = "initialize with garbage and with forged credentials of the mode.",
         .ways = [](Probe& probe) { return only(to_initialize(probe)); },
         .faults = {"credential.initialize-unverified"}},
        {.id = "discover",
         .title = "Rejects invalid credentials on server/discover with 401",
         .sends = "server/discover with garbage and with forged credentials of the mode.",
         .ways = [](Probe& probe) { return only(to_discover(probe)); },
         .faults = {"credential.discover-unverified"}},
        {.id = "tools-list",
         .title = "Rejects invalid credentials on tools/list with 401",
         .sends = "tools/list with garbage and with forged credentials of the mode.",
         .faults = {"credential.list-unverified"},
         .body = lists_to_none},
        {.id = "tools-call",
         .title = "Rejects invalid credentials on tools/call with 401",
         .sends = "A call of a tool that only reads, without credentials, with garbage and with "
                  "forged credentials; where there is none, a call that cannot be carried out.",
         .ways = to_tools,
         .faults = {"credential.call-unverified"}},
        {.id = "each-tool",
         .title = "Rejects invalid credentials on a call of each listed tool with 401",
         .sends =
             "A call of each listed tool with invalid credentials: with sample arguments where "
             "it only reads, without its required arguments where it may change something.",
         .ways = to_each_tool,
         .faults = {"credential.call-unverified", "credential.one-tool-unverified"}},
        {.id = "resources",
         .title = "Rejects invalid credentials on the methods of resources with 401",
         .sends = "resources/list, resources/templates/list and resources/read of listed resources "
                  "with invalid credentials.",
         .ways = to_resources,
         .faults = {"credential.resources-unverified", "credential.read-unverified"}},
        {.id = "prompts",
         .title = "Rejects invalid credentials on the methods of prompts with 401",
         .sends = "prompts/list and prompts/get of listed prompts with invalid credentials.",
         .ways = to_prompts,
         .faults = {"credential.prompts-unverified"}},
        {.id = "completion",
         .title = "Rejects invalid credentials on completion/complete with 401",
         .sends = "completion/complete for a listed prompt or template with invalid credentials.",
         .ways = to_completion,
         .faults = {"credential.completion-unverified"}},
        {.id = "utilities",
         .title = "Rejects invalid credentials on ping, logging/setLevel and tasks/list with 401",
         .sends = "ping, logging/setLevel and tasks/list with invalid credentials.",
         .ways = to_utilities,
         .faults = {"credential.utility-unverified"}},
        {.id = "notification",
         .title = "Rejects invalid credentials on a notification with 401",
         .sends = "A notification with invalid credentials.",
         .ways = [](Probe& probe) { return only(to_notification(probe)); },
         .faults = {"credential.notification-unverified"}},
        {.id = "response",
         .title = "Rejects invalid credentials on a client's response with 401",
         .sends = "A JSON-RPC response as clients send it, with invalid credentials.",
         .ways = [](Probe& probe) { return only(to_response(probe)); },
         .faults = {"credential.response-unverified"},
         .needs = {.until = Revision::r2025_11_25}},
        {.id = "batch",
         .title = "Rejects invalid credentials on a batch with 401",
         .sends =
             "A batch of one tools/list with invalid credentials, also at 2025-03-26 where the "
             "server speaks it.",
         .ways = to_batches,
         .faults = {"credential.batch-unverified"}},
        {.id = "subscriptions",
         .title = "Rejects invalid credentials on subscriptions/listen with 401",
         .sends = "subscriptions/listen of 2026-07-28 with invalid credentials.",
         .ways = to_subscriptions,
         .faults = {"credential.listen-unverified"}},
    })};

}  // namespace

const std::string& listed(Probe& probe, const std::string& method) {
  return probe.context().once<std::string>("surface " + method, [&] {
    return ask(probe, probe.context().framing(), {.method = method}, probe.good_credential())
        .result;
  });
}

Ways to_handshake(Probe& probe) {
  const bool modern = probe.target().era() == mcp::Era::modern;
  return only(modern ? to_discover(probe) : to_initialize(probe));
}

Ways to_tools(Probe& probe) {
  const auto& own = probe.target().profile.operation;
  if (own && own->method == "tools/call") return only(of_operation(probe, *own));
  ToolOffers offers = offers_of_tools(listed(probe, "tools/list"));
  keep_first(offers.harmless, 1);
  if (!offers.harmless.empty()) return ways_of(probe, std::move(offers.harmless));
  keep_first(offers.impossible, 1);
  if (!offers.impossible.empty()) return ways_of_impossible(probe, std::move(offers.impossible));
  return ways_of(probe, {{"tools/call of an unknown tool",
                          Operation::call_tool("mcp-authspec-no-such-tool")}});
}

Ways to_each_tool(Probe& probe) {
  ToolOffers offers = offers_of_tools(listed(probe, "tools/list"));
  Ways ways = ways_of(probe, std::move(offers.harmless));
  append(ways, ways_of_impossible(probe, std::move(offers.impossible)));
  return ways;
}

Ways to_resources(Probe& probe) {
  Ways ways = only(reported(of_operation(probe, {.method = "resources/list"}), kEveryMethodCase));
  ways.push_back(of_operation(probe, {.method = "resources/templates/list"}));
  Offers offers = offers_of_resources(listed(probe, "resources/list"));
  keep_first(offers, kMostRead);
  append(ways, ways_of(probe, std::move(offers)));
  return ways;
}

Ways to_prompts(Probe& probe) {
  Ways ways = only(reported(of_operation(probe, {.method = "prompts/list"}), kEveryMethodCase));
  Offers offers = offers_of_prompts(listed(probe, "prompts/list"));
  keep_first(offers, kMostRead);
  append(ways, ways_of(probe, std::move(offers)));
  return ways;
}

Ways to_completion(Probe& probe) {
  return ways_of(probe, offers_of_completion(listed(probe, "prompts/list"),
                                             listed(probe, "resources/templates/list")));
}

Ways to_methods(Probe& probe) {
  Ways ways = to_handshake(probe);
  for (const auto make : {to_tools_list, to_tools, to_resources, to_prompts, to_completion}) {
    append(ways, make(probe));
  }
  ways.push_back(to_notification(probe));
  append(ways, to_subscriptions(probe));
  return ways;
}

}  // namespace suites::surface
