// Who a client is: clients that nobody knows, two proofs at once, and signed assertions.
#include <fmt/core.h>

#include <functional>

#include "common/base/random.h"
#include "common/base/text.h"
#include "harness/check/family.h"
#include "suites/authorization-server/flow.h"

namespace {

using namespace std::chrono_literals;
using check::Finding;
using check::Level;
using suites::Flow;
using suites::no_client;
using suites::no_tokens;
using suites::unusable;

constexpr const char* kByKey = "private_key_jwt";

Finding unknown_client(Flow& flow) {
  const oauth::Client nobody{.id = "nobody-" + base::random_hex(8),
                             .redirect_uris = flow.client.redirect_uris};
  return suites::no_code(flow.visit(nobody, oauth::make_pkce()),
                         "anybody can ask users for access in whatever name");
}

Finding two_authentications(Flow& flow) {
  auto client = flow.enroll_confidential();
  if (!client) return no_client(flow, client.error());
  if (client->secret.empty()) return Finding::skipped("the server gives clients no secrets");
  const auto code = flow.code(*client);
  if (!code) return unusable("a code", code.error());
  client->authentication = "client_secret_basic";
  return no_tokens(
      flow.redeem(*client, *code, {{"client_id", client->id}, {"client_secret", client->secret}}),
      "what checks the one may not be what uses the other");
}

/// An algorithm that we can sign with and the server can check.
std::string algorithm_for(const oauth::Server& server) {
  for (const char* alg : {"ES256", "RS256", "PS256", "EdDSA"}) {
    if (base::contains(server.assertion_algorithms, alg)) return alg;
  }
  return server.assertion_algorithms.empty() ? "RS256" : "";
}

base::Result<oauth::Client> enroll_with_key(Flow& flow) {
  const std::string alg = algorithm_for(flow.server());
  if (alg.empty()) return base::fail("it takes no algorithm of assertions that is known here");
  auto key = jose::Key::generate(alg);
  if (!key) return tl::unexpected(key.error());
  auto client = flow.enroll(oauth::Registration{
      .redirect_uris = {oauth::kNowhere},
      .authentication = kByKey,
      .more = fmt::format(R"({{"jwks":{{"keys":[{}]}},"token_endpoint_auth_signing_alg":"{}"}})",
                          key->public_jwk(), alg)});
  if (client) client->key = std::move(*key);
  return client;
}

/// A client with a key, and what the server wants as `aud`.
struct Signer {
  Flow& flow;
  oauth::Client client;
  std::string audience;

  jose::Recipe good() const {
    jose::Recipe recipe = oauth::client_assertion(client, flow.server(), flow.now());
    if (!audience.empty()) recipe.claims.set_string("aud", audience);
    return recipe;
  }
  /// A fresh code, redeemed with that assertion. Nothing where there is no code.
  base::Result<oauth::TokenAnswer> redeem(const std::string& assertion) const {
    const auto code = flow.code(client);
    if (!code) return tl::unexpected(code.error());
    return flow.redeem(client, *code, oauth::assertion_fields(assertion));
  }
  base::Result<oauth::TokenAnswer> redeem(const jose::Recipe& recipe) const {
    const auto text = recipe.mint();
    if (!text) return tl::unexpected(text.error());
    return redeem(*text);
  }
  /// Finds the audience; the error says what good assertions were answered with.
  base::Result<void> calibrate() {
    std::string answers;
    for (const std::string& name : {flow.server().issuer, flow.server().token_endpoint}) {
      audience = name;
      const auto answer = redeem(good());
      if (!answer) return tl::unexpected(answer.error());
      if (answer->ok()) return {};
      answers += (answers.empty() ? "" : ", ") + answer->summary();
    }
    return base::fail("good assertions were answered with " + answers);
  }
};

using JudgeSigner = Finding (*)(const Signer&);

/// What the judge says counts where good assertions are taken before and after.
Finding with_signer(Flow& flow, JudgeSigner judge) {
  if (!flow.server().has_authentication(kByKey)) {
    return Finding::skipped("clients do not authenticate by private_key_jwt here");
  }
  auto client = enroll_with_key(flow);
  if (!client) return no_client(flow, client.error());
  Signer signer{flow, std::move(*client), {}};
  if (auto found = signer.calibrate(); !found) return unusable("a good login", found.error());
  Finding finding = judge(signer);
  if (!finding.ok()) return finding;
  const auto after = signer.redeem(signer.good());
  if (!after) return unusable("a code", after.error());
  if (!after->ok()) return Finding::undecided("a good assertion got " + after->summary());
  return finding;
}

Finding refused(const Signer& signer, const jose::Recipe& bad, const std::string& reason) {
  const auto answer = signer.redeem(bad);
  if (!answer) return unusable("a code", answer.error());
  return no_tokens(*answer, reason);
}

Finding assertion_audience(Flow& flow) {
  return with_signer(flow, [](const Signer& signer) {
    jose::Recipe bad = signer.good();
    bad.claims.set_string("aud", "https://other.example/token");
    return refused(signer, bad, "another server can use what a client sent to it");
  });
}

Finding assertion_expired(Flow& flow) {
  return with_signer(flow, [](const Signer& signer) {
    jose::Recipe bad = signer.good();
    bad.expiring_in(-1h);
    return refused(signer, bad, "an assertion in a log is good for ever");
  });
}

Finding assertion_replayed(Flow& flow) {
  return with_signer(flow, [](const Signer& signer) {
    const auto text = signer.good().mint();
    if (!text) return Finding::failed(text.error().message);
    const auto first = signer.redeem(*text);
    if (!first) return unusable("a code", first.error());
    if (!first->ok()) return Finding::undecided("a good assertion got " + first->summary());
    const auto second = signer.redeem(*text);
    if (!second) return unusable("a code", second.error());
    return no_tokens(*second, "whoever sees an assertion is that client until it expires");
  });
}

Finding assertion_unsigned(Flow& flow) {
  return with_signer(flow, [](const Signer& signer) {
    jose::Recipe foreign = signer.good();
    const auto other = jose::Key::generate(signer.client.key->alg());
    if (!other) return Finding::failed(other.error().message);
    foreign.signed_by(*other);
    jose::Recipe bare = signer.good();
    bare.header.set_string("alg", "none");
    bare.signer = [](const std::string& /*input*/) { return std::string(); };
    const std::string reason = "whoever knows a client's id is that client";
    return check::worst({check::labelled("another key", refused(signer, foreign, reason)),
                         check::labelled("alg none", refused(signer, bare, reason))});
  });
}

const check::Suite client_cases{
    "authorization-server",
    {check::Mode::authorization_server},
    {
        {.id = "client-unknown",
         .title = "an authorization request of a client that nobody registered gets no code",
         .sends = "A good authorization request with a client_id made up.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6749", "3.1.2.4"}, {"RFC 6749", "4.1.2.1"}},
         .requirements = {"REF-AS-16"},
         .faults = {"as.any-client"},
         .why = "Users are asked in the name of clients that do not exist.",
         .fix = "Show an error page where client_id is not known; redirect nowhere.",
         .run = suites::with_flow(unknown_client)},
        {.id = "client-two-authentications",
         .title = "a token request that authenticates its client twice is refused",
         .sends = "A good code with the client's secret as HTTP Basic and in the form.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6749", "2.3"}, {"RFC 6749", "5.2"}},
         .requirements = {"REF-AS-17"},
         .faults = {"as.two-authentications"},
         .why = "A proxy may check the one and the server use the other.",
         .fix = "Answer 400 invalid_request where a request has credentials in two places.",
         .run = suites::with_flow(two_authentications)},
        {.id = "client-assertion-audience",
         .title = "a client assertion for another server is refused",
         .sends = "A good private_key_jwt assertion with another aud.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7523", "3"}},
         .requirements = {"REF-AS-18"},
         .faults = {"as.assertion-for-anyone"},
         .why = "Every server that a client talks to can be that client here.",
         .fix = "Compare aud with the issuer identifier (and the token endpoint, if you must).",
         .run = suites::with_flow(assertion_audience)},
        {.id = "client-assertion-expired",
         .title = "a client assertion that has expired is refused",
         .sends = "A good private_key_jwt assertion that ended an hour ago.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7523", "3"}},
         .requirements = {"REF-AS-18"},
         .faults = {"as.assertion-expired"},
         .why = "An assertion in a log is as good as the client's key.",
         .fix = "Refuse assertions whose exp has passed, or is far away.",
         .run = suites::with_flow(assertion_expired)},
        {.id = "client-assertion-replay",
         .title = "a client assertion works once",
         .sends = "A good private_key_jwt assertion a second time, with another code.",
         .level = Level::should,
         .attacker = check::Attacker::network,
         .references = {{"OIDC Core", "ClientAuthentication"}, {"RFC 7523", "3"}},
         .requirements = {"REF-AS-18"},
         .faults = {"as.assertion-replayed"},
         .why = "Whoever gets to see a request can make others in the client's name.",
         .fix = "Remember each jti until its assertion has expired.",
         .run = suites::with_flow(assertion_replayed)},
        {.id = "client-assertion-signature",
         .title = "a client assertion that the client did not sign is refused",
         .sends = "A good private_key_jwt assertion signed by another key, and one with alg none.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7523", "3"}, {"RFC 8725", "3.1"}},
         .requirements = {"REF-AS-8", "REF-AS-18"},
         .faults = {"as.assertion-unsigned"},
         .why = "Whoever knows a client's id is that client.",
         .fix = "Check the signature with the registered keys, and allow their algorithms only.",
         .run = suites::with_flow(assertion_unsigned)},
    }};

}  // namespace
