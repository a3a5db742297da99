#include <fmt/core.h>

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/control.h"

namespace idp {
namespace {

/// A token taken apart; members that are not JSON are null.
struct TakenApart {
  bool compact = false;  ///< it is three parts with dots between them
  ControlJson header;
  ControlJson claims;
  std::string input;      ///< that is signed
  std::string signature;  ///< decoded
  bool decodes = false;   ///< the signature does
};

ControlJson decoded(const std::string& part) {
  const auto text = base::base64url_decode(part);
  if (!text) return nullptr;
  const auto strict = base::parse_json(*text);
  if (!strict || !strict->is_object()) return nullptr;
  return ControlJson::parse(*text, nullptr, /*allow_exceptions=*/false);
}

TakenApart take_apart(const std::string& token) {
  TakenApart apart;
  const auto parts = base::split(token, '.');
  apart.compact = parts.size() == 3 || (parts.size() == 2 && token.back() == '.');
  if (!apart.compact) return apart;
  apart.header = decoded(parts[0]);
  apart.claims = decoded(parts[1]);
  apart.input = parts[0] + "." + parts[1];
  const auto signature = base::base64url_decode(parts.size() == 3 ? parts[2] : std::string());
  apart.decodes = signature.has_value();
  if (signature) apart.signature = *signature;
  return apart;
}

std::string member_text(const ControlJson& json, std::string_view name) {
  if (!json.is_object() || !json.contains(name) || !json.at(name).is_string()) return {};
  return json.at(name).get<std::string>();
}

/// What is wrong with the signature; empty: nothing.
std::string signature_problem(const TakenApart& token, Issuer& issuer) {
  const std::string alg = member_text(token.header, "alg");
  const std::string kid = member_text(token.header, "kid");
  if (!token.decodes || token.signature.empty()) return "it has no signature";
  bool of_that_kid = false;
  for (const jose::Key& key : issuer.keys().published()) {
    if (!kid.empty() && key.kid() != kid) continue;
    of_that_kid = true;
    if (key.alg() == alg && key.verify(alg, token.input, token.signature)) return {};
  }
  if (!of_that_kid) return fmt::format("no key \"{}\" is published", kid);
  return kid.empty() ? "no published key made the signature"
                     : fmt::format("the published key \"{}\" did not make the signature", kid);
}

void judge_times(const ControlJson& claims, long long now, ControlJson& problems) {
  const auto at = [&](std::string_view name) -> std::optional<double> {
    if (!claims.contains(name)) return std::nullopt;
    if (claims.at(name).is_number()) return claims.at(name).get<double>();
    problems.push_back(fmt::format("{} is no number", name));
    return std::nullopt;
  };
  const auto exp = at("exp");
  if (!claims.contains("exp")) problems.push_back("exp is missing");
  const auto moment = static_cast<double>(now);
  if (exp && *exp <= moment) {
    problems.push_back(fmt::format("exp has passed {:.0f} s ago", moment - *exp));
  }
  if (const auto nbf = at("nbf"); nbf && *nbf > moment) {
    problems.push_back(fmt::format("nbf comes in {:.0f} s", *nbf - moment));
  }
}

ControlJson judge(const TakenApart& token, Issuer& issuer, long long now) {
  ControlJson problems = ControlJson::array();
  if (!token.header.is_object()) problems.push_back("the header is no JSON object");
  if (std::string bad = signature_problem(token, issuer); !bad.empty()) problems.push_back(bad);
  if (!token.claims.is_object()) {
    problems.push_back("the claims are no JSON object");
    return problems;
  }
  // A persona has tokens whose `iss` is that of another version of it.
  if (member_text(token.claims, "iss").rfind(issuer.base(), 0) != 0) {
    problems.push_back("iss is not " + issuer.url());
  }
  judge_times(token.claims, now, problems);
  return problems;
}

/// The issuer whose token it says it is, where that is one of ours.
std::string issuer_of(const ControlCall& call, const TakenApart& token) {
  const std::string prefix = call.provider.origin + "/i/";
  const std::string iss = member_text(token.claims, "iss");
  if (iss.rfind(prefix, 0) != 0) return "main";
  const std::string name = iss.substr(prefix.size());
  return name.substr(0, name.find('/'));
}

http::Response opaque_verdict(const Issuer& issuer, const std::optional<OpaqueToken>& known,
                              long long now) {
  ControlJson problems = ControlJson::array();
  if (!known) {
    problems.push_back("it is no JWT, and the issuer does not know it");
  } else if (known->revoked) {
    problems.push_back("it was revoked");
  } else if (!known->is_valid(now)) {
    problems.push_back("it has expired, or is not valid yet");
  }
  ControlJson json{{"issuer", issuer.name()}, {"good", problems.empty()}};
  json["problems"] = std::move(problems);
  json["opaque"] = true;
  if (known) {
    json["claims"] =
        ControlJson::parse(known->claims.to_json(), nullptr, /*allow_exceptions=*/false);
  }
  return control_answer(json);
}

}  // namespace

/// By the issuer's own code and clock. What judges servers, and `token verify`, has code of its
/// own.
Obeyed<http::Response> verify_token(const ControlCall& call) {
  const std::string text = call.text("token");
  const TakenApart token = take_apart(text);
  const auto found =
      call.provider.find_issuer(call.has("issuer") ? call.text("issuer") : issuer_of(call, token));
  if (!found) return refuse_argument("issuer", found.error().message);
  Issuer& issuer = **found;
  const long long now = call.provider.clock.epoch_seconds();
  const auto opaque = issuer.opaque_tokens().find(text);
  if (!token.compact || opaque) return opaque_verdict(issuer, opaque, now);
  ControlJson problems = judge(token, issuer, now);
  const std::string jti = member_text(token.claims, "jti");
  if (!jti.empty() && call.provider.grants.is_revoked(jti)) problems.push_back("it was revoked");
  ControlJson json{{"issuer", issuer.name()}, {"good", problems.empty()}};
  json["problems"] = std::move(problems);
  json["opaque"] = false;
  json["header"] = token.header;
  json["claims"] = token.claims;
  return control_answer(json);
}

}  // namespace idp
