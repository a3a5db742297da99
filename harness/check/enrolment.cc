#include "harness/check/enrolment.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "harness/check/documents.h"

namespace check {
namespace {

/// One that the server says it knows, the one that is asked for if there is none.
std::string authentication_for(const oauth::Server& server, const std::string& wanted) {
  if (wanted != "none" || server.has_authentication(wanted)) return wanted;
  for (const char* other : {"client_secret_basic", "client_secret_post"}) {
    if (server.has_authentication(other)) return other;
  }
  return wanted;
}

}  // namespace

Enrolment enrolment_of(const Context& context, const oauth::Server& server) {
  if (!context.options().profile.client.id.empty()) return Enrolment::brought;
  if (!server.registration_endpoint.empty()) return Enrolment::registration;
  return server.takes_documents ? Enrolment::document : Enrolment::none;
}

base::Result<std::string> publish_client(Context& context, const oauth::Registration& registration,
                                         const ChangeDocument& change) {
  auto documents = context.documents();
  if (!documents) return tl::unexpected(documents.error());
  const std::string url = (*documents)->reserve("client.json");
  auto document = base::parse_json(oauth::registration_document(registration));
  if (!document) return tl::unexpected(document.error());
  (*document)["client_id"] = url;
  (*document)["client_uri"] = url.substr(0, url.find('/', url.find("//") + 2)) + "/";
  std::string text = base::dump(*document);
  (*documents)->put(url, {.body = change ? change(text) : text});
  return url;
}

base::Result<oauth::Client> enroll(Context& context, const oauth::Ask& ask,
                                   const oauth::Server& server, oauth::Registration registration) {
  registration.authentication = authentication_for(server, registration.authentication);
  switch (enrolment_of(context, server)) {
    case Enrolment::registration:
      return oauth::enroll(ask, server, registration);
    case Enrolment::document: {
      if (registration.authentication != "none") {
        return base::fail("clients with metadata documents have no secrets");
      }
      auto url = publish_client(context, registration);
      if (!url) return tl::unexpected(url.error());
      return oauth::Client{.id = std::move(*url),
                           .redirect_uris = std::move(registration.redirect_uris),
                           .authentication = "none"};
    }
    case Enrolment::brought:
      return base::fail("there is only the client that was brought along");
    case Enrolment::none:
      break;
  }
  return base::fail(
      "clients can neither register themselves nor publish metadata documents; name one that is "
      "registered: --client-id, with --client-secret-env and --redirect-uri");
}

}  // namespace check
