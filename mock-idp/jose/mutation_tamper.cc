#include <algorithm>

#include "common/base/base64.h"
#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

/// One bit of the byte at that part of the signature: 0 the first, 2 the last.
void flip_bit(Recipe& recipe, int place) {
  change_signature(recipe, [place](std::string signature) {
    if (signature.empty()) return signature;
    const std::size_t at = (signature.size() - 1) * static_cast<std::size_t>(place) / 2;
    signature[at] = static_cast<char>(signature[at] ^ 0x01);
    return signature;
  });
}

Mutation flipped(const char* name, const char* summary, int place) {
  return always(name, summary,
                [place](Recipe& recipe, const Surroundings&) { flip_bit(recipe, place); });
}

base::Result<void> sign_as_attacker(Recipe& recipe, const Surroundings& surroundings) {
  const auto key = attacker_key(recipe.header.string("alg"), surroundings);
  if (!key) return tl::unexpected(key.error());
  recipe.signed_by(*key);
  return {};
}

base::Result<void> sign_as_attacker_openly(Recipe& recipe, const Surroundings& surroundings) {
  recipe.header.set_string("kid", "attacker");
  return sign_as_attacker(recipe, surroundings);
}

base::Result<void> sign_as_attacker_without_kid(Recipe& recipe, const Surroundings& surroundings) {
  recipe.header.erase("kid");
  return sign_as_attacker(recipe, surroundings);
}

/// A forgery whose claims say that it expired: what reports two errors at once may be read as the
/// lesser one (CVE-2024-51744).
struct ForgedAndExpired {
  const char* name;
  const char* summary;
  std::chrono::seconds ago;
};
constexpr ForgedAndExpired kForgedAndExpired[] = {
    {"forged-expired-now", "exp was two seconds ago, and the signature is wrong",
     std::chrono::seconds{2}},
    {"forged-expired-minute", "exp was half a minute ago, and the signature is wrong",
     std::chrono::seconds{30}},
    {"forged-expired-hour", "exp was an hour ago, and the signature is wrong",
     std::chrono::hours{1}},
};

/// The signature of the same token with another `sub`.
base::Result<void> sign_another(Recipe& recipe, const Surroundings&) {
  Recipe other = recipe;
  other.claims.set_string("sub", "somebody-else");
  const auto minted = other.mint();
  if (!minted) return tl::unexpected(minted.error());
  const auto signature = base::base64url_decode(minted->substr(minted->rfind('.') + 1));
  if (!signature) return base::fail("the other token has no signature");
  use_signature(recipe, *signature);
  return {};
}

}  // namespace

Family tamper_mutations() {
  Family family;
  family.push_back({"wrong-key", "signed by a key that the issuer does not have, under its own kid",
                    sign_as_attacker_openly});
  family.push_back({"wrong-key-same-kid", "signed by a foreign key, under the kid of the good one",
                    sign_as_attacker});
  family.push_back(
      {"wrong-key-no-kid", "signed by a foreign key, without a kid", sign_as_attacker_without_kid});
  family.push_back(always("tampered-header", "a member was added to the header after signing",
                          [](Recipe& recipe, const Surroundings&) {
                            Members header = recipe.header;
                            header.set("mcp-authspec", "true");
                            recipe.after_signing = [header](Parts& parts) {
                              parts.header = base::base64url_encode(header.to_json());
                            };
                          }));
  family.push_back(always("tampered-payload", "sub was changed after signing",
                          [](Recipe& recipe, const Surroundings&) {
                            Members claims = recipe.claims;
                            claims.set_string("sub", "administrator");
                            recipe.after_signing = [claims](Parts& parts) {
                              parts.payload = base::base64url_encode(claims.to_json());
                            };
                          }));
  family.push_back(
      flipped("tampered-signature-first", "one bit of the signature's first byte was changed", 0));
  family.push_back(flipped("tampered-signature-middle",
                           "one bit in the middle of the signature was changed", 1));
  family.push_back(
      flipped("tampered-signature-last", "one bit of the signature's last byte was changed", 2));
  for (const ForgedAndExpired& row : kForgedAndExpired) {
    family.push_back(always(row.name, row.summary, [&row](Recipe& recipe, const Surroundings&) {
      recipe.expiring_in(-row.ago);
      flip_bit(recipe, 1);
    }));
  }
  family.push_back(
      {"signature-of-another-token", "the signature belongs to another good token", sign_another});
  family.push_back(always("signature-truncated", "the signature lacks its last byte",
                          [](Recipe& recipe, const Surroundings&) {
                            change_signature(recipe, [](std::string signature) {
                              if (!signature.empty()) signature.pop_back();
                              return signature;
                            });
                          }));
  family.push_back(always("signature-extended", "the signature has one byte more",
                          [](Recipe& recipe, const Surroundings&) {
                            change_signature(recipe, [](const std::string& signature) {
                              return signature + std::string(1, '\0');
                            });
                          }));
  family.push_back(always("signature-empty", "the third segment is empty",
                          [](Recipe& recipe, const Surroundings&) { use_signature(recipe, {}); }));
  return family;
}

}  // namespace jose
