#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mock-idp/idp/journal.h"

namespace suites {

/// What of a client's credential can be recognised elsewhere: all of it, and the parts of it that
/// are its own. The header of a JWT is not among them, which other tokens of the issuer share.
std::vector<std::string> telltale_parts(std::string_view credential);

/// Where a request carries one of `parts`, as it is or percent-encoded, in Base64 or in
/// hexadecimal: "the header X-Forwarded-Authorization", "the URL", "the body". Empty: nowhere.
std::string place_of(const idp::Entry& request, const std::vector<std::string>& parts);

/// What a request is authenticated by: header fields that are made for it, by name, and the
/// query's likewise.
std::vector<std::string> credentials_in(const idp::Entry& request);

}  // namespace suites
