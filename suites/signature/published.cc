// Keys that the issuer publishes but that no token may be verified with, and keys of every
// algorithm.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/another.h"
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
/// the case before need not fetch them again.
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

/// A key that is published and that no token may be verified with.
struct Oddity {
  std::string (*jwk)(const OddKeys& odd);
  jose::Recipe (*token)(Probe& probe, const OddKeys& odd);
};

const Oddity kSmall{
    [](const OddKeys& odd) { return odd.small.public_jwk(); },
    [](Probe& probe, const OddKeys& odd) { return signed_by(probe, odd.small); },
};
const Oddity kEncrypts{
    [](const OddKeys& odd) {
      return base::replace_all(odd.encrypts.public_jwk(), R"("use":"sig")", R"("use":"enc")");
    },
    [](Probe& probe, const OddKeys& odd) { return signed_by(probe, odd.encrypts); },
};
const Oddity kWraps{
    [](const OddKeys& odd) {
      return base::replace_all(odd.wraps.public_jwk(), R"("use":"sig")",
                               R"("key_ops":["wrapKey"])");
    },
    [](Probe& probe, const OddKeys& odd) { return signed_by(probe, odd.wraps); },
};
const Oddity kOct{
    [](const OddKeys&) {
      return fmt::format(R"({{"kty":"oct","use":"sig","alg":"HS256","kid":"{}","k":"{}"}})",
                         kOctKid, base::base64url_encode(kSecret));
    },
    [](Probe& probe, const OddKeys&) {
      jose::Recipe token = probe.good();
      token.signed_with_secret(std::string(kSecret));
      token.header.set_string("kid", kOctKid);
      return token;
    },
};

/// Keys that are published in addition to the valid ones as long as this lives.
class Publication {
 public:
  explicit Publication(idp::KeySet& keys) : keys_(keys) {}
  ~Publication() { keys_.clear_raw(); }
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;

  void add(const OddKeys& odd, std::initializer_list<const Oddity*> oddities) {
    keys_.publish_raw(odd.good.public_jwk());
    for (const Oddity* one : oddities) keys_.publish_raw(one->jwk(odd));
  }
  /// One published key of each algorithm.
  std::vector<jose::Key> add_every_algorithm() {
    std::vector<jose::Key> keys;
    const auto published = keys_.published();
    for (const std::string& alg : jose::signing_algorithms()) {
      const auto known = std::find_if(published.begin(), published.end(),
                                      [&](const jose::Key& key) { return key.alg() == alg; });
      if (known != published.end()) {
        keys.push_back(*known);
      } else if (auto key = jose::Key::from_pool(alg, kSparePoolIndex)) {
        keys.push_back(key->with_kid("mcp-authspec-" + base::to_lower(alg)));
        keys_.publish_raw(keys.back().public_jwk());
      }
    }
    return keys;
  }

 private:
  idp::KeySet& keys_;
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

bool can_start_more(Probe& probe) { return probe.context().options().start_instance != nullptr; }

/// Rejects the token, while a token by a good key that was published together with it is accepted.
/// On a server that starts with these keys: whether one that runs fetches the changed JWKS in time
/// is a matter of chance.
Finding refuses_from_start(Probe& judge, const Oddity& oddity, const OddKeys& odd) {
  return check::on_another([&](check::Another& another) {
    Publication publication(another.provider().issuer().keys());
    publication.add(odd, {&oddity});
    if (const auto started = another.start(); !started) {
      return Finding::undecided("no server started with this key in the JWKS: " +
                                started.error().message);
    }
    Probe& probe = another.probe();
    if (!probe.control_accepted()) {
      return Finding::skipped("the server rejects all tokens while this key is in the JWKS");
    }
    if (!accepted(probe, odd.good)) {
      return Finding::skipped("the server accepts no second key of the JWKS");
    }
    return probe.refuses(oddity.token(probe, odd));
  })(judge);
}

/// The same on a server that runs already. All odd keys are published at once, so that it has to
/// fetch the changed JWKS once only.
Finding refuses_after_change(Probe& probe, const Oddity& oddity, const OddKeys& odd) {
  if (probe.context().options().quick) {
    return Finding::skipped(
        "needs --spawn, or a run without --quick: a running server may wait before it fetches the "
        "changed JWKS");
  }
  Publication publication(probe.context().issuer().keys());
  publication.add_every_algorithm();
  publication.add(odd, {&kSmall, &kEncrypts, &kWraps, &kOct});
  if (!takes_up(probe, odd.good)) {
    return Finding::skipped(
        "the server did not fetch the changed JWKS within this run, so it cannot know the key");
  }
  return probe.refuses(oddity.token(probe, odd));
}

check::Body refuses_by(const Oddity& oddity) {
  return [&oddity](Probe& probe) {
    const auto odd = make_odd_keys(cheap_algorithm(probe));
    if (!odd) return Finding::failed(odd.error().message);
    return can_start_more(probe) ? refuses_from_start(probe, oddity, *odd)
                                 : refuses_after_change(probe, oddity, *odd);
  };
}

std::vector<check::Case> on_own_servers(std::vector<check::Case> cases) {
  for (check::Case& one : cases) one.needs.own_server = true;
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
    on_own_servers(family(
        kWeak, {{"rsa-1024-published",
                 "a token signed by a published key of 1024 bits is refused",
                 {"key-strength.skip"},
                 check::milder(refuses_by(kSmall), "only somebody who breaks the key can use this"),
                 "The good token, signed by an RSA key of 1024 bits that is in the key set."}}))};

const check::Suite kPurposeCases{
    "signature",
    {check::Mode::oauth},
    on_own_servers(family(
        kPurpose,
        {{"key-use-enc",
          "a token signed by a key that is published for encryption is refused",
          {"key-use.enc", "key-use.skip"},
          refuses_by(kEncrypts),
          "The good token, signed by a key that is in the key set with use \"enc\"."},
         {"key-ops-no-verify",
          "a token signed by a key that is not for verifying is refused",
          {"key-use.key-ops", "key-use.skip"},
          refuses_by(kWraps),
          "The good token, signed by a key that is in the key set with key_ops [\"wrapKey\"]."}}))};

const Shared kAccepted{
    .level = check::Level::observe,
    .attacker = check::Attacker::none,
    .references = {{"RFC 7518", "3.1"}, {"RFC 8725", "3.1"}},
    .why = "A short list of algorithms leaves less to attack.",
    .fix = "Allow the algorithms that your issuer uses, and no others.",
};

Finding note_accepted(Probe& probe, const std::vector<jose::Key>& keys, bool fresh) {
  std::vector<std::string> taken;
  for (const jose::Key& key : keys) {
    if (accepted(probe, key)) taken.push_back(key.alg());
  }
  std::string json;
  for (const std::string& alg : taken) json += (json.empty() ? "" : ",") + base::json_string(alg);
  probe.note("algorithms", "[" + json + "]");
  return Finding::met(base::join(taken, ", ") +
                      (fresh ? "" : "; others could not be tried: no new key was taken up"));
}

Finding observe_algorithms(Probe& judge) {
  const auto odd = make_odd_keys(cheap_algorithm(judge));
  if (!odd) return Finding::failed(odd.error().message);
  if (!can_start_more(judge)) {
    Publication publication(judge.context().issuer().keys());
    const auto keys = publication.add_every_algorithm();
    publication.add(*odd, {});
    return note_accepted(judge, keys, takes_up(judge, odd->good));
  }
  return check::on_another([](check::Another& another) {
    Publication publication(another.provider().issuer().keys());
    const auto keys = publication.add_every_algorithm();
    if (const auto started = another.start(); !started) {
      return Finding::undecided("no server started with keys of every algorithm in the JWKS: " +
                                started.error().message);
    }
    return note_accepted(another.probe(), keys, /*fresh=*/true);
  })(judge);
}

const check::Suite kAcceptedCases{
    "signature",
    {check::Mode::oauth},
    on_own_servers(
        family(kAccepted, {{"alg-accepted",
                            "which signature algorithms the server accepts",
                            {},
                            observe_algorithms,
                            "The good token, signed by a published key of each algorithm."}}))};

// Last: servers have been seen to end when they look at such a key.
const check::Suite kSymmetricCases{
    "signature",
    {check::Mode::oauth},
    on_own_servers(family(
        kSymmetric,
        {{"oct-key-published",
          "HS256 by a secret that the key set publishes is refused",
          {"key.oct"},
          refuses_by(kOct),
          "The good token, signed with HS256 by a key of type oct that is in the key set."}}))};

}  // namespace
}  // namespace suites::signature
