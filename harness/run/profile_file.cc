#include "harness/run/profile_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/run/profile_reader.h"

namespace run {
namespace {

constexpr long long kLongestCache = 86'400;

std::vector<std::string> revision_names() {
  std::vector<std::string> names;
  for (int i = static_cast<int>(mcp::kOldest); i <= static_cast<int>(mcp::kNewest); ++i) {
    names.emplace_back(mcp::to_string(static_cast<mcp::Revision>(i)));
  }
  return names;
}

/// RFC 6749, section 3.3.
bool is_scope(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\';
  });
}

/// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kSeparators = "\"(),/:;<=>?@[\\]{}";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return c > ' ' && c <= '~' && kSeparators.find(c) == std::string_view::npos;
  });
}

std::string read_url(const Place& place) {
  std::string text = place.filled_text();
  // With a placeholder it is looked at when the placeholder is filled in.
  if (place.failed() || text.find("{{") != std::string::npos) return text;
  if (const auto url = base::parse_url(text); !url) {
    place.fail("expected an absolute http or https URL: " + url.error().message);
  }
  return text;
}

std::vector<std::string> read_scopes(const Place& place) {
  std::vector<std::string> scopes;
  place.each_element([&](const Place& element) {
    scopes.push_back(element.text());
    if (!is_scope(scopes.back())) element.fail("expected one scope, without blanks");
  });
  return scopes;
}

/// A JSON object as text.
std::string read_object(const Place& place) {
  if (!place.value().is_object()) place.fail("expected an object");
  return base::dump(place.value());
}

Place::Readers tool_readers(check::Tool& tool) {
  return {{"name", [&](const Place& place) { tool.name = place.filled_text(); }},
          {"arguments", [&](const Place& place) { tool.arguments = read_object(place); }},
          {"scopes", [&](const Place& place) { tool.scopes = read_scopes(place); }},
          {"broader", [&](const Place& place) { tool.broader = read_scopes(place); }}};
}

check::Tool read_tool(const Place& place) {
  check::Tool tool;
  place.object(tool_readers(tool));
  if (tool.name.empty()) place.fail("the member \"name\" is missing");
  return tool;
}

check::Tool read_scoped_tool(const Place& place) {
  check::Tool tool = read_tool(place);
  if (tool.scopes.empty()) place.fail("the member \"scopes\" is missing or empty");
  return tool;
}

check::HandleTools read_handle(const Place& place) {
  check::HandleTools handle;
  place.object(
      {{"mint", [&](const Place& member) { handle.mint = read_tool(member); }},
       {"use", [&](const Place& member) { handle.use = read_tool(member); }},
       {"argument", [&](const Place& member) { handle.argument = member.filled_text(); }}});
  if (handle.mint.name.empty()) place.fail("the member \"mint\" is missing");
  if (handle.use.name.empty()) place.fail("the member \"use\" is missing");
  return handle;
}

double read_positive(const Place& place) {
  const bool good = place.value().is_number() && place.value().get<double>() > 0;
  if (!good) place.fail("expected a number above 0");
  return good ? place.value().get<double>() : 0;
}

check::RateLimit read_rate_limit(const Place& place) {
  check::RateLimit limit;
  place.object({{"rps", [&](const Place& member) { limit.per_second = read_positive(member); }},
                {"burst", [&](const Place& member) { limit.burst = read_positive(member); }},
                {"per", [&](const Place& member) {
                   limit.per = member.text();
                   if (limit.per != "client" && limit.per != "address") {
                     member.fail("expected \"client\" or \"address\"");
                   }
                 }}});
  if (limit.per_second == 0) place.fail("the member \"rps\" is missing");
  if (limit.burst == 0) limit.burst = std::max(1.0, limit.per_second);
  return limit;
}

/// Secrets are no part of a profile: it names the variable that holds one.
std::string read_secret(const Place& place, check::Profile& profile) {
  const std::string name = place.filled_text();
  profile.secret_variables.push_back(name);
  const char* const value = place.failed() ? nullptr : std::getenv(name.c_str());
  if (value == nullptr && !place.failed()) place.fail("the variable " + name + " is not set");
  return value == nullptr ? "" : value;
}

void read_client(const Place& place, check::Profile& profile) {
  check::OwnClient& client = profile.client;
  place.object(
      {{"id", [&](const Place& member) { client.id = member.filled_text(); }},
       {"secret_env", [&](const Place& member) { client.secret = read_secret(member, profile); }},
       {"redirect_uri", [&](const Place& member) { client.redirect_uri = read_url(member); }}});
  if (client.id.empty()) place.fail("the member \"id\" is missing");
}

void read_person(const Place& place, check::Profile& profile) {
  oauth::Person& person = profile.person;
  place.object({{"user", [&](const Place& member) { person.user = member.filled_text(); }},
                {"password_env",
                 [&](const Place& member) { person.password = read_secret(member, profile); }}});
}

Place::Readers operation_readers(mcp::Operation& operation) {
  return {{"method", [&](const Place& place) { operation.method = place.filled_text(); }},
          {"params", [&](const Place& place) { operation.params = read_object(place); }}};
}

mcp::Operation read_operation(const Place& place) {
  mcp::Operation operation;
  operation.method.clear();
  place.object(operation_readers(operation));
  if (operation.method.empty()) place.fail("the member \"method\" is missing");
  return operation;
}

base::Headers read_headers(const Place& place) {
  base::Headers headers;
  place.each_member([&](const std::string& name, const Place& member) {
    if (!is_token(name)) return member.fail("not the name of a header field");
    if (base::equal_ignoring_case(name, "Authorization")) {
      return member.fail("credentials are no part of a profile");
    }
    const std::string value = member.text();
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return member.fail("a header field holds no line breaks");
    }
    headers.push_back({name, value});
  });
  return headers;
}

std::map<std::string, std::string> read_environment(const Place& place) {
  std::map<std::string, std::string> env;
  place.each_member([&](const std::string& name, const Place& member) {
    if (name.empty() || name.find('=') != std::string::npos) {
      return member.fail("not the name of an environment variable");
    }
    env[name] = member.text();
  });
  return env;
}

void read_mode(const Place& place, check::Profile& profile) {
  profile.mode = check::mode_from(place.text());
  if (!profile.mode) place.fail("expected one of " + base::join(check::mode_names(), ", "));
}

void read_revision(const Place& place, check::Profile& profile) {
  profile.revision = mcp::revision_from(place.text());
  if (!profile.revision) place.fail("expected one of " + base::join(revision_names(), ", "));
}

void read_path(const Place& place, check::Profile& profile) {
  profile.health_path = place.text();
  if (!profile.health_path.starts_with('/')) place.fail("expected a path that begins with /");
}

void read_key_header(const Place& place, check::Profile& profile) {
  profile.api_key_header = place.text();
  if (!is_token(profile.api_key_header)) place.fail("expected the name of a header field");
}

/// It says how a key is written, not which one: that would be no part of a profile.
void read_key_template(const Place& place, check::Profile& profile) {
  profile.api_key_template = place.text();
  if (profile.api_key_template.find("{key}") == std::string::npos) {
    place.fail("expected a text with {key} where the key belongs");
  } else if (profile.api_key_template.find_first_of(std::string_view("\r\n\0", 3)) !=
             std::string::npos) {
    place.fail("a header field holds no line breaks");
  }
}

void read_api_keys(const Place& place, check::Profile& profile) {
  place.each_element([&](const Place& element) {
    profile.api_keys.push_back(element.text());
    const std::string& kind = profile.api_keys.back();
    if (kind != "several" && kind != "revoked") element.fail("expected several or revoked");
  });
}

void read_persona(const Place& place, check::Profile& profile) {
  profile.persona = idp::persona_from(place.text());
  std::vector<std::string> names;
  for (const idp::Persona one : idp::all_personas()) names.emplace_back(idp::to_string(one));
  if (!profile.persona) place.fail("expected one of " + base::join(names, ", "));
}

Place::Readers profile_readers(check::Profile& profile) {
  const auto ignore = [](const Place& place) { place.text(); };
  return {
      {"$schema", ignore},
      {"description", ignore},
      {"url", [&](const Place& place) { profile.url = read_url(place); }},
      {"mode", [&](const Place& place) { read_mode(place, profile); }},
      {"revision", [&](const Place& place) { read_revision(place, profile); }},
      {"persona", [&](const Place& place) { read_persona(place, profile); }},
      {"audience", [&](const Place& place) { profile.audience = place.filled_text(); }},
      {"scopes", [&](const Place& place) { profile.scopes = read_scopes(place); }},
      {"scope_claim", [&](const Place& place) { profile.scope_claim = place.filled_text(); }},
      {"credential_argument",
       [&](const Place& place) { profile.credential_argument = place.filled_text(); }},
      {"scope_hierarchy",
       [&](const Place& place) {
         place.each_member([&](const std::string& broad, const Place& member) {
           if (!is_scope(broad)) return member.fail("expected one scope, without blanks");
           profile.scope_hierarchy[broad] = read_scopes(member);
         });
       }},
      {"claims",
       [&](const Place& place) {
         place.each_member([&](const std::string& name, const Place& member) {
           profile.claims[name] = base::dump(member.value());
         });
       }},
      {"operation", [&](const Place& place) { profile.operation = read_operation(place); }},
      {"witness", [&](const Place& place) { profile.witness = read_tool(place); }},
      {"identity", [&](const Place& place) { profile.identity = read_tool(place); }},
      {"scoped", [&](const Place& place) { profile.scoped = read_scoped_tool(place); }},
      {"relay", [&](const Place& place) { profile.relay = read_tool(place); }},
      {"handle", [&](const Place& place) { profile.handle = read_handle(place); }},
      {"second_issuer", [&](const Place& place) { profile.second_issuer = place.flag(); }},
      {"rate_limit", [&](const Place& place) { profile.rate_limit = read_rate_limit(place); }},
      {"public_methods", [&](const Place& place) { profile.public_methods = place.texts(); }},
      {"health_path", [&](const Place& place) { read_path(place, profile); }},
      {"allowed_origin", [&](const Place& place) { profile.allowed_origin = read_url(place); }},
      {"requires_exp", [&](const Place& place) { profile.requires_exp = place.flag(); }},
      {"api_key_header", [&](const Place& place) { read_key_header(place, profile); }},
      {"api_key_template", [&](const Place& place) { read_key_template(place, profile); }},
      {"api_keys", [&](const Place& place) { read_api_keys(place, profile); }},
      {"client", [&](const Place& place) { read_client(place, profile); }},
      {"login", [&](const Place& place) { read_person(place, profile); }},
      {"headers", [&](const Place& place) { profile.headers = read_headers(place); }},
      {"env", [&](const Place& place) { profile.env = read_environment(place); }},
      {"key_cache_ttl_s",
       [&](const Place& place) {
         profile.key_cache_ttl = std::chrono::seconds(place.whole_number(0, kLongestCache));
       }},
  };
}

std::vector<std::string> names(const Place::Readers& readers) {
  std::vector<std::string> result;
  for (const auto& [name, reader] : readers) result.push_back(name);
  return result;
}

}  // namespace

base::Result<check::Profile> parse_profile(std::string_view text) {
  const auto document = base::parse_json_with_comments(text);
  if (!document) return tl::unexpected(document.error());
  check::Profile profile;
  std::string error;
  Place(*document, "", error).object(profile_readers(profile));
  if (!error.empty()) return base::fail(std::move(error));
  if (profile.persona && !document->contains("scope_claim")) {
    profile.scope_claim = idp::habits_of(*profile.persona).scope_claim;
  }
  return profile;
}

base::Result<check::Profile> read_profile(const std::string& path) {
  const auto text = base::read_file(path);
  if (!text) return tl::unexpected(text.error());
  auto profile = parse_profile(*text);
  if (!profile) return base::fail(fmt::format("{}: {}", path, profile.error().message));
  return profile;
}

std::vector<std::string> known_members(std::string_view object) {
  check::Profile profile;
  check::Tool tool;
  mcp::Operation operation;
  if (object == "tool") return names(tool_readers(tool));
  if (object == "operation") return names(operation_readers(operation));
  return names(profile_readers(profile));
}

}  // namespace run
