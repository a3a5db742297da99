// Proofs that differ from a good one in one thing.
#include <fmt/core.h>

#include "common/base/text.h"
#include "suites/dpop/attempts.h"

namespace suites::dpop {
namespace {

using check::Finding;
using check::Level;
using check::Probe;

constexpr long long kHour = 3600;

struct One {
  std::string id;
  std::string title;
  std::string sends;
  check::Attacker attacker = check::Attacker::token_holder;
  std::vector<std::string> faults;
  std::vector<NamedChange> changes;
  std::string why;
  std::string fix;
};

check::Case of(One one) {
  one.faults.emplace_back("dpop.skip");
  return {.id = one.id,
          .title = one.title,
          .sends = one.sends,
          .attacker = one.attacker,
          .references = {{"RFC 9449", "4.3"}},
          .requirements = {"REF-61"},
          .needs = {.issuer = true, .setting = "dpop"},
          .faults = std::move(one.faults),
          .why = one.why,
          .fix = one.fix,
          .run = refuses_proofs(std::move(one.changes))};
}

void unsigned_proof(jose::Recipe& proof, Probe&) {
  proof.header.set_string("alg", "none");
  proof.signer = [](const std::string&) { return std::string(); };
}

/// The public key's text is all that an attacker has.
void hmac_proof(jose::Recipe& proof, Probe& probe) {
  proof.signed_with_secret(probe.context().binding().key().bare_jwk());
}

void private_key_shown(jose::Recipe& proof, Probe& probe) {
  const std::string jwk = probe.context().binding().key().private_jwk();
  // Of an RSA key one of the private members is enough to tell.
  if (!jwk.empty()) {
    proof.header.set("jwk", jwk);
  } else {
    std::string shown = probe.context().binding().key().bare_jwk();
    shown.pop_back();
    proof.header.set("jwk", shown + R"(,"d":"AQAB"})");
  }
}

void of_another_key(jose::Recipe& proof, Probe& probe) {
  const jose::Key& other = probe.context().binding().other_key();
  proof.header.set("jwk", other.bare_jwk());
  proof.signed_by(other);
}

Change header(std::string name, std::string value) {
  return [name = std::move(name), value = std::move(value)](jose::Recipe& proof, Probe&) {
    proof.header.set_string(name, value);
  };
}

Change claim(std::string name, std::string value) {
  return [name = std::move(name), value = std::move(value)](jose::Recipe& proof, Probe&) {
    proof.claims.set_string(name, value);
  };
}

Change without(std::string name) {
  return [name = std::move(name)](jose::Recipe& proof, Probe&) { proof.without_claim(name); };
}

const check::Suite kKeys{
    "dpop",
    check::modes::claims(),
    {of({"typ-wrong",
         "a JWT whose typ is not dpop+jwt is no proof",
         "The good proof with typ JWT, at+jwt, and without typ.",
         check::Attacker::token_holder,
         {"dpop.typ-ignored"},
         {{"typ JWT", header("typ", "JWT")},
          {"typ at+jwt", header("typ", "at+jwt")},
          {"without typ", [](jose::Recipe& proof, Probe&) { proof.without_header("typ"); }}},
         "A JWT that the client signed for something else must not pass as a proof.",
         "Require typ dpop+jwt."}),
     of({"alg-none",
         "an unsigned proof is refused",
         "The good proof with alg none and an empty signature.",
         check::Attacker::token_holder,
         {"dpop.alg-none"},
         {{"alg none", unsigned_proof}},
         "Anybody can write a proof that nobody signed.",
         "Accept asymmetric algorithms only, by a list."}),
     of({"alg-hmac",
         "a proof with an HMAC is refused",
         "The good proof signed with HS256, the public key's text as the secret.",
         check::Attacker::token_holder,
         {"dpop.alg-hs"},
         {{"alg HS256", hmac_proof}},
         "The \"secret\" of such a proof is public: it proves nothing.",
         "Accept asymmetric algorithms only, by a list."}),
     of({"signature-wrong",
         "a proof that its own key did not sign is refused",
         "The good proof, key and all, signed with another key.",
         check::Attacker::token_holder,
         {"dpop.signature-skip"},
         {{"another signature",
           [](jose::Recipe& proof, Probe& probe) {
             proof.signed_by(probe.context().binding().other_key());
           }}},
         "The public key is no secret; only the signature shows who holds the private one.",
         "Verify the proof with the key in its header."}),
     of({"private-key",
         "a proof that shows a private key is refused",
         "The good proof, the private key in its jwk.",
         check::Attacker::none,
         {"dpop.private-jwk-ok"},
         {{"private key in jwk", private_key_shown}},
         "A client that gives its key away should learn so at once.",
         "Refuse a jwk with d or another private member."}),
     of({"key-other",
         "a proof of another key than the token's is refused",
         "A proof that is right in itself, of a key that the token is not bound to.",
         check::Attacker::token_holder,
         {"dpop.jkt-ignored"},
         {{"another key", of_another_key}},
         "Whoever stole the token proves possession of a key of their own.",
         "Compare the thumbprint (RFC 7638) of the proof's key with cnf.jkt."}),
     of({"htm-wrong",
         "a proof for another method is refused",
         "The good proof with htm GET, and without htm, on a POST.",
         check::Attacker::token_holder,
         {"dpop.htm-ignored"},
         {{"htm GET", claim("htm", "GET")}, {"without htm", without("htm")}},
         "A proof that was caught with one request would serve for another.",
         "Compare htm with the request's method."})}};

std::string origin_of(const Probe& probe) { return probe.target().url.origin(); }

const check::Suite kRequest{
    "dpop",
    check::modes::claims(),
    {of({"htu-path",
         "a proof for another path is refused",
         "The good proof for another path of this server, and without htu.",
         check::Attacker::token_holder,
         {"dpop.htu-ignored"},
         {{"another path",
           [](jose::Recipe& proof, Probe& probe) {
             proof.claims.set_string("htu", origin_of(probe) + "/another-path");
           }},
          {"without htu", without("htu")}},
         "A proof that was caught with one request would serve for another.",
         "Compare htu with the URL of the request, query and fragment left aside."}),
     of({"htu-host",
         "a proof for another server is refused",
         "The good proof for the same path of another host, and of another port.",
         check::Attacker::token_holder,
         {"dpop.htu-ignored", "dpop.htu-path-only"},
         {{"another host",
           [](jose::Recipe& proof, Probe& probe) {
             proof.claims.set_string("htu", "https://other.example" + probe.target().url.path);
           }},
          {"another port",
           [](jose::Recipe& proof, Probe& probe) {
             const base::Url& url = probe.target().url;
             proof.claims.set_string("htu",
                                     fmt::format("{}://{}:{}{}", url.scheme, url.host,
                                                 url.port == 1 ? 2 : url.port - 1, url.path));
           }}},
         "A malicious server could use the proofs that it is sent at another one.",
         "Compare the whole of htu, scheme, host and port included."}),
     of({"ath-missing",
         "a proof that names no access token is refused",
         "The good proof without ath.",
         check::Attacker::token_holder,
         {"dpop.ath-missing-ok"},
         {{"without ath", without("ath")}},
         "A proof that was made for the token endpoint would serve here as well.",
         "Require ath."}),
     of({"ath-wrong",
         "a proof for another access token is refused",
         "The good proof with the ath of another token.",
         check::Attacker::token_holder,
         {"dpop.ath-ignored"},
         {{"another ath", claim("ath", jose::access_token_hash("another token"))}},
         "A proof that was caught with one token would serve for another of the same key.",
         "Compare ath with the SHA-256 of the access token."}),
     of({"jti-missing",
         "a proof without jti is refused",
         "The good proof without jti.",
         check::Attacker::none,
         {"dpop.jti-missing-ok"},
         {{"without jti", without("jti")}},
         "Without it nobody can tell whether a proof was used before.",
         "Require jti."}),
     of({"iat-missing",
         "a proof without iat is refused",
         "The good proof without iat.",
         check::Attacker::none,
         {"dpop.iat-missing-ok"},
         {{"without iat", without("iat")}},
         "A proof without a date could be good for ever.",
         "Require iat."})}};

/// A nonce dates a proof as well (RFC 9449, section 4.3), so that iat need not.
check::Body dated(long long seconds) {
  return [seconds](Probe& probe) {
    if (!probe.context().binding().nonce().empty()) {
      return Finding::skipped("the server's nonces date proofs, so iat need not");
    }
    return refuses_proof([seconds](jose::Recipe& proof, Probe&) {
      proof.claims.set_number("iat", proof.now + seconds);
    })(probe);
  };
}

Finding refuses_replay(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  std::string text;
  // One request only: the token of the second has to be that of the first, for ath.
  check::Attempt attempt = bound(probe, [&](const jose::Recipe& good) {
    text = text_of(good);
    return std::vector<std::string>{text};
  });
  const mcp::Answer first = probe.send(attempt);
  if (first.kind != mcp::Kind::result) {
    return Finding::undecided("the proof was refused when it was new: " + first.summary());
  }
  attempt.own_session = false;
  attempt.proofs = [text](const jose::Recipe&) { return std::vector<std::string>{text}; };
  return check::no_bypass(probe.refuses(attempt, refusal_of_proof()),
                          "the same request, proof and all, was processed twice");
}

const check::Suite kTimes{
    "dpop",
    check::modes::claims(),
    {{
         .id = "proof-old",
         .title = "a proof of an hour ago is refused",
         .sends = "The good proof with an iat of an hour ago.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "4.3"}, {"RFC 9449", "11.1"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.iat-past-ignored", "dpop.skip"},
         .why = "Old proofs lie around in logs.",
         .fix = "Accept proofs for a few minutes after their iat.",
         .run = dated(-kHour),
     },
     {
         .id = "proof-future",
         .title = "a proof of the future is refused",
         .sends = "The good proof with an iat an hour ahead.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9449", "4.3"}, {"RFC 9449", "11.1"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.iat-future-ignored", "dpop.skip"},
         .why = "Who could make a client sign once would have proofs in store.",
         .fix = "Allow for clocks that differ by minutes, not more.",
         .run = dated(kHour),
     },
     {
         .id = "jti-replay",
         .title = "a proof is good for one request",
         .sends = "A good request, and then the same once more, proof and all.",
         .level = Level::should,
         .attacker = check::Attacker::network,
         .references = {{"RFC 9449", "11.1"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.jti-replay", "dpop.skip"},
         .why = "Whoever can read a request, in a log or at a proxy, can send it again.",
         .fix = "Remember jti, per URL, for as long as iat is accepted.",
         .run = refuses_replay,
     }}};

Finding accepts_query(Probe& probe) {
  if (auto undecided = not_accepted(probe)) return *undecided;
  check::Attempt attempt = bound(probe);
  attempt.edit = [](wire::Request& request) {
    request.target += (request.target.find('?') == std::string::npos ? "?" : "&");
    request.target += "authspec=1";
  };
  return probe.accepts(attempt);
}

/// The server's URL as nobody writes it, which is the same all the same.
void written_otherwise(jose::Recipe& proof, Probe& probe) {
  const base::Url& url = probe.target().url;
  std::string path = url.path;
  const std::size_t letter = path.find_last_not_of('/');
  if (letter != std::string::npos) {
    path.replace(letter, 1, fmt::format("%{:02X}", static_cast<unsigned char>(path[letter])));
  }
  proof.claims.set_string(
      "htu", fmt::format("{}://{}:{}{}", base::to_upper(url.scheme),
                         url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]",
                         url.port, path));
}

const check::Suite kLeniency{
    "dpop",
    check::modes::claims(),
    {{
         .id = "htu-query",
         .title = "the query of a request does not count in htu",
         .sends = "A request with a query, and a good proof for its URL without one.",
         .attacker = check::Attacker::none,
         .references = {{"RFC 9449", "4.2"}, {"RFC 9449", "4.3"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.htu-query"},
         .why = "Clients write htu without the query, as they have to.",
         .fix = "Leave query and fragment aside when htu is compared.",
         .run = accepts_query,
     },
     {
         .id = "htu-normalised",
         .title = "htu is compared after normalisation",
         .sends = "The good proof, its URL with the scheme in capitals and one letter escaped.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9449", "4.3"}},
         .requirements = {"REF-61"},
         .needs = {.issuer = true, .setting = "dpop"},
         .faults = {"dpop.htu-exact"},
         .why = "Libraries write URLs differently; a good client would be refused for it.",
         .fix =
             "Normalise both URLs (RFC 3986, sections 6.2.2 and 6.2.3) before they are compared.",
         .run = accepts_proof(written_otherwise),
     }}};

}  // namespace
}  // namespace suites::dpop
