#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/client_metadata.h"
#include "mock-idp/idp/documents.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxIdLength = 2'000;

/// Whether a client says by its id that a document describes it: an https URL with a path, or one
/// of http on this machine. Others are ids like any.
bool names_document(const Call& call, const std::string& id) {
  const auto url = base::parse_url(id);
  if (!url || id.size() > kMaxIdLength) return false;
  const bool has_path = id.find('/', id.find("://") + 3) != std::string::npos;
  return has_path && (url->scheme == "https" || url->is_loopback() ||
                      call.weak(Weakness::document_from_private_address));
}

/// Why the URL may not be the id of a client (section 3 of the draft); empty: it may.
std::string objection_to_id(const base::Url& url) {
  if (url.has_userinfo) return "it names a user";
  if (url.has_fragment) return "it has a fragment";
  for (const std::string& segment : base::split(url.path, '/')) {
    if (segment == "." || segment == "..") return "it has a dot segment";
  }
  return {};
}

/// Anybody can read the document: it holds no secret, and none proves anything.
Read<void> without_secrets(const json& document) {
  const std::string how = base::text_member(document, "token_endpoint_auth_method");
  if (how.rfind("client_secret_", 0) == 0 || document.contains("client_secret") ||
      document.contains("client_secret_expires_at")) {
    return refuse_client("the client metadata document: there can be no secret");
  }
  return {};
}

Read<RegisteredClient> read_document(const Call& call, const std::string& id,
                                     const std::string& text) {
  const auto bad = [](const std::string& why) {
    return refuse_client("the client metadata document: " + why);
  };
  auto document = base::parse_json(text);
  if (!document) return bad(document.error().message);
  if (!document->is_object()) return bad("it is no object");
  const bool own = base::text_member(*document, "client_id") == id;
  if (!own && !call.weak(Weakness::document_of_another)) return bad("its client_id is not its URL");
  if (auto good = without_secrets(*document); !good) return tl::unexpected(good.error());
  if (!document->contains("token_endpoint_auth_method")) {
    (*document)["token_endpoint_auth_method"] = "none";
  }
  auto client = read_client_metadata(call, *document);
  if (!client) return bad(client.error().description);
  client->id = id;
  client->from_document = true;
  return client;
}

}  // namespace

Read<std::optional<RegisteredClient>> look_up_client(const Call& call, const std::string& id) {
  auto registered = call.provider.clients.find(call.issuer->name(), id);
  if (registered || !names_document(call, id)) return registered;
  if (const std::string why = objection_to_id(*base::parse_url(id)); !why.empty()) {
    return refuse_client("client_id: " + why);
  }
  const auto text = call.provider.documents.get(call, id, kClientMetadata);
  if (!text) return refuse_client(text.error().message);
  auto client = read_document(call, id, *text);
  if (!client) return tl::unexpected(client.error());
  return std::optional(std::move(*client));
}

std::optional<RegisteredClient> find_client(const Call& call, const std::string& id) {
  auto found = look_up_client(call, id);
  return found ? std::move(*found) : std::nullopt;
}

}  // namespace idp
