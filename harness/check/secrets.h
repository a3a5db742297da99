#pragma once

#include <string>

#include "common/base/redact.h"

namespace check {

/// The fixed secrets of a run: what a target that we start is told to accept, and to use itself.
/// Random for each run, so that no target can know them from elsewhere.
struct Secrets {
  std::string bearer_token;
  std::string api_key;
  std::string second_api_key;   ///< good as well, where the target knows several
  std::string revoked_api_key;  ///< was good once
  std::string api_key_sha256;   ///< of api_key, in hex: how a stdio server knows the right one
  std::string basic_user;
  std::string basic_password;  ///< with a colon in it, which RFC 7617 allows
  std::string jwt_secret;      ///< of HS256: 64 characters (RFC 7518, section 3.2 wants 32 bytes)
  std::string client_id;       ///< of the target at the issuer's endpoints
  std::string client_secret;
};
Secrets random_secrets();

/// A credential that the user brought along, for targets that trust no issuer of ours.
struct Supplied {
  std::string text;  ///< a token, a key, or "user:password"; empty: none was brought
  bool given() const { return !text.empty(); }
};

/// Teaches the redactor what no report may show of it.
void add_secrets(const Supplied& supplied, base::Redactor& redactor);

}  // namespace check
