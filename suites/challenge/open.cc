// What is meant to be open: the health path and CORS preflights.
#include <fmt/core.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/declared.h"
#include "harness/check/family.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

Finding health_open(Probe& probe) {
  const std::string path = check::declared(probe).health_path;
  if (path.empty()) return Finding::skipped("the profile names no health path");
  const wire::Exchange exchange = probe.get(path);
  const std::string actual = fmt::format("GET {}: {}", path, exchange.status());
  probe.decisive(exchange, exchange.status() != 200);
  if (exchange.status() == 200) return Finding::met(actual);
  return Finding::broken("200 without credentials", actual,
                         "what watches the server has no credentials");
}

std::string value_or(const wire::Exchange& exchange, const char* name, const char* otherwise) {
  const std::string* value = exchange.response ? exchange.response->header(name) : nullptr;
  return value == nullptr ? otherwise : *value;
}

Finding preflight(Probe& probe) {
  const std::string origin = probe.target().url.origin();
  const wire::Exchange asked =
      probe.fetch({.method = "OPTIONS",
                   .target = probe.target().url.target(),
                   .headers = {{"Origin", origin},
                               {"Access-Control-Request-Method", "POST"},
                               {"Access-Control-Request-Headers", "authorization,content-type"}}});
  const mcp::Answer refused = probe.send({.edit = [&](wire::Request& request) {
    request.headers.push_back({"Origin", origin});
  }});
  const std::string allowed = value_or(asked, "Access-Control-Allow-Origin", "nobody");
  const std::string exposed =
      base::to_lower(value_or(refused.exchange, "Access-Control-Expose-Headers", ""));
  const bool exposes = exposed == "*" || exposed.find("www-authenticate") != std::string::npos;
  probe.decisive(asked);
  probe.note("preflight",
             fmt::format(R"({{"status":{},"allow_origin":{},"exposes_www_authenticate":{}}})",
                         asked.status(), base::json_string(allowed), exposes));
  return Finding::met(fmt::format("preflight: {}, allows {}; the 401 {} WWW-Authenticate to pages",
                                  asked.status(), allowed, exposes ? "shows" : "does not show"));
}

const check::Suite open_cases{
    "challenge",
    check::modes::protected_http(),
    {
        {.id = "health-open",
         .title = "the health path answers 200 without credentials",
         .sends =
             "GET of the health path that the profile or the server names, without credentials.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {},
         .faults = {"credential.health"},
         .why = "Load balancers and supervisors take the server for dead.",
         .fix = "Leave the health path out of what is protected, and say nothing secret there.",
         .run = health_open},
        {.id = "preflight",
         .title = "how a CORS preflight without credentials is answered",
         .sends = "OPTIONS with Origin and Access-Control-Request-Method, and a request without "
                  "credentials but with Origin.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"Fetch", ""}},
         .why = "Browsers never send credentials with a preflight; a 401 there locks web clients "
                "out, and they can read WWW-Authenticate only where it is exposed.",
         .fix = "Answer OPTIONS before credentials are checked, and expose WWW-Authenticate.",
         .run = preflight},
    }};

}  // namespace
