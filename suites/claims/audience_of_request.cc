// Tokens for another server, sent with that server's name in the request: a server that builds the
// expected audience from the request accepts them.
#include <fmt/core.h>

#include "common/base/json.h"
#include "harness/check/family.h"
#include "suites/claims/judged.h"

namespace suites::claims {
namespace {

using check::Finding;
using check::Probe;
using Fields = std::vector<base::Header>;

constexpr const char* kOtherHost = "other.example";
constexpr const char* kOtherPrefix = "/other";
constexpr std::string_view kHttps = "https";

const Shared kFromRequest{
    .attacker = check::Attacker::token_holder,
    .on_2025_03_26 = check::Level::bcp,
    .references = {{"MCP", "token-handling"},
                   {"MCP security", "token-audience-binding-and-validation"},
                   {"RFC 7519", "4.1.3"},
                   {"CWE-290", ""}},
    .requirements = {"RS-09", "RS-12", "RS-13", "RS-17", "RS-18"},
    .why =
        "The operator of another server takes the token of a user there and names that server in "
        "the request; this server then compares the token with what the attacker wrote.",
    .fix =
        "Configure the audience as a fixed value, or build it only from hosts on a list of your "
        "own; do not trust Host, Forwarded or X-Forwarded-* of a request.",
};

/// An audience taken apart where its host begins and ends.
struct Location {
  std::string scheme;
  std::string host;
  std::string path;

  std::string at(std::string_view other_host) const {
    return fmt::format("{}://{}{}", scheme, other_host, path);
  }
};

std::optional<Location> location_of(const std::string& audience) {
  const std::size_t scheme = audience.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  const std::size_t path = std::min(audience.find('/', scheme + 3), audience.size());
  return Location{audience.substr(0, scheme), audience.substr(scheme + 3, path - scheme - 3),
                  audience.substr(path)};
}

/// What the request says of where it was sent, and the audience that a server reads from it.
struct Claimed {
  Fields fields;
  std::string audience;
  bool in_target = false;  ///< the request line names the audience too

  std::string label() const {
    if (in_target) return "an absolute request target";
    std::string text;
    for (const auto& [name, value] : fields) {
      text += (text.empty() ? "" : ", ") + fmt::format("{}: {}", name, value);
    }
    return text;
  }
};

jose::Recipe for_audience(Probe& probe, const std::string& audience) {
  jose::Recipe token = probe.good();
  token.claims.set_string("aud", audience);
  return token;
}

check::Attempt with_claims(Probe& probe, const Claimed& claimed) {
  const std::string token = probe.mint(for_audience(probe, claimed.audience));
  return {.credential = probe.carry(token), .edit = [claimed](wire::Request& request) {
            for (const auto& [name, value] : claimed.fields) {
              base::set_header(request.headers, name, value);
            }
            if (claimed.in_target) request.target = claimed.audience;
          }};
}

/// Whether tokens for that audience are accepted whatever the request says.
bool accepts_anyway(Probe& probe, const std::string& audience) {
  const std::string token = probe.mint(for_audience(probe, audience));
  return probe.send({.credential = probe.carry(token)}).kind == mcp::Kind::result;
}

using MakeClaims = std::vector<Claimed> (*)(const Location& own);

check::Body refuses_claimed(MakeClaims make) {
  return [make](Probe& probe) {
    if (probe.good().claims.find("aud") == nullptr) {
      return Finding::skipped("the valid token has no aud");
    }
    const auto own = location_of(probe.target().audience);
    if (!own) return Finding::skipped("the audience of this server is not a URL");
    check::Family family;
    for (const Claimed& claimed : make(*own)) {
      if (accepts_anyway(probe, claimed.audience)) {
        return Finding::skipped("tokens for other servers are accepted without it: aud-other");
      }
      family.push_back({claimed.label(), with_claims(probe, claimed)});
    }
    Finding finding = check::serves_none(probe, family);
    if (finding.outcome == check::Outcome::accepted) {
      finding.reason = "the same token is rejected where the request does not name its audience";
    }
    return finding;
  };
}

std::vector<Claimed> by_host(const Location& own) {
  const std::string whole = own.at(kOtherHost);
  return {{{{"Host", kOtherHost}}, whole},
          {{{"Host", kOtherHost}}, whole.substr(0, whole.size() - own.path.size())},
          {{{"Host", kOtherHost}}, whole, true}};
}

std::vector<Claimed> by_forwarded_host(const Location& own) {
  const std::string whole = own.at(kOtherHost);
  const std::string port = own.host.substr(0, own.host.rfind(':')) + ":65001";
  std::vector<Claimed> claims = {
      {{{"X-Forwarded-Host", kOtherHost}}, whole},
      {{{"X-Forwarded-Host", kOtherHost}}, whole.substr(0, whole.size() - own.path.size())},
      {{{"X-Forwarded-Host", kOtherHost}, {"X-Forwarded-Proto", std::string(kHttps)}},
       fmt::format("{}://{}{}", kHttps, kOtherHost, own.path)},
      {{{"X-Original-Host", kOtherHost}}, whole},
      {{{"X-Forwarded-Server", kOtherHost}}, whole},
  };
  if (own.host.find(':') != std::string::npos) {
    claims.push_back({{{"X-Forwarded-Port", "65001"}}, own.at(port)});
  }
  return claims;
}

std::vector<Claimed> by_forwarded(const Location& own) {
  const auto field = [](std::string_view scheme) {
    return Fields{{"Forwarded", fmt::format("for=192.0.2.1;host={};proto={}", kOtherHost, scheme)}};
  };
  return {{field(own.scheme), own.at(kOtherHost)},
          {field(kHttps), fmt::format("{}://{}{}", kHttps, kOtherHost, own.path)}};
}

std::vector<Claimed> by_forwarded_prefix(const Location& own) {
  const std::string audience =
      fmt::format("{}://{}{}{}", own.scheme, own.host, kOtherPrefix, own.path);
  return {{{{"X-Forwarded-Prefix", kOtherPrefix}}, audience},
          {{{"X-Forwarded-Path", kOtherPrefix + own.path}}, audience},
          {{{"X-Original-URL", kOtherPrefix + own.path}}, audience}};
}

const check::Suite kFromRequestCases{
    "claims", check::modes::claims(),
    family(kFromRequest,
           {
               {"aud-from-host",
                "Rejects a token for another host sent with that name in Host",
                {"aud.from-host"},
                refuses_claimed(by_host),
                "Tokens for other.example, with that name in Host and in an absolute request "
                "target."},
               {"aud-from-forwarded-host",
                "Rejects a token for another host sent with that name in X-Forwarded-Host",
                {"aud.from-forwarded-host"},
                refuses_claimed(by_forwarded_host),
                "Tokens for other.example, with that name in X-Forwarded-Host, X-Original-Host and "
                "X-Forwarded-Server; one for another port, with it in X-Forwarded-Port."},
               {"aud-from-forwarded",
                "Rejects a token for another host sent with that name in Forwarded",
                {"aud.from-forwarded"},
                refuses_claimed(by_forwarded),
                "Tokens for other.example, with that name in Forwarded (RFC 7239)."},
               {"aud-from-forwarded-prefix",
                "Rejects a token for another path sent with that path in X-Forwarded-Prefix",
                {"aud.from-forwarded-prefix"},
                refuses_claimed(by_forwarded_prefix),
                "Tokens for another path of the same host, with it in X-Forwarded-Prefix, "
                "X-Forwarded-Path and X-Original-URL."},
           })};

}  // namespace
}  // namespace suites::claims
