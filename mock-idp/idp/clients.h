#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/idp/oauth_form.h"

namespace idp {

/// A client that registered itself (RFC 7591).
struct RegisteredClient {
  std::string id;
  std::string secret;  ///< empty for public clients
  std::string name;
  ClientAuthentication how = ClientAuthentication::client_secret_basic;
  std::vector<std::string> redirect_uris;
  std::vector<std::string> grant_types;
};

/// The registered clients of all issuers; ten thousand at most, the oldest go first. Thread-safe.
class Clients {
 public:
  void add(std::string_view issuer, RegisteredClient client);
  std::optional<RegisteredClient> find(std::string_view issuer, std::string_view id) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, RegisteredClient> clients_;  ///< by issuer and id
  std::deque<std::string> order_;
};

struct Call;

/// Whether the client is who it says. In the profile `lax` a client that nobody registered is
/// whoever it says. The error is `invalid_client`.
Read<void> check_authentication(const Call& call, const Client& client);
/// The same, and whether it may use that grant: one that nobody registered may use any. The error
/// is `invalid_client` or `unauthorized_client`.
Read<void> check_client(const Call& call, const Client& client, std::string_view grant_type);

}  // namespace idp
