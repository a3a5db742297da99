#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/suggest.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "common/http/client.h"
#include "harness/cli/support.h"
#include "harness/cli/token.h"
#include "mock-idp/idp/mint.h"
#include "mock-idp/idp/mock_idp.h"

namespace cli {
namespace {

using namespace std::chrono_literals;

constexpr char kIssuer[] = "http://127.0.0.1:9400/i/main";

struct MintOptions {
  std::string alg;
  std::vector<std::string> audiences;
  std::string scope;
  std::string sub;
  std::string iss;
  long long ttl = 300;
  std::vector<std::string> claims;
  std::vector<std::string> header;
  std::vector<std::string> mutations;
  std::string key_file;
  std::string idp;
  std::string ca;
  std::string persona;
  std::string kind;
};

/// `name=json` of a flag.
base::Result<jose::Member> read_member(std::string_view flag, const std::string& text) {
  const std::size_t sign = text.find('=');
  if (sign == std::string::npos || sign == 0) {
    return base::fail(fmt::format("token: {} {}: expected name=json", flag, text));
  }
  jose::Member member{text.substr(0, sign), text.substr(sign + 1)};
  if (!base::parse_json(member.json)) {
    return base::fail(
        fmt::format("token: {} {}: the value is not JSON (a string has quotes: '{}={}')", flag,
                    text, member.name, base::json_string(member.json)));
  }
  return member;
}

std::string known_mutations_near(const std::string& name) {
  std::vector<std::string> names;
  for (const jose::Mutation& mutation : jose::mutations()) names.push_back(mutation.name);
  const std::string near = base::suggestion(name, names);
  return near.empty() ? "; see token list-mutations" : near;
}

/// What the flags say, checked; the error names the flag.
base::Result<idp::MintRequest> read_request(const MintOptions& options) {
  idp::MintRequest request;
  request.sub = options.sub;
  request.audiences = options.audiences;
  request.ttl = options.ttl;
  request.mutations = options.mutations;
  if (!options.iss.empty()) request.claims.push_back({"iss", base::json_string(options.iss)});
  for (const std::string& text : options.claims) {
    auto member = read_member("--claim", text);
    if (!member) return tl::unexpected(member.error());
    request.claims.push_back(std::move(*member));
  }
  for (const std::string& text : options.header) {
    auto member = read_member("--header", text);
    if (!member) return tl::unexpected(member.error());
    request.header.push_back(std::move(*member));
  }
  for (const std::string& name : options.mutations) {
    if (jose::find_mutation(name) != nullptr) continue;
    return base::fail(fmt::format("token: --mutate {}: there is no such mutation{}", name,
                                  known_mutations_near(name)));
  }
  const auto& known = jose::signing_algorithms();
  if (!options.alg.empty() && !base::contains(known, options.alg)) {
    return base::fail(fmt::format("token: --alg {}: the algorithms are {}{}", options.alg,
                                  base::join(known, ", "), base::suggestion(options.alg, known)));
  }
  return request;
}

/// The key of a file, PEM or JWK, for the algorithm asked for.
base::Result<jose::Key> read_key(const MintOptions& options) {
  const auto text = base::read_file(options.key_file);
  if (!text) return base::fail("token: --key " + text.error().message);
  const bool pem = text->find("-----BEGIN") != std::string::npos;
  auto key = pem ? jose::Key::from_pem(*text, options.alg) : jose::Key::from_jwk(*text);
  if (!key) {
    return base::fail(fmt::format("token: --key {}: {}", options.key_file, key.error().message));
  }
  if (pem || options.alg.empty()) return key;
  if (const auto tried = key->sign(options.alg, "x"); !tried) {
    return base::fail(fmt::format("token: --alg {}: {}", options.alg, tried.error().message));
  }
  return key->with_alg(options.alg);
}

/// The error names what no token without a provider can be.
base::Result<jose::Recipe> recipe_of(idp::Issuer& issuer, const MintOptions& options) {
  if (idp::habits_of(issuer.persona()).opaque &&
      (options.kind.empty() || options.kind == "access")) {
    return base::fail(fmt::format(
        "token: --persona {}: its access tokens say nothing by themselves; --idp has a running "
        "provider register one",
        options.persona));
  }
  idp::TokenFacts facts{.scope = options.scope, .subject = options.sub};
  // A key file has one key; its algorithm was settled when it was read.
  if (options.key_file.empty()) facts.alg = options.alg;
  if (!options.audiences.empty()) facts.audience_json = idp::audience_json(options.audiences);
  auto recipe = issuer.token(options.kind, facts);
  if (!recipe) return base::fail("token: " + recipe.error().message);
  return recipe;
}

base::Result<std::string> mint_here(const MintOptions& options, idp::MintRequest request) {
  idp::Options issuer_options;
  if (!options.key_file.empty()) issuer_options.algorithms = {};
  const std::string name = options.persona.empty() ? "main" : "main~" + options.persona;
  const std::string base = options.persona.empty() && !options.iss.empty()
                               ? options.iss
                               : kIssuer + name.substr(std::string_view("main").size());
  idp::Issuer issuer(name, base, issuer_options, base::system_clock());
  if (!options.key_file.empty()) {
    auto key = read_key(options);
    if (!key) return tl::unexpected(key.error());
    if (auto added = issuer.keys().add(std::move(*key), idp::KeyState::active); !added) {
      return tl::unexpected(added.error());
    }
  }
  auto recipe = recipe_of(issuer, options);
  if (!recipe) return tl::unexpected(recipe.error());
  // They are in it already, where and as the persona has them.
  request.audiences.clear();
  if (auto done = idp::apply(request, issuer.surroundings(), *recipe); !done) {
    return base::fail("token: --mutate " + done.error().message);
  }
  return recipe->mint();
}

nlohmann::ordered_json members_json(const std::vector<jose::Member>& members) {
  auto json = nlohmann::ordered_json::object();
  for (const jose::Member& member : members) {
    json[member.name] = nlohmann::ordered_json::parse(member.json, nullptr, false);
  }
  return json;
}

/// The body of `POST /_ctl/mint`.
std::string control_body(const MintOptions& options, const idp::MintRequest& request,
                         const std::string& issuer) {
  nlohmann::ordered_json body = {{"issuer", issuer}, {"ttl", request.ttl}};
  if (!options.alg.empty()) body["alg"] = options.alg;
  if (!options.kind.empty()) body["kind"] = options.kind;
  if (!request.audiences.empty()) body["aud"] = request.audiences;
  if (request.audiences.size() == 1) body["aud"] = request.audiences.front();
  if (!options.scope.empty()) body["scope"] = options.scope;
  if (!request.sub.empty()) body["sub"] = request.sub;
  body["claims"] = members_json(request.claims);
  body["header"] = members_json(request.header);
  body["mutate"] = request.mutations;
  return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string member_of(std::string_view text, std::string_view name) {
  return base::text_member(base::parse_json(text).value_or(nlohmann::json()), name);
}

base::Result<std::string> mint_there(const MintOptions& options, const idp::MintRequest& request) {
  const auto url = base::parse_url(options.idp);
  if (!url) return base::fail(fmt::format("token: --idp {}: {}", options.idp, url.error().message));
  // Both the provider's own URL and that of one of its issuers will do.
  std::string issuer = url->path.rfind("/i/", 0) == 0 ? base::split(url->path, '/')[2] : "main";
  if (!options.persona.empty()) issuer = issuer.substr(0, issuer.find('~')) + "~" + options.persona;
  http::ClientRequest call;
  call.method = "POST";
  call.url = url->origin() + "/_ctl/mint";
  call.headers = {{"Content-Type", "application/json"}};
  call.body = control_body(options, request, issuer);
  if (!options.ca.empty()) {
    auto text = base::read_file(options.ca);
    if (!text) return base::fail("token: --ca: " + text.error().message);
    call.tls.ca = std::move(*text);
  }
  const char* const admin = std::getenv("MOCK_IDP_ADMIN_TOKEN");
  if (admin != nullptr && *admin != '\0') {
    call.headers.push_back({"Authorization", "Bearer " + std::string(admin)});
  }
  const auto response = http::fetch(call, base::Deadline::after(10s));
  if (!response) {
    return base::fail("token: --idp: " + response.error().message);
  }
  std::string token = member_of(response->body, "token");
  if (response->status == 200 && !token.empty()) return token;
  const std::string reason = member_of(response->body, "error");
  return base::fail(
      fmt::format("token: --idp {}: {}", options.idp,
                  reason.empty() ? fmt::format("status {}", response->status) : reason));
}

int run_mint(const MintOptions& options) {
  const auto request = read_request(options);
  if (!request) return fail_usage(request.error().message);
  const auto token =
      options.idp.empty() ? mint_here(options, *request) : mint_there(options, *request);
  if (!token) return fail_usage(token.error().message);
  print(*token + "\n");
  return 0;
}

}  // namespace

void add_token_mint(CLI::App& token, int& exit_code) {
  const auto options = std::make_shared<MintOptions>();
  token.add_option("--alg", options->alg, "signing algorithm [ES256, or the key file's]")
      ->type_name("A");
  repeatable(
      token.add_option("--aud", options->audiences, "audience; several make an array [the issuer]"))
      ->type_name("U");
  token.add_option("--scope", options->scope, "scopes with blanks between them")->type_name("S");
  token.add_option("--sub", options->sub, "subject [test-user]")->type_name("S");
  token.add_option("--iss", options->iss, fmt::format("issuer [{}, or the provider's]", kIssuer))
      ->type_name("URL");
  token.add_option("--ttl", options->ttl, "seconds until it expires; may be negative")
      ->type_name("T")
      ->check(whole_number_between(-1'000'000'000'000, 1'000'000'000'000))
      ->capture_default_str();
  repeatable(
      token.add_option("--claim", options->claims, "set a claim, such as 'roles=[\"admin\"]'"))
      ->type_name("K=JSON");
  repeatable(token.add_option("--header", options->header, "set a header parameter"))
      ->type_name("K=JSON");
  repeatable(token.add_option("--mutate", options->mutations, "spoil it in a named way"))
      ->type_name("NAME");
  auto* const key = token.add_option("--key", options->key_file,
                                     "sign with a PEM or JWK private key [a test key]");
  key->type_name("FILE");
  token.add_option("--idp", options->idp, "have a running provider or issuer mint it")
      ->type_name("URL")
      ->excludes(key);
  token.add_option("--ca", options->ca, "trust the certificates of this authority (PEM)")
      ->type_name("FILE")
      ->needs("--idp");
  token
      .add_option("--persona", options->persona,
                  "a token of a known provider, such as okta [that of the issuer's name]")
      ->type_name("P")
      ->check(CLI::IsMember(persona_names()));
  token
      .add_option("--kind", options->kind,
                  "of the persona's kinds of tokens: access, id, ... [its usual access token]")
      ->type_name("K");
  token.callback([&token, options, &exit_code] {
    if (token.get_subcommands().empty()) exit_code = run_mint(*options);
  });
}

}  // namespace cli
