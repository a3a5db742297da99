#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/idp/client_preferences.h"
#include "mock-idp/idp/oauth_form.h"

namespace idp {

/// A client that registered itself (RFC 7591), or that a document at its id describes.
struct RegisteredClient {
  std::string id;
  std::string secret;  ///< empty for public clients, and for those that have keys
  std::string name;
  ClientAuthentication how = ClientAuthentication::client_secret_basic;
  std::vector<std::string> redirect_uris;
  std::vector<std::string> post_logout_redirect_uris;
  std::vector<std::string> grant_types;
  std::string jwks;          ///< its keys, JSON; empty: none, or `jwks_uri`
  std::string jwks_uri;      ///< where its keys are
  std::string signing_alg;   ///< of its assertions; empty: any
  bool pushed_only = false;  ///< its authorization requests have to be pushed (RFC 9126, section 6)
  ClientPreferences preferences;
  std::string metadata;            ///< JSON object: what else it said, to be told again
  std::string registration_token;  ///< with which it manages its registration (RFC 7592)
  long long issued_at = 0;         ///< seconds since the epoch
  bool from_document = false;      ///< its id is the URL of its metadata
};

/// The registered clients of all issuers; ten thousand at most, the oldest go first. Thread-safe.
class Clients {
 public:
  /// In place of one with the same id.
  void add(std::string_view issuer, RegisteredClient client);
  void remove(std::string_view issuer, std::string_view id);
  std::optional<RegisteredClient> find(std::string_view issuer, std::string_view id) const;
  /// Those of an issuer, the oldest first.
  std::vector<RegisteredClient> list(std::string_view issuer) const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, RegisteredClient> clients_;  ///< by issuer and id
  std::deque<std::string> order_;
};

struct Call;

/// The client of that id: registered, or where the id is a URL described by the document there
/// (draft-ietf-oauth-client-id-metadata-document). Nothing where nobody knows it. The error is
/// `invalid_client` and says what is wrong with the document.
Read<std::optional<RegisteredClient>> look_up_client(const Call& call, const std::string& id);
/// The same without telling why.
std::optional<RegisteredClient> find_client(const Call& call, const std::string& id);

/// Whether the client is who it says. In the profile `lax` a client that nobody registered is
/// whoever it says. One that its certificate proves has authenticated, from here on. The error is
/// `invalid_client`.
Read<void> check_authentication(const Call& call, Client& client);
/// The same, and whether it may use that grant: one that nobody registered may use any. The error
/// is `invalid_client` or `unauthorized_client`.
Read<void> check_client(const Call& call, Client& client, std::string_view grant_type);

}  // namespace idp
