// Client ID metadata documents: a client's id is the URL where it describes itself.
#include "harness/check/documents.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "harness/check/family.h"
#include "suites/authorization-server/flow.h"

namespace {

using check::Finding;
using check::Level;
using suites::Flow;

/// A client with a document of its own; `change` as in publish_client.
base::Result<oauth::Client> publish(Flow& flow, const check::ChangeDocument& change = {}) {
  auto url =
      check::publish_client(flow.probe().context(), {.redirect_uris = {oauth::kNowhere}}, change);
  if (!url) return tl::unexpected(url.error());
  return oauth::Client{
      .id = std::move(*url), .redirect_uris = {oauth::kNowhere}, .authentication = "none"};
}

/// Judges where a good document is taken. Which documents a server fetches is its own business:
/// those of this machine, over http, only servers that are tested.
Finding with_document(Flow& flow, Finding (*judge)(Flow& flow)) {
  if (!flow.server().takes_documents) {
    return Finding::skipped("it does not say that it takes client ID metadata documents");
  }
  const auto good = publish(flow);
  if (!good) return Finding::failed(good.error().message);
  const auto visit = flow.visit(*good, oauth::make_pkce());
  if (visit.has("code")) return judge(flow);
  return Finding::skipped("it does not take a document of this machine over http: " +
                          (visit.arrived ? "error " + visit.parameter("error") : visit.problem));
}

Finding another_client(Flow& flow) {
  return with_document(flow, [](Flow& inner) {
    const auto client = publish(inner, [](const std::string& text) {
      auto document = *base::parse_json(text);
      document["client_id"] = base::text_member(document, "client_id") + "/other";
      return base::dump(document);
    });
    if (!client) return Finding::failed(client.error().message);
    return suites::no_code(inner.visit(*client, oauth::make_pkce()),
                           "whoever can place a file anywhere is any client");
  });
}

Finding unlisted_redirect(Flow& flow) {
  return with_document(flow, [](Flow& inner) {
    const auto client = publish(inner);
    if (!client) return Finding::failed(client.error().message);
    const auto visit = inner.visit(*client, oauth::make_pkce(),
                                   {{"redirect_uri", "http://127.0.0.1:33418/elsewhere"}});
    if (visit.arrived && !visit.has("code")) {
      return Finding::broken("an error page", "a redirect with " + visit.parameter("error"),
                             "the server is an open redirector");
    }
    return suites::no_code(visit, "codes are sent to whoever asks");
  });
}

/// The document lies at another address of this machine, as those of a private network do.
Finding private_address(Flow& flow) {
  return with_document(flow, [](Flow& inner) {
    auto bait = check::Documents::start("127.0.0.2");
    if (!bait) return Finding::skipped("127.0.0.2 cannot be listened on: " + bait.error().message);
    const std::string url = (*bait)->reserve("client.json");
    const oauth::Client client{
        .id = url, .redirect_uris = {oauth::kNowhere}, .authentication = "none"};
    inner.visit(client, oauth::make_pkce());
    if ((*bait)->hits(url) == 0) return Finding::met("it is not fetched");
    Finding finding =
        Finding::broken("nothing is fetched from there", "it was fetched",
                        "anybody has the server send requests into its own network (SSRF)");
    finding.outcome = check::Outcome::accepted;
    return finding;
  });
}

const check::Suite document_cases{
    "authorization-server",
    {check::Mode::authorization_server},
    {
        {.id = "cimd-mismatch",
         .title = "a client metadata document with another client_id than its URL is refused",
         .sends = "An authorization request whose client_id is the URL of such a document.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"CIMD", "4.1"}, {"MCP", "client-id-metadata-documents"}},
         .requirements = {"AS-21", "AS-22", "AS-23", "AS-26"},
         .faults = {"as.document-of-another"},
         .why = "A copy of a client's document, placed anywhere, is that client.",
         .fix = "Compare the member client_id with the URL, character by character.",
         .run = suites::with_flow(another_client)},
        {.id = "cimd-redirect",
         .title = "a redirect URI that the client metadata document does not list is refused",
         .sends = "An authorization request with another redirect_uri than the document's.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"CIMD", "5"}, {"MCP", "client-id-metadata-documents"}},
         .requirements = {"AS-25"},
         .faults = {"as.document-redirect-unchecked"},
         .why = "Codes for a well-known client go to whoever asks.",
         .fix = "Compare redirect_uri with redirect_uris of the document; show an error page.",
         .run = suites::with_flow(unlisted_redirect)},
        {.id = "cimd-private-address",
         .title = "no client metadata document is fetched from a private address",
         .sends = "An authorization request whose client_id is a URL at 127.0.0.2.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"CIMD", "6.5"}, {"MCP", "client-id-metadata-documents"}},
         .requirements = {"AS-27", "AS-29"},
         .faults = {"as.document-from-private-address"},
         .why = "The server can be used to reach what only it can reach (SSRF).",
         .fix =
             "Refuse client_ids whose host has an address that is not global, after resolving it.",
         .run = suites::with_flow(private_address)},
    }};

}  // namespace
