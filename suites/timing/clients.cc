// Authorization servers: whether the time until a client is refused tells how much of its secret is
// right.
#include <fmt/core.h>

#include <memory>
#include <utility>

#include "common/base/random.h"
#include "harness/check/enrolment.h"
#include "suites/timing/comparison.h"
#include "suites/timing/guesses.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;
using suites::Comparison;
using suites::Guesses;

constexpr const char* kForm = "application/x-www-form-urlencoded";

/// A request that a client has to authenticate for.
struct Place {
  base::Url url;
  base::FormFields fields;
};

wire::Request request_of(const Place& place, const oauth::Client& client) {
  base::FormFields fields = place.fields;
  base::Headers headers = {{"Content-Type", kForm}, {"Accept", "application/json"}};
  oauth::authenticate(client, fields, headers);
  return {.method = "POST",
          .target = place.url.target(),
          .headers = std::move(headers),
          .body = base::encode_form(fields)};
}

/// Introspection asks who wants to know, and the token endpoint who brings the code.
std::vector<Place> places_of(const oauth::Server& server) {
  const std::string unknown = base::random_hex(16);
  const std::pair<std::string, base::FormFields> candidates[] = {
      {server.introspection_endpoint, {{"token", unknown}}},
      {server.token_endpoint,
       {{"grant_type", "authorization_code"},
        {"code", unknown},
        {"redirect_uri", oauth::kNowhere},
        {"code_verifier", base::random_hex(32)}}}};
  std::vector<Place> places;
  for (const auto& [endpoint, fields] : candidates) {
    if (auto url = base::parse_url(endpoint)) places.push_back({std::move(*url), fields});
  }
  return places;
}

base::Result<oauth::Client> client_with_secret(Probe& probe, const oauth::Server& server) {
  const check::OwnClient& own = probe.target().profile.client;
  if (!own.id.empty()) {
    if (own.secret.empty()) return base::fail("the client that was brought along has no secret");
    return oauth::Client{.id = own.id, .secret = own.secret, .redirect_uris = {}};
  }
  const bool in_form = !server.has_authentication("client_secret_basic") &&
                       server.has_authentication("client_secret_post");
  const oauth::Ask ask = [&](const base::Url& url, wire::Request request) {
    return probe.ask(url, std::move(request));
  };
  auto client =
      check::enroll(probe.context(), ask, server,
                    oauth::Registration{
                        .redirect_uris = {oauth::kNowhere},
                        .authentication = in_form ? "client_secret_post" : "client_secret_basic"});
  if (client && client->secret.empty()) return base::fail("the server gives clients no secrets");
  return client;
}

oauth::Client with_secret(oauth::Client client, std::string secret) {
  client.secret = std::move(secret);
  return client;
}

/// Whether the right secret is answered otherwise than a wrong one.
bool is_told_apart(Probe& probe, const Place& place, const oauth::Client& client,
                   Guesses& guesses) {
  const int right = probe.ask(place.url, request_of(place, client)).status();
  const int wrong =
      probe.ask(place.url, request_of(place, with_secret(client, guesses.decoy()))).status();
  return right != wrong && wrong >= 400 && wrong < 500;
}

Finding compare_client_secret(Probe& probe) {
  const oauth::Session* const login = probe.context().login();
  if (login == nullptr) return Finding::skipped("nobody could log in, so there is no client");
  const auto client = client_with_secret(probe, login->server);
  if (!client) return Finding::skipped("needs a client with a secret: " + client.error().message);
  auto guesses = Guesses::at(client->secret, suites::random_seed());
  if (!guesses) return Finding::skipped("the client's secret is too short to guess a part of it");
  if (!probe.target().profile.client.secret.empty()) {
    const std::string shared =
        base::percent_encode(client->secret.substr(0, client->secret.size() - Guesses::kTail));
    suites::hide(probe.context(), base::percent_encode(client->id) + ":" + shared);
    suites::hide(probe.context(), shared);
  }
  for (const Place& place : places_of(login->server)) {
    if (!is_told_apart(probe, place, *client, *guesses)) continue;
    const auto asking = [&](std::string (Guesses::*guess)()) {
      return [&, guess] { return request_of(place, with_secret(*client, ((*guesses).*guess)())); };
    };
    const Comparison asked{
        .name = "client-secret",
        .near = fmt::format("a secret that shares all but its last {} characters with the client's",
                            Guesses::kTail),
        .decoy = "one of the same form that shares none",
        .url = place.url,
        .make_near = asking(&Guesses::near),
        .make_decoy = asking(&Guesses::decoy),
        .good_is_taken = [&] { return is_told_apart(probe, place, *client, *guesses); }};
    return suites::compare(probe, asked,
                           {check::Impact::exposure,
                            "whoever sees how far a secret is right finds it character by "
                            "character, and is the client"});
  }
  return Finding::skipped(
      "no endpoint refuses a wrong secret otherwise than it answers the right one");
}

const check::Suite client_timing_cases{
    "timing",
    {check::Mode::authorization_server},
    {
        {.id = "client-secret",
         .title =
             "how long a wrong client secret takes to be refused does not tell how much of it is "
             "right",
         .sends = "Thousands of requests with a secret that is right but for its last three "
                  "characters, and as many with one of the same form that is wrong from the first "
                  "on, in random order.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6749", "10.10"}, {"CWE-208", ""}},
         .requirements = {"REF-70"},
         .needs = {.alone = true, .waits = true, .loud = true},
         .faults = {"as.client-secret-early-exit"},
         .why = "The endpoint can be asked by everybody, as often as they like; a comparison that "
                "stops at the first difference gives the secret away character by character.",
         .fix = "Keep a hash of the secret, and compare hashes with a function for secrets.",
         .run = compare_client_secret},
    }};

}  // namespace
