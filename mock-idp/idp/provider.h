#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/server.h"
#include "mock-idp/idp/baits.h"
#include "mock-idp/idp/clients.h"
#include "mock-idp/idp/devices.h"
#include "mock-idp/idp/documents.h"
#include "mock-idp/idp/faults.h"
#include "mock-idp/idp/grants.h"
#include "mock-idp/idp/key_caching.h"
#include "mock-idp/idp/key_store.h"
#include "mock-idp/idp/logins.h"
#include "mock-idp/idp/mock_idp.h"
#include "mock-idp/idp/nonces.h"
#include "mock-idp/idp/pushed_requests.h"
#include "mock-idp/idp/queue.h"
#include "mock-idp/idp/replays.h"
#include "mock-idp/idp/sessions.h"

namespace idp {

/// More issuers than this are not made by being asked for: names are the client's choice.
inline constexpr std::size_t kMaxIssuers = 1000;
/// How the upstream answers until somebody says otherwise.
inline constexpr int kUpstreamStatus = 200;

/// What the endpoints share.
struct Provider {
  explicit Provider(Options chosen);
  ~Provider();
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  /// Made when first asked for. The error says why there is none of that name.
  base::Result<Issuer*> find_issuer(std::string_view name);
  Issuer& make_issuer(std::string_view name);
  /// Those that were asked for so far, by name.
  std::vector<Issuer*> issuers();
  /// Everything is as at the start, but for the issuers that were made: they stay.
  void reset();
  /// Obeys the commands of the start. The error says what is wrong with which.
  base::Result<void> obey_start();

  const Options options;
  base::AdjustableClock clock;
  Journal journal;
  std::string origin;
  Clients clients;
  Grants grants{clock};
  Devices devices{clock};
  Logins logins{clock};
  Replays replays{clock};
  Faults faults;
  KeyCaching key_caching;
  Queue queue;
  Baits baits;
  const Nonces nonces{clock};
  Sessions sessions{clock};
  Documents documents{clock};
  PushedRequests pushed_requests{clock};
  std::atomic<int> upstream_status{kUpstreamStatus};  ///< how the upstream answers
  std::unique_ptr<KeyStore> key_store;                ///< null: keys are kept nowhere
  std::string admin_token;                            ///< empty: whoever reaches us may steer
  std::string ca_certificate;                         ///< PEM; empty without https
  std::atomic<int> waiting{0};                        ///< requests that wait for the journal
  std::atomic<bool> stopping{false};                  ///< whoever waits ends
  BaitListeners bait_listeners;  // last, so that they end before what they serve

 private:
  struct Made {
    std::unique_ptr<Issuer> issuer;
    KeySetContents first_keys;  ///< to come back to
  };
  std::shared_mutex mutex_;
  std::map<std::string, Made, std::less<>> issuers_;
};

/// One request on its way to an endpoint.
struct Call {
  const http::Request& request;
  Provider& provider;
  Issuer* issuer = nullptr;  ///< null where the path names none

  /// Whether the issuer has that weakness; there has to be one.
  bool weak(Weakness weakness) const { return issuer->behaviour().weaknesses.has(weakness); }
};

using Endpoint = http::Response (*)(const Call&);

http::Response front_page(const Call& call);
http::Response healthz(const Call& call);
http::Response bait(const Call& call);
http::Response openid_configuration(const Call& call);
http::Response authorization_server_metadata(const Call& call);
http::Response jwks(const Call& call);
http::Response authorize(const Call& call);
http::Response push_request(const Call& call);
http::Response token(const Call& call);
http::Response device_authorization(const Call& call);
http::Response device_page(const Call& call);
http::Response introspect(const Call& call);
http::Response revoke(const Call& call);
http::Response userinfo(const Call& call);
http::Response end_session(const Call& call);
http::Response github_user(const Call& call);
http::Response tokeninfo(const Call& call);
http::Response register_client(const Call& call);
http::Response upstream(const Call& call);
http::Response control(const Call& call);

/// Finds the endpoint, answers, and writes the journal.
http::Response serve(Provider& provider, const http::Request& request);

/// The endpoints of issuers, as the journal names them, each once.
std::vector<std::string> endpoint_names();

/// Whether there is an endpoint at that path below an issuer.
bool serves(std::string_view path);

/// 405 with Allow, unless the method is one of `allowed`: "GET, HEAD".
bool allows(const http::Request& request, std::string_view allowed);
http::Response method_not_allowed(std::string_view allowed);

}  // namespace idp
