#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "mock-idp/idp/confirmation.h"
#include "mock-idp/idp/oauth_form.h"
#include "mock-idp/idp/weakness.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

/// What somebody allowed a client to do.
struct Granted {
  std::string subject;
  std::string client_id;
  std::string scope;                   ///< blank-separated; may be empty
  std::vector<std::string> audiences;  ///< of RFC 8707; empty: the issuer itself
  jose::Members claims;                ///< for the tokens of this login, beside the usual ones
  long long auth_time = 0;             ///< when the subject logged in; 0: right now
  Confirmation confirmation;           ///< what its access tokens are bound to
};

/// An authorization code before it is redeemed.
struct Code {
  std::string issuer;  ///< name
  Granted granted;
  std::string redirect_uri;  ///< as the authorization request had it; empty: it had none
  std::string challenge;     ///< PKCE; empty: the client did not ask for it
  bool plain = false;        ///< the challenge is the verifier itself, not its SHA-256
  std::string nonce;         ///< for the ID token
  std::string dpop_jkt;      ///< whoever redeems it has to prove that key (RFC 9449, section 10)
};

/// How a client redeems a code (RFC 6749, section 4.1.3; RFC 7636, section 4.5).
struct Redemption {
  std::string issuer;
  std::string client_id;
  std::string redirect_uri;
  std::string verifier;
  std::vector<std::string> audiences;  ///< fewer than were granted; empty: all of them
  Confirmation confirmation;           ///< what the client proved
  bool is_public = false;              ///< the client has no secret: its refresh tokens are bound
  Weaknesses weaknesses;               ///< what the issuer overlooks
};

/// How a client uses a refresh token (RFC 6749, section 6).
struct Refresh {
  std::string issuer;
  std::string client_id;
  std::string scope;                   ///< less than was granted; empty: all of it
  std::vector<std::string> audiences;  ///< likewise
  Confirmation confirmation;           ///< what the client proved
  Weaknesses weaknesses;               ///< what the issuer overlooks
};

/// What a code or refresh token was exchanged for. A family is everything that comes of one login.
struct Exchanged {
  Granted granted;  ///< as far as it was asked for
  std::string family;
  std::string refresh_token;  ///< a new one, in place of the one before
  std::string nonce;
};

/// Codes and refresh tokens, by the provider's clock. A code lives for a minute and works once, a
/// refresh token works once within a day, and all that come of one login end after thirty days;
/// using a code or token again revokes its family (RFC 6749, section 4.1.2; RFC 9700, section
/// 4.14.2). Bounded: the oldest go first. Thread-safe.
class Grants {
 public:
  explicit Grants(const base::Clock& clock) : clock_(clock) {}

  std::string add_code(Code code);
  /// The error says what does not fit: `invalid_grant`, `invalid_target`, `invalid_scope`. Where it
  /// is the request that is wrong, code and token stay good.
  Read<Exchanged> redeem(const std::string& code, const Redemption& by);
  Read<Exchanged> refresh(const std::string& token, const Refresh& by);
  /// What was granted without a code becomes a family, too.
  Exchanged begin(const std::string& issuer, const Granted& granted, bool is_public);

  /// Remembers an access token, so that it is revoked with its family.
  void note_access_token(const std::string& family, std::string jti);
  /// Whether that access token, by its `jti`, was revoked.
  bool is_revoked(const std::string& jti) const;
  void revoke_access_token(const std::string& jti);
  /// Revokes the family of a refresh token; false if that client has no such token.
  bool revoke_refresh_token(const std::string& token, std::string_view issuer,
                            std::string_view client_id);
  /// Revokes everything that the client has.
  void revoke_client(std::string_view issuer, std::string_view client_id);
  /// What a live refresh token stands for; nothing if it is none.
  std::optional<Granted> look_up_refresh_token(const std::string& token,
                                               std::string_view issuer) const;

  void clear();

 private:
  struct StoredCode {
    Code code;
    std::string family;
    base::Time expires;
    bool used = false;
  };
  struct Family {
    std::string issuer;
    Granted granted;
    std::string secret;  ///< of the refresh token that is good now
    Confirmation bound;  ///< what refreshing takes (RFC 9449, section 5; RFC 8705, section 4)
    base::Time expires;  ///< the refresh token, unless it is used
    base::Time ends;     ///< the family, however it is used
    std::deque<std::string> access_tokens;
    bool revoked = false;
  };
  void revoke_family(const std::string& family);
  std::string begin_family(const std::string& name, const std::string& issuer,
                           const Granted& granted, bool is_public);
  std::string renew(const std::string& name, Family& family);
  const Family* live(const std::string& token, std::string_view issuer) const;

  const base::Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, StoredCode> codes_;
  std::deque<std::string> code_order_;
  std::map<std::string, Family> families_;
  std::deque<std::string> family_order_;
  std::set<std::string> revoked_;
  std::deque<std::string> revoked_order_;
};

/// Whether `text` may be a code_verifier (RFC 7636, section 4.1).
bool is_verifier(std::string_view text);
/// Whether `verifier` is one and the challenge was made from it by S256.
bool fits_challenge(std::string_view verifier, std::string_view challenge);
/// Whether `challenge` looks like one that S256 makes: 43 characters of base64url.
bool is_challenge(std::string_view challenge);

}  // namespace idp
