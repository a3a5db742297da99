#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/json.h"
#include "common/http/client.h"
#include "fixtures/reference-server/pem.h"
#include "fixtures/reference-server/signature.h"
#include "harness/cli/support.h"
#include "harness/cli/token.h"

namespace cli {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

struct VerifyOptions {
  std::string token;
  std::string jwks;
  bool no_claims = false;
  std::string iss;
  std::string aud;
};

base::Result<std::string> read_source(const std::string& where) {
  const bool url = where.rfind("http://", 0) == 0 || where.rfind("https://", 0) == 0;
  if (!url) return base::read_file(where);
  http::ClientRequest request;
  request.url = where;
  auto response = http::fetch(request, base::Deadline::after(10s));
  if (!response) return tl::unexpected(response.error());
  if (response->status != 200) {
    return base::fail(fmt::format("{}: status {}", where, response->status));
  }
  return std::move(response->body);
}

base::Result<reference_server::Keys> read_keys(const std::string& where) {
  const auto text = read_source(where);
  if (!text) return tl::unexpected(text.error());
  reference_server::Keys keys;
  if (text->find("-----BEGIN") != std::string::npos) {
    keys.push_back(reference_server::import_pem(*text));
  } else {
    const auto parsed = base::parse_json(*text);
    if (!parsed) {
      return base::fail(fmt::format("{}: not JSON or PEM: {}", where, parsed.error().message));
    }
    const bool set =
        parsed->is_object() && parsed->contains("keys") && (*parsed)["keys"].is_array();
    for (const json& jwk : set ? (*parsed)["keys"] : json::array({*parsed})) {
      keys.push_back(reference_server::import_key(jwk));
    }
  }
  // Members that nobody can use are passed over (RFC 7517, section 5).
  std::erase_if(keys, [](const auto& key) { return key == nullptr || key->key == nullptr; });
  if (keys.empty()) return base::fail(where + ": there is no public key in it");
  return keys;
}

/// The key that signed it. The error says why there is none.
base::Result<std::string> check_signature(const TokenParts& parts,
                                          const reference_server::Keys& keys) {
  const auto header = base::parse_json(parts.header);
  if (!header || !header->is_object()) return base::fail("the header is not a JSON object");
  if (header->contains("crit")) return base::fail("it has critical extensions (crit)");
  const std::string alg = base::text_member(*header, "alg");
  const auto* const algorithm = reference_server::find_algorithm(alg);
  if (algorithm == nullptr) {
    return base::fail(fmt::format("alg \"{}\" is no asymmetric signature", alg));
  }
  const std::string kid = base::text_member(*header, "kid");
  bool candidate = false;
  for (const auto& key : keys) {
    if (!kid.empty() && key->kid && kid != *key->kid) continue;
    if (!fits(*algorithm, *key) || !key->signs || (key->alg && *key->alg != alg)) continue;
    candidate = true;
    if (verify(*algorithm, *key, parts.signed_text, parts.signature)) {
      return key->kid ? fmt::format("{} by key {}", alg, *key->kid) : alg;
    }
  }
  if (candidate) return base::fail("the signature is wrong");
  return base::fail(fmt::format("no key for alg {}{}", alg, kid.empty() ? "" : " and kid " + kid));
}

bool names_audience(const json& claims, const std::string& wanted) {
  const auto aud = claims.find("aud");
  if (aud == claims.end()) return false;
  if (aud->is_string()) return aud->get<std::string>() == wanted;
  return aud->is_array() && std::find(aud->begin(), aud->end(), wanted) != aud->end();
}

/// What is wrong with the claims (RFC 7519, section 4.1), or nothing.
std::string problem_of_claims(const std::string& payload, const VerifyOptions& options) {
  const auto claims = base::parse_json(payload);
  if (!claims) return "the claims are not JSON: " + claims.error().message;
  if (!claims->is_object()) return "the claims are not a JSON object";
  const long long now = base::system_clock().epoch_seconds();
  for (const char* name : {"exp", "nbf"}) {
    const auto claim = claims->find(name);
    if (claim == claims->end()) continue;
    if (!claim->is_number()) return fmt::format("{} is not a number", name);
    const auto at = claim->get<double>();
    const bool past = static_cast<double>(now) >= at;
    if (past == (std::string_view(name) == "nbf")) continue;
    const auto seconds = static_cast<long long>(std::clamp(at, -1e15, 1e15));
    if (!past) return "it is not valid before " + relative_time(seconds, now);
    return seconds == now ? "it expires right now" : "it expired " + relative_time(seconds, now);
  }
  if (!options.iss.empty() && base::text_member(*claims, "iss") != options.iss) {
    return fmt::format("iss is not {}", options.iss);
  }
  if (!options.aud.empty() && !names_audience(*claims, options.aud)) {
    return fmt::format("aud does not name {}", options.aud);
  }
  return {};
}

int bad(std::string_view reason) {
  print(fmt::format("bad: {}\n", reason));
  return 1;
}

int run_verify(const VerifyOptions& options) {
  const auto keys = read_keys(options.jwks);
  if (!keys) return fail_usage("token verify: --jwks " + keys.error().message);
  const auto token = read_token(options.token);
  if (!token) return fail_usage("token verify: " + token.error().message);
  const auto parts = split_token(*token);
  if (!parts) return bad(parts.error().message);
  const auto signer = check_signature(*parts, *keys);
  if (!signer) return bad(signer.error().message);
  if (options.no_claims) {
    print(fmt::format("good: {}; claims not checked\n", *signer));
    return 0;
  }
  if (const std::string problem = problem_of_claims(parts->payload, options); !problem.empty()) {
    return bad(problem);
  }
  print(fmt::format("good: {}\n", *signer));
  return 0;
}

}  // namespace

void add_token_verify(CLI::App& token, int& exit_code) {
  auto* const command = token.add_subcommand("verify", "exit 0 for a good token, 1 for a bad one");
  const auto options = std::make_shared<VerifyOptions>();
  command->add_option("token", options->token, "the token; - : from standard input")
      ->required()
      ->type_name("TOKEN|-");
  command->add_option("--jwks", options->jwks, "file or URL with a JWK set, a JWK or a PEM key")
      ->required()
      ->type_name("F|URL");
  command->add_option("--iss", options->iss, "the issuer that it has to be from")->type_name("URL");
  command->add_option("--aud", options->aud, "the audience that it has to be for")->type_name("U");
  command->add_flag("--no-claims", options->no_claims, "check the signature alone");
  examples(
      *command,
      "mcp-authspec token verify - --jwks http://127.0.0.1:9400/i/main/jwks < token\n"
      "mcp-authspec token verify \"$TOKEN\" --jwks public.pem --aud http://127.0.0.1:3000/mcp\n");
  command->callback([options, &exit_code] { exit_code = run_verify(*options); });
}

}  // namespace cli
