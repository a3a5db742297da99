#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

constexpr long long kHour = 3600;

/// A claim that becomes this JSON text, or disappears where the text is null.
struct Replaced {
  const char* name;
  const char* summary;
  const char* claim;
  const char* json;
};

/// What is done about the audience makes no difference where the good token names none.
base::Result<void> needs_audience(const Recipe& recipe) {
  if (recipe.claims.find("aud") != nullptr) return {};
  return base::fail("the good token has no aud");
}

Mutation replaced(const Replaced& row) {
  return {row.name, row.summary, [&row](Recipe& recipe, const Surroundings&) -> base::Result<void> {
            if (std::string_view(row.claim) == "aud") {
              if (auto there = needs_audience(recipe); !there) return there;
            }
            if (row.json == nullptr) {
              recipe.claims.erase(row.claim);
            } else {
              recipe.claims.set(row.claim, row.json);
            }
            return {};
          }};
}

/// A string claim; of an array, its first string.
std::string first_string(const Recipe& recipe, const char* claim) {
  std::string one = recipe.claims.string(claim);
  const std::string* const json = recipe.claims.find(claim);
  if (!one.empty() || json == nullptr) return one;
  const auto list = base::texts(base::parse_json(*json).value_or(nlohmann::json()));
  return list.empty() ? one : list.front();
}

/// A claim whose good value, a string, becomes another one; an empty result means that the good
/// value has nothing to change that way.
struct Derived {
  const char* name;
  const char* summary;
  std::string (*json)(const std::string& good);
};

Mutation derived(const Derived& row, const char* claim) {
  return {row.name, row.summary,
          [&row, claim](Recipe& recipe, const Surroundings&) -> base::Result<void> {
            const std::string good = first_string(recipe, claim);
            if (good.empty()) {
              return base::fail(fmt::format("the good {} is not one string", claim));
            }
            const std::string json = row.json(good);
            if (json.empty() || json == base::json_string(good)) {
              return base::fail(fmt::format("the {} \"{}\" cannot be changed so", claim, good));
            }
            recipe.claims.set(claim, json);
            return {};
          }};
}

std::string quote(std::string_view text) { return base::json_string(text); }

/// The path in the other case; nothing where it has no letters.
std::string with_other_path_case(const std::string& good) {
  const auto url = base::parse_url(good);
  if (!url || url->path == "/") return {};
  const std::size_t at = good.find(url->path, good.find("//") + 2);
  if (at == std::string::npos) return {};
  const std::string path = good.substr(at);
  const std::string upper = base::to_upper(path);
  return good.substr(0, at) + (upper == path ? base::to_lower(path) : upper);
}

std::string with_upper_case_host(const std::string& good) {
  const auto url = base::parse_url(good);
  if (!url) return {};
  const std::size_t end = good.find('/', good.find("//") + 2);
  const std::string head = good.substr(0, end);
  return base::to_upper(head) + (end == std::string::npos ? "" : good.substr(end));
}

/// Any character instead of the first dot: what a regular expression would take for it.
std::string with_other_dot(std::string good) {
  const std::size_t at = good.find('.');
  if (at == std::string::npos) return {};
  good[at] = 'x';
  return good;
}

std::string in_other_case(const std::string& good) {
  const std::string upper = base::to_upper(good);
  return upper == good ? base::to_lower(good) : upper;
}

std::string quote_unless_empty(const std::string& text) {
  return text.empty() ? text : quote(text);
}

// Values that only a careless comparison takes for the good one.
constexpr Replaced kTimes[] = {
    {"exp-missing", "no exp", "exp", nullptr},
    {"exp-null", "exp is null", "exp", "null"},
    {"exp-bool", "exp is true", "exp", "true"},
    {"exp-array", "exp is an empty array", "exp", "[]"},
    {"exp-1e400", "exp is 1e400, more than a double holds", "exp", "1e400"},
};
/// A token that expired: iat, nbf and auth_time are before exp.
struct Expired {
  const char* name;
  const char* summary;
  long long (*end)(long long now);
};
constexpr Expired kExpired[] = {
    {"expired", "exp was an hour ago", [](long long now) { return now - kHour; }},
    {"exp-negative", "exp is -1", [](long long) { return -1LL; }},
    {"exp-zero", "exp is 0", [](long long) { return 0LL; }},
};
constexpr Replaced kAudiences[] = {
    {"aud-missing", "no aud", "aud", nullptr},
    {"aud-other", "aud is another server's", "aud", R"("https://other.example/mcp")"},
    {"aud-empty-string", "aud is an empty string", "aud", R"("")"},
    {"aud-empty-array", "aud is an empty array", "aud", "[]"},
    {"aud-array-of-others", "aud is an array of two other servers", "aud",
     R"(["https://other.example/mcp","https://another.example/mcp"])"},
    {"aud-null", "aud is null", "aud", "null"},
    {"aud-number", "aud is a number", "aud", "1"},
};
constexpr Derived kDerivedAudiences[] = {
    {"aud-object", "aud is an object with the good value as a member",
     [](const std::string& good) { return "{" + quote(good) + ":true}"; }},
    {"aud-prefix", "aud lacks its last character",
     [](const std::string& good) { return quote(good.substr(0, good.size() - 1)); }},
    {"aud-suffix", "aud lacks its first character",
     [](const std::string& good) { return quote(good.substr(1)); }},
    {"aud-superstring", "aud has a character more at the end",
     [](const std::string& good) { return quote(good + "x"); }},
    {"aud-superstring-front", "aud is another server's URL that contains the good value",
     [](const std::string& good) { return quote("https://other.example/?for=" + good); }},
    {"aud-path-case", "the path of aud is in the other case",
     [](const std::string& good) { return quote_unless_empty(with_other_path_case(good)); }},
    {"aud-space-joined", "aud is one string of the good value and another, with a blank between",
     [](const std::string& good) { return quote(good + " https://other.example/mcp"); }},
    {"aud-sibling-path", "aud is another path of the same origin",
     [](const std::string& good) {
       const auto url = base::parse_url(good);
       return url ? quote(url->origin() + "/mcp-authspec-sibling") : std::string();
     }},
    {"aud-regex-dot", "the first dot of aud is another character",
     [](const std::string& good) { return quote_unless_empty(with_other_dot(good)); }},
    {"aud-upper-case-host", "scheme and host of aud are in upper case",
     [](const std::string& good) { return quote_unless_empty(with_upper_case_host(good)); }},
    {"aud-parent-origin", "aud is the origin alone",
     [](const std::string& good) {
       const auto url = base::parse_url(good);
       return url ? quote(url->origin()) : std::string();
     }},
    {"aud-trailing-slash", "aud has a slash more at the end",
     [](const std::string& good) { return quote(good + "/"); }},
};
constexpr Replaced kIssuers[] = {
    {"iss-missing", "no iss", "iss", nullptr},
    {"iss-other", "iss is another issuer, the trusted key signs", "iss",
     R"("https://other.example/issuer")"},
    {"iss-null", "iss is null", "iss", "null"},
    {"iss-empty", "iss is an empty string", "iss", R"("")"},
};
constexpr Derived kDerivedIssuers[] = {
    {"iss-prefix", "iss lacks its last character",
     [](const std::string& good) { return quote(good.substr(0, good.size() - 1)); }},
    {"iss-suffix", "iss has more at its end",
     [](const std::string& good) { return quote(good + ".other.example"); }},
    {"iss-trailing-slash", "iss has a slash more at the end",
     [](const std::string& good) { return quote(good + "/"); }},
    {"iss-case", "iss is in the other case",
     [](const std::string& good) { return quote(in_other_case(good)); }},
    {"iss-array-with-good", "iss is an array of another issuer and the good one",
     [](const std::string& good) {
       return "[\"https://other.example/issuer\"," + quote(good) + "]";
     }},
    {"iss-substring", "iss is another issuer's URL that contains the good one",
     [](const std::string& good) { return quote("https://other.example/" + good + "/x"); }},
};

void id_token_claims(Recipe& recipe) {
  recipe.claims.set_number("auth_time", recipe.now);
  recipe.claims.set_string("nonce", "n-0S6_WzA2Mj");
  recipe.claims.set_string("email", "alice@example.com");
}

/// The identifier of the client that the token was issued to.
std::string client_of(const Recipe& recipe, const Surroundings& surroundings) {
  const std::string client = recipe.claims.string("client_id");
  return client.empty() ? surroundings.client_id : client;
}

}  // namespace

Family time_mutations() {
  Family family;
  for (const Expired& row : kExpired) {
    family.push_back(always(row.name, row.summary, [&row](Recipe& recipe, const Surroundings&) {
      recipe.expiring_at(row.end(recipe.now));
    }));
  }
  family.push_back(always("exp-string", "exp is the right number as a string",
                          [](Recipe& recipe, const Surroundings&) {
                            recipe.claims.set_string("exp", std::to_string(recipe.now + kHour));
                          }));
  family.push_back(always("exp-string-past", "exp was an hour ago, and is a string",
                          [](Recipe& recipe, const Surroundings&) {
                            recipe.expiring_at(recipe.now - kHour);
                            recipe.claims.set_string("exp", *recipe.claims.find("exp"));
                          }));
  for (const Replaced& row : kTimes) family.push_back(replaced(row));
  family.push_back(always(
      "nbf-future", "nbf is in an hour",
      [](Recipe& recipe, const Surroundings&) { recipe.beginning_in(std::chrono::hours(1)); }));
  family.push_back(always("nbf-string", "nbf is in an hour, and a string",
                          [](Recipe& recipe, const Surroundings&) {
                            recipe.beginning_in(std::chrono::hours(1));
                            recipe.claims.set_string("nbf", *recipe.claims.find("nbf"));
                          }));
  family.push_back(
      always("iat-future", "iat is in an hour", [](Recipe& recipe, const Surroundings&) {
        recipe.claims.set_number("iat", recipe.now + kHour);
        recipe.claims.set_number("exp", recipe.now + 2 * kHour);
      }));
  return family;
}

Family audience_mutations() {
  Family family;
  for (const Replaced& row : kAudiences) family.push_back(replaced(row));
  for (const Derived& row : kDerivedAudiences) family.push_back(derived(row, "aud"));
  family.push_back({"aud-client-id", "aud is the client that the token was issued to",
                    [](Recipe& recipe, const Surroundings& surroundings) -> base::Result<void> {
                      if (auto there = needs_audience(recipe); !there) return there;
                      recipe.claims.set_string("aud", client_of(recipe, surroundings));
                      return {};
                    }});
  return family;
}

Family issuer_mutations() {
  Family family;
  for (const Replaced& row : kIssuers) family.push_back(replaced(row));
  for (const Derived& row : kDerivedIssuers) family.push_back(derived(row, "iss"));
  return family;
}

Family kind_mutations() {
  Family family;
  family.push_back({"id-token", "an ID token: its aud is the client",
                    [](Recipe& recipe, const Surroundings& surroundings) -> base::Result<void> {
                      if (auto there = needs_audience(recipe); !there) return there;
                      recipe.claims.set_string("aud", client_of(recipe, surroundings));
                      id_token_claims(recipe);
                      return {};
                    }});
  family.push_back(always("id-token-aud-resource", "an ID token with the audience of the server",
                          [](Recipe& recipe, const Surroundings&) {
                            recipe.header.set_string("typ", "JWT");
                            id_token_claims(recipe);
                          }));
  family.push_back(always(
      "logout-token", "a logout token with the audience of the server",
      [](Recipe& recipe, const Surroundings&) {
        recipe.header.set_string("typ", "logout+jwt");
        recipe.claims.set("events", R"({"http://schemas.openid.net/event/backchannel-logout":{}})");
        recipe.claims.set_string("sid", "mcp-authspec-session");
      }));
  family.push_back(always("refresh-token", "a refresh token with the audience of the server",
                          [](Recipe& recipe, const Surroundings&) {
                            recipe.header.set_string("typ", "JWT");
                            recipe.claims.set_string("typ", "Refresh");
                          }));
  family.push_back(always(
      "typ-other", "typ is that of a DPoP proof",
      [](Recipe& recipe, const Surroundings&) { recipe.header.set_string("typ", "dpop+jwt"); }));
  return family;
}

}  // namespace jose
