#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace run {

/// What stands for `{{name}}`; a known name without a value has none in this mode.
using Values = std::map<std::string, std::optional<std::string>>;

/// Every name of the contract, none with a value yet: port, url, issuer, jwks_uri, audience,
/// client_id, client_secret, token, api_key, introspection_url, public_key_file, upstream_url.
Values no_values();

/// `text` with every `{{name}}` replaced. The error names the placeholder that is unknown or has
/// no value. Braces around anything but a name, such as JSON, are left alone.
base::Result<std::string> fill(std::string_view text, const Values& values);

/// Whether the text uses that placeholder.
bool uses(std::string_view text, std::string_view name);

}  // namespace run
