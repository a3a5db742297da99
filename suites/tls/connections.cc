// Targets over https: what is agreed on in the handshake, and that nothing leads out of it.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "harness/check/case.h"
#include "harness/check/family.h"
#include "harness/check/probe.h"

namespace suites::tls_targets {
namespace {

using check::Finding;
using check::Level;
using check::Probe;
using tls::Version;

/// A handshake with those versions alone, whatever the certificate.
tls::Opened shake_hands(Probe& probe, Version oldest, Version newest) {
  tls::Options options = probe.context().tls_options();
  options.verify = false;
  options.oldest = oldest;
  options.newest = newest;
  return tls::Connector(probe.target().url, std::move(options)).open(probe.deadline());
}

Finding has_trusted_certificate(Probe& probe) {
  tls::Options options = probe.context().tls_options();
  if (!probe.context().options().tls.verify) {
    return Finding::skipped("--insecure says that the certificate does not matter");
  }
  options.verify = true;
  const tls::Opened opened =
      tls::Connector(probe.target().url, std::move(options)).open(probe.deadline());
  if (opened.stream) return Finding::met("the certificate is trusted and has the right name");
  if (opened.failure != tls::OpenFailure::tls) return Finding::undecided(opened.text);
  Finding finding = Finding::broken(
      "a certificate that is trusted, in date and has the name " + probe.target().url.host,
      opened.text);
  finding.impact = check::Impact::exposure;
  return finding;
}

Finding refuses_old_versions(Probe& probe) {
  for (const Version version : {Version::tls10, Version::tls11}) {
    const tls::Opened opened = shake_hands(probe, version, version);
    if (!opened.stream) continue;
    return Finding::broken("no version before TLS 1.2",
                           fmt::format("a handshake with {} succeeded", tls::to_string(version)));
  }
  const tls::Opened usual = shake_hands(probe, Version::tls12, Version::tls13);
  if (!usual.stream) return Finding::undecided(usual.text);
  return Finding::met("TLS 1.0 and 1.1 are refused");
}

Finding notes_version(Probe& probe) {
  const tls::Opened opened = shake_hands(probe, Version::tls12, Version::tls13);
  if (!opened.stream) return Finding::undecided(opened.text);
  const tls::Session& session = *opened.stream->session();
  probe.note(
      "tls",
      fmt::format(R"({{"version":{},"cipher":{},"alpn":{}}})", base::json_string(session.version),
                  base::json_string(session.cipher), base::json_string(session.protocol)));
  return Finding::met(session.version + ", " + session.cipher);
}

Finding notes_transport_security(Probe& probe) {
  const mcp::Answer answer = probe.send({.credential = probe.good_credential()});
  if (!answer.exchange.response) return Finding::undecided(answer.summary());
  const std::string* field = answer.exchange.response->header("Strict-Transport-Security");
  probe.note("hsts", field == nullptr ? "null" : base::json_string(*field));
  return Finding::met(field == nullptr ? "no Strict-Transport-Security"
                                       : "Strict-Transport-Security: " + *field);
}

/// The same request, unencrypted: at the same port, and at 80 where the target is at 443.
Finding serves_no_plain_http(Probe& probe) {
  if (!probe.control_accepted()) {
    return Finding::undecided("good credentials were refused just before");
  }
  std::vector<std::uint16_t> ports = {probe.target().url.port};
  if (ports.front() == 443) ports.push_back(80);
  for (const std::uint16_t port : ports) {
    base::Url url = probe.target().url;
    url.scheme = "http";
    url.port = port;
    url.default_port = port == 80;
    const mcp::Framing framing = probe.context().framing();
    const mcp::Answer answer = mcp::interpret(
        probe.fetch_from(url, mcp::frame(framing, mcp::Operation::list_tools(), "1")), "1");
    // A challenge asks for a token; who follows it has sent one for everybody to read.
    if (answer.kind != mcp::Kind::result && answer.challenges.empty()) continue;
    Finding finding = Finding::broken("no MCP over plain HTTP",
                                      fmt::format("port {}: {}", port, answer.summary()));
    finding.impact = check::Impact::exposure;
    return finding;
  }
  return Finding::met("plain HTTP is not served");
}

bool leads_to_http(const wire::Exchange& exchange) {
  const std::string* location = exchange.response ? exchange.response->header("Location") : nullptr;
  return location != nullptr && location->rfind("http://", 0) == 0;
}

/// Servers behind a proxy that ends TLS often take themselves for plain ones, and show it when
/// they redirect: to add a slash, or to take one away.
Finding never_redirects_to_http(Probe& probe) {
  const std::string& path = probe.target().url.path;
  std::vector<std::string> places = {path, path + "/", "/", "/.well-known/oauth-protected-resource",
                                     "/.well-known/oauth-protected-resource" + path + "/"};
  for (const std::string& place : places) {
    for (const char* method : {"GET", "POST"}) {
      const wire::Exchange exchange = probe.fetch({.method = method, .target = place});
      if (!leads_to_http(exchange)) continue;
      probe.decisive(exchange, /*broken=*/true);
      Finding finding =
          Finding::broken("no redirect to http",
                          fmt::format("{} {}: {}, Location: {}", method, place, exchange.status(),
                                      *exchange.response->header("Location")));
      finding.impact = check::Impact::exposure;
      return finding;
    }
  }
  return Finding::met("no redirect to http");
}

Finding names_https_urls(Probe& probe) {
  const mcp::Answer answer = probe.send({.credential = check::nothing()});
  for (const mcp::Challenge& challenge : answer.challenges) {
    const std::string* url = challenge.parameter("resource_metadata");
    if (url != nullptr && url->rfind("http://", 0) == 0) {
      return Finding::broken("an https URL in resource_metadata", *url);
    }
  }
  const std::string root = "/.well-known/oauth-protected-resource";
  for (const std::string& place : {root + probe.target().url.path, root}) {
    const wire::Exchange exchange = probe.get(place);
    if (exchange.status() != 200) continue;
    const auto metadata = base::parse_json(exchange.response->body);
    if (!metadata) continue;
    const std::string resource = base::text_member(*metadata, "resource");
    if (resource.rfind("http://", 0) == 0) {
      probe.decisive(exchange, /*broken=*/true);
      return Finding::broken("an https URL in resource", resource);
    }
  }
  return Finding::met("https everywhere");
}

const check::Suite kCases{
    "tls",
    check::modes::http(),
    {{
         .id = "certificate",
         .title = "the server's certificate is trusted, in date, and has the server's name",
         .sends = "A handshake that verifies the certificate and its name.",
         .attacker = check::Attacker::network,
         .references = {{"RFC 9110", "4.3.4"}, {"RFC 6750", "5.3"}},
         .requirements = {"ALL-07", "REF-63"},
         .needs = {.setting = "tls"},
         .faults = {"tls.self-signed", "tls.wrong-name", "tls.expired"},
         .why = "Clients that verify cannot connect; those that do not can be lured anywhere.",
         .fix = "Install a certificate for this name. For a CA of your own, run with --ca-file.",
         .run = has_trusted_certificate,
     },
     {
         .id = "old-versions",
         .title = "TLS 1.0 and 1.1 are refused",
         .sends = "Handshakes with TLS 1.0 alone, and with TLS 1.1 alone.",
         .attacker = check::Attacker::network,
         .references = {{"RFC 8996", "4"}, {"RFC 9325", "3.1.1"}},
         .requirements = {"ALL-07", "REF-63"},
         .needs = {.setting = "tls"},
         .faults = {"tls.tls10", "tls.tls11"},
         .why = "Their hashes and ciphers are broken.",
         .fix = "Set TLS 1.2 as the oldest version.",
         .run = refuses_old_versions,
     },
     {
         .id = "version",
         .title = "the version, cipher and protocol that are agreed on are noted",
         .sends = "A handshake that offers TLS 1.2 and 1.3.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 9325", "3.1.1"}},
         .requirements = {"ALL-07"},
         .needs = {.setting = "tls"},
         .faults = {"tls.no-tls13"},
         .why = "TLS 1.3 is what clients of today expect.",
         .fix = "Switch TLS 1.3 on.",
         .run = notes_version,
     },
     {
         .id = "hsts",
         .title = "whether the server asks browsers to stay on https is noted",
         .sends = "The control.",
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6797", "7.2"}},
         .requirements = {},
         .needs = {.setting = "tls"},
         .faults = {"tls.no-hsts"},
         .why = "Browsers that were told will not try plain HTTP first.",
         .fix = "Send Strict-Transport-Security.",
         .run = notes_transport_security,
     },
     {
         .id = "plain-http",
         .title = "MCP is not served over plain HTTP as well",
         .sends = "The usual request without credentials, unencrypted, to the same port, and to "
                  "port 80 where the server is at 443.",
         .level = Level::should,
         .attacker = check::Attacker::network,
         .references = {{"OAuth 2.1", "1.5"}, {"RFC 6750", "5.3"}},
         .requirements = {"ALL-07", "REF-63"},
         .needs = {.setting = "tls"},
         .faults = {"tls.skip"},
         .why = "A client that uses the wrong scheme sends its token for everybody to read.",
         .fix = "Do not listen on plain HTTP, or redirect to https before anything else.",
         .run = serves_no_plain_http,
     },
     {
         .id = "redirect",
         .title = "nothing redirects to http",
         .sends = "GET and POST to the MCP path and the metadata, with and without a slash at the "
                  "end.",
         .attacker = check::Attacker::network,
         .references = {{"OAuth 2.1", "1.5"}, {"RFC 6750", "5.3"}},
         .requirements = {"ALL-07", "REF-63"},
         .needs = {.setting = "tls"},
         .faults = {"tls.redirect-to-http"},
         .why = "Clients follow redirects and take their token along.",
         .fix = "Build Location from the public URL; behind a proxy, trust its X-Forwarded-Proto.",
         .run = never_redirects_to_http,
     },
     {
         .id = "urls",
         .title = "the metadata and the challenge name https URLs",
         .sends = "A request without credentials, and requests for the metadata.",
         .attacker = check::Attacker::network,
         .references = {{"RFC 9728", "1.2"}, {"RFC 9728", "5.1"}},
         .requirements = {"ALL-07", "REF-63"},
         .needs = {.modes = check::modes::metadata(), .setting = "tls"},
         .faults = {"tls.http-urls"},
         .why = "Clients fetch what they name, over plain HTTP then.",
         .fix = "Configure the server with its public URL.",
         .run = names_https_urls,
     }}};

}  // namespace
}  // namespace suites::tls_targets
