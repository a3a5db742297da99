// Keys that the issuer publishes but that no token may be verified with, and keys of every
// algorithm.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/case.h"
#include "harness/check/family.h"
#include "suites/signature/forged.h"

namespace suites::signature {
namespace {

using check::Finding;
using check::Probe;
using std::chrono::milliseconds;

/// Between looks for new keys a verifier pauses: careful ones for a second, widely used JWKS
/// clients for half a minute.
constexpr std::array kPauses = {milliseconds{1'500}, milliseconds{33'500}};
constexpr std::string_view kNotTakenUp = "key_set_change";
/// Far behind what rotations use.
constexpr unsigned kPoolIndex = 40;
/// The pool holds these, so nothing has to be made for them.
constexpr unsigned kSparePoolIndex = 2;
constexpr std::string_view kOctKid = "mcp-authspec-oct";
constexpr std::string_view kSecret = "mcp-authspec published secret: 32 bytes or more";

/// Keys are made once: each case publishes the same ones, so a server that has them cached from
/// the case before need not fetch them anew.
struct OddKeys {
  jose::Key good;      ///< nothing is odd about it: the control of these cases
  jose::Key small;     ///< RSA of 1024 bits
  jose::Key encrypts;  ///< use "enc"
  jose::Key wraps;     ///< key_ops without "verify"
};

base::Result<OddKeys> make_odd_keys(const std::string& alg) {
  const auto good = jose::Key::from_pool(alg, kPoolIndex);
  const auto encrypts = jose::Key::from_pool(alg, kPoolIndex + 2);
  const auto wraps = jose::Key::from_pool(alg, kPoolIndex + 4);
  static const auto small = jose::Key::generate_rsa(1024);
  for (const auto* key : {&good, &encrypts, &wraps, &small}) {
    if (!*key) return tl::unexpected(key->error());
  }
  return OddKeys{good->with_kid("mcp-authspec-new"), small->with_kid("mcp-authspec-1024"),
                 encrypts->with_kid("mcp-authspec-enc"), wraps->with_kid("mcp-authspec-wrap")};
}

/// A good token, but by this key.
jose::Recipe signed_by(Probe& probe, const jose::Key& key) {
  jose::Recipe token = probe.good();
  token.signed_by(key);
  token.header.set_string("alg", key.alg()).set_string("kid", key.kid());
  return token;
}

/// The odd keys, and one of each algorithm, stand beside the good ones as long as this lives. All
/// at once, so that a server has to fetch the changed set once only.
class Publication {
 public:
  Publication(idp::KeySet& keys, const OddKeys& odd) : keys_(keys) {
    publish_every_algorithm();
    keys_.publish_raw(odd.good.public_jwk());
    keys_.publish_raw(odd.small.public_jwk());
    keys_.publish_raw(
        base::replace_all(odd.encrypts.public_jwk(), R"("use":"sig")", R"("use":"enc")"));
    keys_.publish_raw(
        base::replace_all(odd.wraps.public_jwk(), R"("use":"sig")", R"("key_ops":["wrapKey"])"));
    keys_.publish_raw(
        fmt::format(R"({{"kty":"oct","use":"sig","alg":"HS256","kid":"{}","k":"{}"}})", kOctKid,
                    base::base64url_encode(kSecret)));
  }
  ~Publication() { keys_.clear_raw(); }
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;
  /// One published key of each algorithm.
  const std::vector<jose::Key>& every_algorithm() const { return every_algorithm_; }

 private:
  void publish_every_algorithm() {
    const auto published = keys_.published();
    for (const std::string& alg : jose::signing_algorithms()) {
      const auto known = std::find_if(published.begin(), published.end(),
                                      [&](const jose::Key& key) { return key.alg() == alg; });
      if (known != published.end()) {
        every_algorithm_.push_back(*known);
      } else if (auto key = jose::Key::from_pool(alg, kSparePoolIndex)) {
        every_algorithm_.push_back(key->with_kid("mcp-authspec-" + base::to_lower(alg)));
        keys_.publish_raw(every_algorithm_.back().public_jwk());
      }
    }
  }

  idp::KeySet& keys_;
  std::vector<jose::Key> every_algorithm_;
};

bool known_not_taken_up(Probe& probe) {
  const auto observations = probe.context().observations();
  return std::any_of(observations.begin(), observations.end(), [](const auto& observation) {
    return observation.first == kNotTakenUp && observation.second != "\"taken up\"";
  });
}

bool accepted(Probe& probe, const jose::Key& key) {
  const std::string token = probe.mint(signed_by(probe, key));
  return probe.send({.credential = probe.carry(token)}).kind == mcp::Kind::result;
}

/// Whether the server has come to know a key that was published just now.
bool takes_up(Probe& probe, const jose::Key& good) {
  if (known_not_taken_up(probe)) return false;
  bool taken = accepted(probe, good);
  for (const milliseconds pause : kPauses) {
    if (taken || probe.context().options().quick) break;
    if (!probe.wait(pause, "verifiers pause between two looks for new keys")) break;
    taken = accepted(probe, good);
  }
  probe.note(kNotTakenUp, taken ? "\"taken up\"" : "\"not taken up within the run\"");
  return taken;
}

/// An algorithm of which keys are cheap to make, if the server accepts it.
std::string cheap_algorithm(Probe& probe) {
  return good_of(probe, "ES256") ? "ES256" : probe.context().calibration().alg;
}

using ByOddKey = jose::Recipe (*)(Probe& probe, const OddKeys& odd);

/// A token by a published key that is not for verifying is refused, while one by a good key that
/// was published together with it is accepted.
check::Body refuses_by(ByOddKey make) {
  return [make](Probe& probe) {
    const auto odd = make_odd_keys(cheap_algorithm(probe));
    if (!odd) return Finding::failed(odd.error().message);
    const Publication publication(probe.context().issuer().keys(), *odd);
    if (!takes_up(probe, odd->good)) {
      return Finding::skipped(
          "the server did not take up the changed key set within this run, so "
          "it cannot know the odd key");
    }
    return probe.refuses(make(probe, *odd));
  };
}

std::vector<check::Case> alone(std::vector<check::Case> cases) {
  for (check::Case& one : cases) one.needs.alone = true;
  return cases;
}

const Shared kWeak{
    .attacker = check::Attacker::issuer,
    .references = {{"RFC 7518", "3.3"}, {"RFC 8725", "3.5"}},
    .why = "RSA of 1024 bits is within reach of whoever can pay for the factoring.",
    .fix = "Refuse RSA keys below 2048 bits, published or not.",
};
const Shared kSymmetric{
    .attacker = check::Attacker::issuer,
    .references = {{"RFC 8725", "3.1"}, {"RFC 7517", "9.2"}},
    .why = "A secret in a public document is none: everybody signs with it.",
    .fix = "Ignore keys of type oct in a JWK set, and allow asymmetric algorithms only.",
};
/// RFC 7517 says what the members mean, not what a verifier has to do about them.
const Shared kPurpose{
    .level = check::Level::bcp,
    .attacker = check::Attacker::issuer,
    .if_accepted = check::Level::should,
    .harmless =
        "the issuer did publish the key, so nothing is forged; but it published it for "
        "something else",
    .references = {{"RFC 7517", "4.2"}, {"RFC 7517", "4.3"}},
    .why = "The issuer does not promise that what such a key signs is a token.",
    .fix =
        "Verify only with keys whose use is \"sig\" and whose key_ops have \"verify\", where "
        "the JWK has these members.",
};

const check::Suite kWeakCases{
    "signature",
    {check::Mode::oauth},
    alone(family(kWeak,
                 {{"rsa-1024-published",
                   "a token signed by a published key of 1024 bits is refused",
                   {"key-strength.skip"},
                   check::milder(refuses_by([](Probe& probe, const OddKeys& odd) {
                                   return signed_by(probe, odd.small);
                                 }),
                                 "only somebody who breaks the key can use this"),
                   "The good token, signed by an RSA key of 1024 bits that is in the key set."}}))};

const check::Suite kPurposeCases{
    "signature",
    {check::Mode::oauth},
    alone(family(
        kPurpose,
        {{"key-use-enc",
          "a token signed by a key that is published for encryption is refused",
          {"key-use.enc", "key-use.skip"},
          refuses_by(
              [](Probe& probe, const OddKeys& odd) { return signed_by(probe, odd.encrypts); }),
          "The good token, signed by a key that is in the key set with use \"enc\"."},
         {"key-ops-no-verify",
          "a token signed by a key that is not for verifying is refused",
          {"key-use.key-ops", "key-use.skip"},
          refuses_by([](Probe& probe, const OddKeys& odd) { return signed_by(probe, odd.wraps); }),
          "The good token, signed by a key that is in the key set with key_ops [\"wrapKey\"]."}}))};

const Shared kAccepted{
    .level = check::Level::observe,
    .attacker = check::Attacker::none,
    .references = {{"RFC 7518", "3.1"}, {"RFC 8725", "3.1"}},
    .why = "A short list of algorithms leaves less to attack.",
    .fix = "Allow the algorithms that your issuer uses, and no others.",
};

Finding observe_algorithms(Probe& probe) {
  const auto odd = make_odd_keys(cheap_algorithm(probe));
  if (!odd) return Finding::failed(odd.error().message);
  const Publication publication(probe.context().issuer().keys(), *odd);
  const bool fresh = takes_up(probe, odd->good);
  std::vector<std::string> taken;
  for (const jose::Key& key : publication.every_algorithm()) {
    if (accepted(probe, key)) taken.push_back(key.alg());
  }
  std::string json;
  for (const std::string& alg : taken) json += (json.empty() ? "" : ",") + base::json_string(alg);
  probe.note("algorithms", "[" + json + "]");
  return Finding::met(base::join(taken, ", ") +
                      (fresh ? "" : "; others could not be tried: no new key was taken up"));
}

const check::Suite kAcceptedCases{
    "signature",
    {check::Mode::oauth},
    alone(family(kAccepted, {{"alg-accepted",
                              "which signature algorithms the server accepts",
                              {},
                              observe_algorithms,
                              "The good token, signed by a published key of each algorithm."}}))};

// Last: servers have been seen to end when they look at such a key.
const check::Suite kSymmetricCases{
    "signature",
    {check::Mode::oauth},
    alone(family(
        kSymmetric,
        {{"oct-key-published",
          "HS256 by a secret that the key set publishes is refused",
          {"key.oct"},
          refuses_by([](Probe& probe, const OddKeys&) {
            jose::Recipe token = probe.good();
            token.signed_with_secret(std::string(kSecret));
            token.header.set_string("kid", kOctKid);
            return token;
          }),
          "The good token, signed with HS256 by a key of type oct that is in the key set."}}))};

}  // namespace
}  // namespace suites::signature
