#pragma once

#include <string>

namespace suites::challenge {

/// Whether a text repeats a part of that credential, other than what is in `anyway` as well: what
/// the server says without the credential, such as its own URL, which a token has in clear text
/// where its payload is not encoded.
bool echoes(const std::string& text, const std::string& credential, const std::string& anyway);

}  // namespace suites::challenge
