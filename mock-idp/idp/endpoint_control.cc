#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/idp/mint.h"
#include "mock-idp/idp/provider.h"

// Steering from outside. Everything that is misunderstood is refused by name: a token other than
// the one asked for would prove nothing.
namespace idp {
namespace {

using Json = nlohmann::ordered_json;

struct Wanted {
  std::string issuer = "main";
  std::string alg;
  std::string scope;
  std::string kind;
  std::optional<bool> opaque;
  MintRequest mint;
};

base::Result<void> take(std::string& into, const std::string& name, const Json& value) {
  if (!value.is_string()) return base::fail(name + " has to be a string");
  into = value.get<std::string>();
  return {};
}

base::Result<void> take(std::optional<bool>& into, const std::string& name, const Json& value) {
  if (!value.is_boolean()) return base::fail(name + " has to be true or false");
  into = value.get<bool>();
  return {};
}

base::Result<void> take(long long& into, const std::string& name, const Json& value) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() || value.get<std::uint64_t>() <= 1ULL << 40);
  if (!fits || value.get<long long>() < -(1LL << 40)) {
    return base::fail(name + " has to be a whole number of seconds");
  }
  into = value.get<long long>();
  return {};
}

base::Result<void> take(std::vector<std::string>& into, const std::string& name,
                        const Json& value) {
  for (const Json& item : value) {
    if (!value.is_array() || !item.is_string()) {
      return base::fail(name + " has to be an array of strings");
    }
    into.push_back(item.get<std::string>());
  }
  if (!value.is_array()) return base::fail(name + " has to be an array of strings");
  return {};
}

base::Result<void> take(std::vector<jose::Member>& into, const std::string& name,
                        const Json& value) {
  if (!value.is_object()) return base::fail(name + " has to be an object");
  for (const auto& [member, json] : value.items()) into.push_back({member, json.dump()});
  return {};
}

base::Result<void> take_member(Wanted& wanted, const std::string& name, const Json& value) {
  if (name == "issuer") return take(wanted.issuer, name, value);
  if (name == "alg") return take(wanted.alg, name, value);
  if (name == "scope") return take(wanted.scope, name, value);
  if (name == "kind") return take(wanted.kind, name, value);
  if (name == "opaque") return take(wanted.opaque, name, value);
  if (name == "sub") return take(wanted.mint.sub, name, value);
  if (name == "ttl") return take(wanted.mint.ttl, name, value);
  if (name == "claims") return take(wanted.mint.claims, name, value);
  if (name == "header") return take(wanted.mint.header, name, value);
  if (name == "mutate") return take(wanted.mint.mutations, name, value);
  if (name != "aud") return base::fail("unknown member " + base::json_string(name));
  if (!value.is_string()) return take(wanted.mint.audiences, name, value);
  wanted.mint.audiences = {value.get<std::string>()};
  return {};
}

base::Result<Wanted> read(const std::string& body) {
  // The strict pass finds duplicates; the second keeps the order of claims.
  if (const auto strict = base::parse_json(body); !strict) return tl::unexpected(strict.error());
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return base::fail("the body has to be a JSON object");
  Wanted wanted;
  for (const auto& [name, value] : json.items()) {
    if (auto taken = take_member(wanted, name, value); !taken) {
      return tl::unexpected(taken.error());
    }
  }
  return wanted;
}

/// A token of the issuer's persona, before anything is changed about it.
base::Result<jose::Recipe> recipe_for(Issuer& issuer, Wanted& wanted) {
  TokenFacts facts{.scope = wanted.scope, .subject = wanted.mint.sub, .alg = wanted.alg};
  if (!wanted.mint.audiences.empty()) {
    facts.audience_json = audience_json(std::exchange(wanted.mint.audiences, {}));
  }
  const auto kinds = kinds_of(issuer.persona());
  const bool known = wanted.kind.empty() ||
                     std::any_of(kinds.begin(), kinds.end(),
                                 [&](const TokenKind& one) { return one.name == wanted.kind; });
  auto recipe = issuer.token(wanted.kind, facts);
  if (!recipe) return base::fail((known ? "alg: " : "kind: ") + recipe.error().message);
  return recipe;
}

base::Result<std::string> mint(Provider& provider, Wanted wanted) {
  const auto found = provider.find_issuer(wanted.issuer);
  if (!found) return base::fail("issuer: " + found.error().message);
  Issuer* const issuer = *found;
  auto recipe = recipe_for(*issuer, wanted);
  if (!recipe) return tl::unexpected(recipe.error());
  const std::string bait = provider.origin + "/bait/" + base::random_hex(16);
  if (auto done = apply(wanted.mint, issuer->surroundings(bait), *recipe); !done) {
    return base::fail("mutate: " + done.error().message);
  }
  const bool access = wanted.kind.empty() || wanted.kind == "access";
  if (!wanted.opaque) return access ? issuer->issue(*recipe) : recipe->mint();
  return *wanted.opaque ? issuer->opaque_tokens().add(*recipe) : recipe->mint();
}

http::Response error(int status, const std::string& message) {
  return http::Response::json(status, fmt::format(R"({{"error":{}}})", base::json_string(message)));
}

bool is_loopback(std::string_view peer) {
  return peer.substr(0, 4) == "127." || peer == "::1" || peer.substr(0, 11) == "::ffff:127.";
}

}  // namespace

/// POST {issuer, kind, alg, aud, scope, sub, ttl, claims, header, mutate, opaque}, all optional:
/// {"token": …}. An opaque token says nothing by itself: introspection and userinfo know it.
http::Response control_mint(const Call& call) {
  if (!is_loopback(call.request.peer)) return error(403, "steering is for this machine only");
  if (!allows(call.request, "POST")) return method_not_allowed("POST");
  const std::string* const type = call.request.header("Content-Type");
  // A web page cannot send this type to us without asking first.
  if (type == nullptr || base::to_lower(*type).rfind("application/json", 0) != 0) {
    return error(415, "the content type has to be application/json");
  }
  const auto wanted = read(call.request.body);
  if (!wanted) return error(400, wanted.error().message);
  const auto token = mint(call.provider, *wanted);
  if (!token) return error(400, token.error().message);
  http::Response response =
      http::Response::json(200, fmt::format(R"({{"token":{}}})", base::json_string(*token)));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace idp
