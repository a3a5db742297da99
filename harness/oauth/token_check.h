#pragma once

#include <string>

#include "common/base/result.h"
#include "harness/oauth/client.h"
#include "harness/oauth/server.h"

namespace oauth {

/// A JWT whose signature one of the issuer's published keys made.
struct Verified {
  std::string by;      ///< "ES256 by key k1"
  std::string claims;  ///< JSON text
};

/// Fetches the keys of the server and checks the token's signature with them. The error says why
/// the token is not theirs: it is no JWT, there are no keys, no key fits, the signature is wrong.
base::Result<Verified> verify_by_keys(const Ask& ask, const Server& server,
                                      const std::string& token);

/// What somebody says who is asked about a token.
struct Standing {
  enum class Kind { live, dead, unknown };
  Kind kind = Kind::unknown;
  std::string words;  ///< "userinfo answers 200"
  bool live() const { return kind == Kind::live; }
  bool dead() const { return kind == Kind::dead; }
};

/// OpenID Connect Core 1.0, section 5.3: 200 for a live token, 401 for a dead one. Unknown where
/// there is no such endpoint, or where it answers anything else, such as 403 for want of `openid`.
Standing ask_userinfo(const Ask& ask, const Server& server, const std::string& token);

/// RFC 7662, asked by that client. Unknown where there is no such endpoint, or where it does not
/// tell this client.
Standing ask_introspection(const Ask& ask, const Server& server, const Client& client,
                           const std::string& token);

/// The first of these that knows; else both of their words.
Standing ask_about(const Ask& ask, const Server& server, const Client& client,
                   const std::string& token);

}  // namespace oauth
