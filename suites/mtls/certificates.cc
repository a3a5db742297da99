// Tokens that are bound to a client's certificate (RFC 8705).
#include "common/base/base64.h"
#include "common/base/url.h"
#include "harness/check/case.h"
#include "harness/check/family.h"
#include "harness/check/probe.h"

namespace suites::mtls {
namespace {

using check::Attempt;
using check::Finding;
using check::Level;
using check::Probe;

constexpr const char* kStolen =
    "Binding is there so that a stolen token is of no use. Where the binding is not checked, it "
    "is.";

/// The good token over a connection with that certificate; an empty one: with none.
Attempt over(Probe& probe, tls::Identity identity) {
  return {.credential = probe.good_credential(), .certificate = std::move(identity)};
}

/// Not being let in at all is a refusal, too: some servers turn such clients away in the handshake.
Finding refuses_over(Probe& probe, const tls::Identity& identity) {
  const mcp::Answer answer = probe.send(over(probe, identity));
  const bool turned_away = answer.exchange.failure == wire::Failure::tls ||
                           answer.exchange.failure == wire::Failure::closed ||
                           answer.exchange.failure == wire::Failure::reset;
  if (turned_away && probe.control_accepted()) return Finding::met(answer.summary());
  return probe.refuses(over(probe, identity));
}

Finding refuses_no_certificate(Probe& probe) { return refuses_over(probe, {}); }

Finding refuses_other_certificate(Probe& probe) {
  return refuses_over(probe, probe.context().options().certificates.other);
}

Finding refuses_unbound_token(Probe& probe) {
  jose::Recipe token = probe.good();
  token.without_claim("cnf");
  Finding finding = probe.refuses(token);
  // The token is a valid one: what is missing is a protection, not a check of the token.
  if (finding.outcome == check::Outcome::accepted) finding.impact = check::Impact::laxity;
  return finding;
}

/// What a proxy in front of a server would tell it, as RFC 9440 and as nginx write it.
Finding refuses_told_certificate(Probe& probe) {
  const std::string& pem = probe.context().options().certificates.client.certificate;
  const std::string told = ":" + base::base64_encode(tls::certificate_der(pem)) + ":";
  check::Family family;
  for (const base::Header& field : {base::Header{"Client-Cert", told},
                                    base::Header{"X-SSL-Client-Cert", base::percent_encode(pem)}}) {
    Attempt attempt = over(probe, {});
    attempt.edit = [field](wire::Request& request) { request.headers.push_back(field); };
    family.push_back({field.name, std::move(attempt)});
  }
  const mcp::Answer answer = probe.send(family.front().attempt);
  if (!answer.exchange.response) {
    return Finding::skipped("without a certificate no request gets through");
  }
  return check::refuses_each(probe, family);
}

const check::Suite kCases{
    "mtls",
    check::modes::claims(),
    {{
         .id = "no-certificate",
         .title = "a token that is bound to a certificate is refused without one",
         .sends = "A good token that is bound to our certificate, over a connection without.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 8705", "3"}},
         .requirements = {"REF-62"},
         .needs = {.issuer = true, .setting = "mtls"},
         .faults = {"mtls.no-certificate-ok", "mtls.skip"},
         .why = kStolen,
         .fix = "Compare cnf x5t#S256 with the certificate of the connection; none is no match.",
         .run = refuses_no_certificate,
     },
     {
         .id = "other-certificate",
         .title = "a token that is bound to a certificate is refused with another one",
         .sends = "A good token that is bound to our certificate, over a connection with another "
                  "one of the same authority.",
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 8705", "3"}},
         .requirements = {"REF-62"},
         .needs = {.issuer = true, .setting = "mtls"},
         .faults = {"mtls.thumbprint-ignored", "mtls.mismatch-403", "mtls.skip"},
         .why = kStolen,
         .fix = "Compare cnf x5t#S256 with the SHA-256 of the certificate's DER; else 401 "
                "invalid_token.",
         .run = refuses_other_certificate,
     },
     {
         .id = "unbound-token",
         .title = "A server that supports certificate-bound tokens requires the binding",
         .sends = "A valid token without cnf, over a connection with our certificate.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9700", "2.2.1"}, {"RFC 9728", "2"}},
         .requirements = {"REF-62"},
         .needs = {.issuer = true, .setting = "mtls"},
         .faults = {"mtls.unbound-ok", "mtls.skip"},
         .why = "The server supports tokens that are useless to a thief, and still accepts a "
                "stolen token that is bound to no certificate.",
         .fix = "Where all clients connect with certificates, reject tokens without cnf x5t#S256.",
         .run = refuses_unbound_token,
     },
     {
         .id = "certificate-told",
         .title = "a certificate in a header field is not believed",
         .sends = "A good token without a certificate on the connection, the certificate in "
                  "Client-Cert and in X-SSL-Client-Cert.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 9440", "4"}, {"RFC 8705", "3"}},
         .requirements = {"REF-62"},
         .needs = {.issuer = true, .setting = "mtls"},
         .faults = {"mtls.header-believed"},
         .why = "A certificate is public: whoever saw it once can write it into a field.",
         .fix = "Take the certificate from TLS, or from a field that your proxy always overwrites.",
         .run = refuses_told_certificate,
     }}};

}  // namespace
}  // namespace suites::mtls
