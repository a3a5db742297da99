#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/idp/confirmation.h"
#include "mock-idp/idp/oauth_form.h"

namespace idp {

/// A token request whose general part is in order (RFC 6749, section 3.2; RFC 8707).
struct TokenRequest {
  base::FormFields fields;
  std::string grant_type;
  Client client;
  std::string scope;
  std::vector<std::string> audiences;  ///< `resource`s, else `audience`s; may be empty
  Confirmation confirmation;           ///< what the client proved besides; read apart
};

/// By GET they come in the query, which is for issuers that overlook what the RFC wants.
/// `two_ways`: the client may authenticate by HTTP Basic and in the form at once.
Read<TokenRequest> read_token_request(const http::Request& request, bool two_ways = false);

/// The `resource`s of a request, or where there is none its `audience`s, each once. The error is
/// `invalid_target`.
Read<std::vector<std::string>> read_audiences(const base::FormFields& fields);
/// The `scope` of a request; may be empty. The error is `invalid_scope`.
Read<std::string> read_scope(const base::FormFields& fields);

/// Whether `text` is an absolute URI without a fragment, as RFC 8707, section 2, wants a resource.
bool is_resource(std::string_view text);
/// Whether `text` is a list of scopes (RFC 6749, section 3.3).
bool is_scope(std::string_view text);
/// Whether every scope of `part` is one of `whole`.
bool within_scope(std::string_view part, std::string_view whole);

}  // namespace idp
