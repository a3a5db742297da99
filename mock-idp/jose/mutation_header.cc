#include <fmt/core.h>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

/// Signs with an attacker's key and lets the header say where to find it.
Mutation brought_along(std::string name, std::string summary,
                       std::function<void(Members&, const Key&, const Surroundings&)> point_to) {
  return {std::move(name), std::move(summary),
          [point_to = std::move(point_to)](Recipe& recipe,
                                           const Surroundings& surroundings) -> base::Result<void> {
            const auto key = attacker_key(recipe.header.string("alg"), surroundings);
            if (!key) return tl::unexpected(key.error());
            recipe.signed_by(*key);
            recipe.header.set_string("kid", key->kid());
            point_to(recipe.header, *key, surroundings);
            return {};
          }};
}

Mutation with_header(std::string name, std::string summary, std::function<void(Members&)> edit) {
  return always(std::move(name), std::move(summary),
                [edit = std::move(edit)](Recipe& recipe, const Surroundings&) {
                  keep_algorithm(recipe);
                  edit(recipe.header);
                });
}

/// RFC 7797: the payload is not base64url-encoded, neither in the token nor in what is signed.
/// Dots would end the segment, so the JSON text escapes them.
base::Result<void> unencoded_payload(Recipe& recipe, const Surroundings&) {
  recipe.header.set("crit", R"(["b64"])").set("b64", "false");
  const std::string payload = base::replace_all(recipe.claims.to_json(), ".", "\\u002e");
  const std::string head = base::base64url_encode(recipe.header.to_json());
  if (!recipe.key) return base::fail("the recipe has no key to sign with");
  const std::string input = head + "." + payload;
  const auto signature =
      recipe.signer ? recipe.signer(input) : recipe.key->sign(recipe.header.string("alg"), input);
  if (!signature) return tl::unexpected(signature.error());
  recipe.assemble = [token = input + "." + base::base64url_encode(*signature)](const Parts&) {
    return token;
  };
  return {};
}

constexpr std::string_view kUnregistered = "mcp-authspec-extension";

Family crit_family() {
  const std::string name = base::json_string(kUnregistered);
  Family family;
  family.push_back(with_header("crit-unknown", "crit names an extension that nobody knows",
                               [name](Members& header) {
                                 header.set("crit", "[" + name + "]").set(kUnregistered, "true");
                               }));
  family.push_back(with_header("crit-empty", "crit is an empty array",
                               [](Members& header) { header.set("crit", "[]"); }));
  family.push_back(with_header("crit-not-array", "crit is a string", [name](Members& header) {
    header.set("crit", name).set(kUnregistered, "true");
  }));
  family.push_back(with_header("crit-names-absent",
                               "crit names an extension that the header does not have",
                               [name](Members& header) { header.set("crit", "[" + name + "]"); }));
  family.push_back({"b64-false", "crit names b64, which is false: the payload is not encoded",
                    unencoded_payload});
  return family;
}

}  // namespace

Family header_mutations() {
  Family family;
  family.push_back(brought_along("embedded-jwk",
                                 "signed by a foreign key that the header carries as jwk",
                                 [](Members& header, const Key& key, const Surroundings&) {
                                   header.set("jwk", key.public_jwk());
                                 }));
  family.push_back(brought_along(
      "x5c-self-signed", "signed by a foreign key whose self-signed certificate is in x5c",
      [](Members& header, const Key& key, const Surroundings&) {
        header.set("x5c", fmt::format(R"(["{}"])", base::base64_encode(key.certificate_der())));
      }));
  family.push_back(brought_along("jku-foreign",
                                 "signed by a foreign key, jku names a key set of ours",
                                 [](Members& header, const Key&, const Surroundings& surroundings) {
                                   header.set_string("jku", surroundings.bait_url);
                                 }));
  family.push_back(brought_along("x5u-foreign",
                                 "signed by a foreign key, x5u names a certificate of ours",
                                 [](Members& header, const Key&, const Surroundings& surroundings) {
                                   header.set_string("x5u", surroundings.bait_url);
                                 }));
  family.push_back(brought_along("kid-url", "signed by a foreign key, the kid is a URL of ours",
                                 [](Members& header, const Key&, const Surroundings& surroundings) {
                                   header.set_string("kid", surroundings.bait_url);
                                 }));
  for (Mutation& mutation : crit_family()) family.push_back(std::move(mutation));
  return family;
}

}  // namespace jose
