// Ways around the check: other spellings of the path, headers that claim to know better.
#include <fmt/core.h>

#include "common/base/text.h"
#include "harness/check/family.h"

namespace {

using check::Family;
using check::Level;
using check::Probe;

Family path_variants(Probe& probe) {
  const std::string path = probe.target().url.path;
  const std::string name = path.substr(1);
  std::vector<std::string> variants = {
      path + "/",     "/" + path,   "/." + path,
      "/x/.." + path, path + "%2f", path + ";a=b",
      path + "?x=1",  path + "%00", "/" + base::to_upper(name),
  };
  if (!name.empty()) {
    const auto first = static_cast<unsigned char>(name.front());
    variants.push_back(fmt::format("/%{:02x}{}", first, name.substr(1)));
  }
  Family family;
  for (const std::string& variant : variants) {
    if (variant == path) continue;
    family.push_back(
        {variant, {.edit = [variant](wire::Request& request) { request.target = variant; }}});
  }
  return family;
}

Family trusted_headers(Probe&) {
  const base::Headers headers = {
      {"X-HTTP-Method-Override", "GET"}, {"X-HTTP-Method-Override", "OPTIONS"},
      {"X-Original-URL", "/health"},     {"X-Rewrite-URL", "/health"},
      {"X-Forwarded-User", "admin"},     {"X-Remote-User", "admin"},
      {"X-Forwarded-For", "127.0.0.1"},
  };
  Family family;
  for (const base::Header& header : headers) {
    const std::string label = fmt::format("{}: {}", header.name, header.value);
    family.push_back({label, {.credential = {.label = label, .headers = {header}}}});
  }
  return family;
}

/// Where everybody is served, nothing here is what let the request in.
check::Body opens_nothing(check::MakeFamily family) {
  return [none_served = check::serves_none_of(std::move(family))](Probe& probe) {
    if (probe.send(check::without_credentials()).kind == mcp::Kind::result) {
      return check::Finding::skipped("it is served without credentials anyway: see no-credentials");
    }
    return none_served(probe);
  };
}

const check::Suite bypass_cases{
    "challenge",
    check::modes::protected_http(),
    {
        {.id = "path-variants",
         .title = "no other spelling of the endpoint's path is served without credentials",
         .sends = "Requests without credentials to the path with a slash more, a dot segment, %2f, "
                  "%00, ;a=b, a query, in upper case.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-288", ""}, {"RFC 3986", "6"}},
         .requirements = {"RS-05", "RS-16"},
         .faults = {"credential.path-normalised"},
         .why = "A check that compares paths as text and a router that normalises them disagree, "
                "and the difference is a door.",
         .fix = "Check credentials in the handler, or normalise the path once, before both.",
         .run = opens_nothing(path_variants)},
        {.id = "method-override",
         .title = "headers that name another method, path, user or address open nothing",
         .sends = "Requests without credentials but with X-HTTP-Method-Override, X-Original-URL, "
                  "X-Rewrite-URL, X-Forwarded-User, X-Remote-User, X-Forwarded-For.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"CWE-290", ""}},
         .requirements = {"RS-05", "RS-16"},
         .faults = {"credential.method-override", "credential.remote-user",
                    "credential.forwarded-for"},
         .why = "Such headers are meant for a proxy in front of the server, but anybody can send "
                "them.",
         .fix = "Ignore them unless they come from a proxy that is configured as trusted and that "
                "removes them from what clients send.",
         .run = opens_nothing(trusted_headers)},
    }};

}  // namespace
