// JWTs: whether the time until a token is refused tells how much of a forged MAC is right, and what
// a server looks at first.
#include <fmt/core.h>

#include <random>
#include <utility>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "suites/timing/comparison.h"

namespace {

using namespace std::chrono_literals;
using check::Finding;
using check::Level;
using check::Mode;
using check::Probe;
using suites::Comparison;

constexpr std::size_t kDrawnBytes = 2;  ///< of a MAC, anew each time
constexpr std::size_t kSpoiled = 8;     ///< bytes in the middle of a signature

/// A JWT, its signature apart.
struct Signed {
  std::string input;      ///< header and payload
  std::string signature;  ///< bytes
};

std::optional<Signed> read(const std::string& token) {
  const std::size_t dot = token.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  auto signature = base::base64url_decode(std::string_view(token).substr(dot + 1));
  if (!signature) return std::nullopt;
  return Signed{token.substr(0, dot), std::move(*signature)};
}

/// Bytes that need not be good randomness, only different ones.
class Noise {
 public:
  std::string bytes(std::size_t count) {
    std::string out;
    while (out.size() < count) out += static_cast<char>(random_());
    return out;
  }

 private:
  std::mt19937_64 random_{suites::random_seed()};
};

std::function<wire::Request()> with_signatures(Probe& probe, const std::string& input,
                                               const std::function<std::string()>& signature) {
  check::Context& context = probe.context();
  return [&context, input, signature, request = suites::mcp_requests(probe)] {
    const std::string token = input + "." + base::base64url_encode(signature());
    return request(context.carry(token).headers);
  };
}

Finding compare_mac(Probe& probe) {
  if (auto finding = suites::cannot_be_measured(probe)) return *finding;
  const auto good = read(probe.context().control_secret());
  if (!good || good->signature.size() < 4 * kDrawnBytes) {
    return Finding::skipped("the good token has no signature to guess at");
  }
  const std::string mac = good->signature;
  const std::size_t kept = mac.size() - kDrawnBytes;
  if (probe.context().options().supplied.given()) {
    // Without its last characters, which are drawn anew.
    suites::hide(probe.context(), good->input + "." + base::base64url_encode(mac).substr(0, 8));
  }
  Noise noise;
  std::string other = noise.bytes(kept);
  while (other.front() == mac.front()) other = noise.bytes(kept);
  const auto near = [&] {
    std::string guess = mac;
    while (guess == mac) guess = mac.substr(0, kept) + noise.bytes(kDrawnBytes);
    return guess;
  };
  Comparison asked = suites::mcp_comparison(probe, "hmac-prefix");
  asked.near =
      fmt::format("a MAC that shares all but its last {} bytes with the right one", kDrawnBytes);
  asked.decoy = "one that shares none";
  asked.make_near = with_signatures(probe, good->input, near);
  asked.make_decoy =
      with_signatures(probe, good->input, [&] { return other + noise.bytes(kDrawnBytes); });
  return suites::compare(probe, asked,
                         {check::Impact::exposure,
                          "whoever sees how far a MAC is right finds that of any claims byte by "
                          "byte, without the key"});
}

/// A wrong signature of the right form, so that it has to be checked: r and s of ECDSA stay in
/// their range, a number of RSA below its modulus.
std::string spoiled(std::string signature, Noise& noise) {
  const std::size_t at = signature.size() * 3 / 4 - kSpoiled / 2;
  return signature.replace(at, kSpoiled, noise.bytes(kSpoiled));
}

Finding observe_order(Probe& probe) {
  if (auto finding = suites::cannot_be_measured(probe)) return *finding;
  const auto fresh = read(probe.mint(probe.good()));
  const auto expired = read(probe.mint(probe.good().expiring_in(-24h)));
  if (probe.wanted_issuer()) return Finding::skipped(std::string(check::kNoIssuer));
  if (!fresh || !expired || fresh->input.size() != expired->input.size() ||
      fresh->signature.size() < 3 * kSpoiled) {
    return Finding::skipped("its tokens have no signature that could be spoiled");
  }
  Noise noise;
  const auto wrongly_signed = [&](const Signed& token) {
    return with_signatures(probe, token.input,
                           [&noise, &token] { return spoiled(token.signature, noise); });
  };
  Comparison asked = suites::mcp_comparison(probe, "refusal-order");
  asked.near = "an expired token with a wrong signature";
  asked.decoy = "a fresh one with a wrong signature";
  asked.make_near = wrongly_signed(*expired);
  asked.make_decoy = wrongly_signed(*fresh);
  const auto measured = suites::measure(probe, asked);
  if (measured.instead) return *measured.instead;
  const timing::Result& result = measured.result;
  const bool told_apart = result.halt == timing::Halt::oracle;
  const bool undecided = result.verdict == timing::Verdict::inconclusive && !told_apart;
  suites::note(probe, asked, measured, undecided ? "" : "OBSERVED");
  // Without numbers: they differ from run to run.
  const auto observed = [&](const char* words) {
    probe.note("refusal_order", fmt::format("\"{}\"", words));
    return Finding::met(words);
  };
  if (told_apart) {
    return observed("claims are looked at before the signature, and the answer says so");
  }
  if (undecided) return Finding::undecided(result.reason);
  if (result.verdict == timing::Verdict::fail) {
    return observed(result.direction == timing::Direction::faster
                        ? "claims are looked at before the signature is verified"
                        : "claims are looked at although the signature is wrong");
  }
  return observed("no difference: nothing shows that claims are looked at before the signature");
}

const check::Suite token_timing_cases{
    "timing",
    check::modes::jwt(),
    {
        {.id = "hmac-prefix",
         .title = "how long a wrong MAC takes to be refused does not tell how much of it is right",
         .sends =
             "Thousands of good tokens with the last two bytes of their MAC changed, and as many "
             "whose MAC is wrong from the first byte on, in random order.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7518", "3.2"}, {"CWE-208", ""}},
         .requirements = {"REF-72"},
         .needs = {.modes = {Mode::jwt_shared}, .alone = true, .waits = true, .loud = true},
         .faults = {"timing.early-exit-250ns", "timing.early-exit-1us"},
         .why =
             "A comparison of MACs that stops at the first difference lets anybody forge tokens: "
             "the MAC of any claims is found byte by byte.",
         .fix = "Verify with the function of a JWT library, or compare MACs with one for secrets.",
         .run = compare_mac},
        {.id = "refusal-order",
         .title = "what is looked at first, the signature or the claims",
         .sends =
             "Thousands of expired tokens with a wrong signature, and as many fresh ones with a "
             "wrong signature, in random order.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8725", "3.3"}},
         .needs = {.issuer = true, .alone = true, .waits = true, .loud = true},
         .faults = {"timing.claims-first"},
         .why = "Claims that are read before the signature was verified are input from anybody: "
                "parsers and look-ups behind them can be reached without a key.",
         .fix = "Verify the signature first, and read the claims of what was verified.",
         .run = observe_order},
    }};

}  // namespace
