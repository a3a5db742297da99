// Servers that find their issuer's keys through its metadata. Each case starts a server of its own.
#include <fmt/core.h>

#include <array>

#include "common/base/json.h"
#include "harness/check/another.h"
#include "harness/check/probe.h"

namespace suites::keys {
namespace {

using check::Another;
using check::Finding;
using check::Level;
using check::Probe;
using std::chrono::milliseconds;

constexpr std::array<milliseconds, 4> kLooks{milliseconds{0}, milliseconds{6'000},
                                             milliseconds{41'000}, milliseconds{90'000}};
constexpr milliseconds kQuickDrift{6'000};

/// What the issuer's metadata says from now on, wherever it is read.
base::Result<void> publish_metadata(idp::MockIdp& provider, const std::string& issuer,
                                    const std::string& jwks_uri) {
  const std::string& own = provider.issuer().url();
  const std::string document = fmt::format(
      R"({{"issuer":{0},"jwks_uri":{1},"authorization_endpoint":{2},"token_endpoint":{3},)"
      R"("response_types_supported":["code"],"subject_types_supported":["public"],)"
      R"("id_token_signing_alg_values_supported":["RS256"],)"
      R"("code_challenge_methods_supported":["S256"]}})",
      base::json_string(issuer), base::json_string(jwks_uri), base::json_string(own + "/authorize"),
      base::json_string(own + "/token"));
  for (const char* endpoint : {"discovery", "oauth-metadata"}) {
    const auto planted = provider.control(
        "POST /faults",
        fmt::format(
            R"({{"endpoint":"{}","kind":"garbage","body":{},"content_type":"application/json"}})",
            endpoint, base::json_string(document)));
    if (!planted) return tl::unexpected(planted.error());
  }
  return {};
}

std::size_t metadata_fetches(idp::MockIdp& provider) {
  return provider.journal().count([](const idp::Entry& entry) {
    return entry.endpoint == "discovery" || entry.endpoint == "oauth-metadata";
  });
}

mcp::Answer send_good(Probe& probe) {
  return probe.send({.credential = probe.carry(probe.mint(probe.good())), .own_session = true});
}

/// A refusal counts only if the same server takes good tokens once the metadata is right.
Finding judge_with_right_metadata(Another& fresh, Finding finding) {
  const auto removed = fresh.provider().control("DELETE /faults");
  if (!removed) return Finding::failed(removed.error().message);
  const auto started = fresh.start();
  if (started && send_good(fresh.probe()).kind == mcp::Kind::result) return finding;
  return Finding::undecided("good tokens are refused with the right metadata as well");
}

/// The document names another issuer and other keys, so a token by these shows that it was used.
Finding mismatch(Another& fresh) {
  idp::MockIdp& provider = fresh.provider();
  idp::Issuer& other = provider.issuer("other");
  const std::string alg = fresh.judge().context().calibration().alg;
  const auto key = other.keys().rotate(alg, idp::Overlap::none);
  if (!key) return Finding::failed(key.error().message);
  if (auto done = publish_metadata(provider, other.url(), other.jwks_uri()); !done) {
    return Finding::failed(done.error().message);
  }
  if (auto started = fresh.start(); !started) {
    return started.error().kind == check::NoStart::Kind::ended && metadata_fetches(provider) > 0
               ? judge_with_right_metadata(fresh, Finding::met("the server does not start"))
               : Finding::undecided("a second server could not be started: " +
                                    started.error().message);
  }
  Probe& probe = fresh.probe();
  jose::Recipe token = probe.good();
  token.signed_by(*key);
  token.header.set_string("kid", key->kid());
  const auto answer =
      probe.send({.credential = probe.carry(probe.mint(token)), .own_session = true});
  fresh.judge().decisive(answer.exchange, answer.kind == mcp::Kind::result);
  if (metadata_fetches(provider) == 0) {
    return Finding::undecided("the server did not ask for its issuer's metadata");
  }
  if (answer.kind != mcp::Kind::result) {
    return judge_with_right_metadata(fresh, Finding::met(answer.summary()));
  }
  Finding finding = Finding::broken(
      "tokens by the keys of that document are refused, or the server does not start",
      answer.summary(),
      "keys are taken from metadata that names another issuer than the one that was asked for");
  finding.outcome = check::Outcome::accepted;
  return finding;
}

/// The keys move to the place of another issuer, which has others.
Finding drift(Another& fresh) {
  if (auto started = fresh.start(); !started) {
    return Finding::undecided("a second server could not be started: " + started.error().message);
  }
  Probe& probe = fresh.probe();
  if (send_good(probe).kind != mcp::Kind::result) {
    return Finding::undecided("the server that was started does not accept good tokens");
  }
  idp::MockIdp& provider = fresh.provider();
  idp::Issuer& moved = provider.issuer("moved");
  const auto key = moved.keys().rotate(probe.context().calibration().alg, idp::Overlap::none);
  if (!key) return Finding::failed(key.error().message);
  const std::string& issuer = provider.issuer().url();
  if (auto done = publish_metadata(provider, issuer, moved.jwks_uri()); !done) {
    return Finding::failed(done.error().message);
  }
  jose::Recipe token = probe.good();
  token.signed_by(*key);
  token.header.set_string("kid", key->kid());
  milliseconds waited{0};
  // An unknown kid makes many clients wait for half a minute, so it is not shown often.
  for (const milliseconds at : kLooks) {
    if (at > kQuickDrift && probe.context().options().quick) break;
    if (at > waited &&
        !probe.wait(at - waited, "the keys have moved, and the server has to notice")) {
      return Finding::undecided("the run was ended");
    }
    waited = at;
    const auto answer =
        probe.send({.credential = probe.carry(probe.mint(token)), .own_session = true});
    if (answer.kind != mcp::Kind::result) continue;
    fresh.judge().note("moved_keys_found_within_s", std::to_string(waited.count() / 1000));
    return Finding::met("followed");
  }
  fresh.judge().note("moved_keys_found_within_s", "null");
  return Finding::met("not followed in time");
}

const check::Suite metadata_cases{
    "keys",
    {check::Mode::oauth},
    {
        {.id = "discovery-issuer-mismatch",
         .title = "keys are not taken from metadata that names another issuer",
         .sends =
             "A token by the keys that the metadata names, to a server that has just started and "
             "whose issuer's metadata names another issuer; a valid token with the right metadata.",
         .attacker = check::Attacker::network,
         .references = {{"RFC 8414", "3.3"}, {"OIDC Discovery", "4.3"}},
         .requirements = {"REF-8414-1"},
         .needs = {.issuer = true, .spawned = true, .own_server = true, .setting = "discovery"},
         .faults = {"keys.any-metadata"},
         .why = "Whoever can put a document where the metadata is looked for, or redirect there, "
                "hands the server his own keys.",
         .fix = "Compare `issuer` of the metadata with the URL that it was derived from, by simple "
                "string comparison, and use nothing of it where they differ.",
         .run = check::on_another(mismatch)},
        {.id = "metadata-drift",
         .title = "when keys whose place has moved are found",
         .sends = "Tokens of a key that is published at another place, which only the issuer's "
                  "metadata names.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8414", "2"}},
         .needs = {.issuer = true, .spawned = true, .own_server = true, .setting = "discovery"},
         .faults = {"keys.discovered-once"},
         .why =
             "A server that reads the metadata only as it starts has to be started anew when its "
             "issuer moves its keys.",
         .fix = "Read the metadata again when the keys cannot be had, or are not there any more.",
         .run = check::on_another(drift)},
    }};

}  // namespace
}  // namespace suites::keys
