#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/argument_hint.h"
#include "harness/check/context.h"
#include "mock-idp/idp/mock_idp.h"

namespace run {

/// What a target shows of its mode to somebody without credentials.
struct Shown {
  bool stdio = false;
  bool refused = false;    ///< a request was, by HTTP; else everything is open
  std::string refusal;     ///< what was answered: "tools/list gets 401"
  bool bearer = false;     ///< the challenge has the scheme Bearer or DPoP
  bool basic = false;      ///< the challenge has the scheme Basic
  bool key = false;        ///< the refusal speaks of an API key
  std::string schemes;     ///< of the challenge, as written
  bool metadata = false;   ///< it is a protected resource with metadata (RFC 9728)
  bool names_us = false;   ///< which names our issuer
  bool own_login = false;  ///< it is an authorization server itself
  std::optional<check::ArgumentHint> argument;  ///< a credential that its tools take
  std::optional<bool> called;   ///< a tool was run without a credential; empty: none was called
  bool needs_variable = false;  ///< over stdio: it does not without its credential
  /// A call that shows what is refused, where listing the tools does not.
  std::optional<mcp::Operation> operation;
  std::string problem;  ///< why nothing could be seen

  /// The same in a clause: "tools/list gets 401, the challenge is Bearer".
  std::string words() const;
};

/// The modes of which that is typical, the likeliest first.
check::Modes hinted(const Shown& shown);

/// The modes that a credential of the user's can be for, by its look: a JWT, or an opaque token.
check::Modes fitting(std::string_view token, const check::Modes& modes);

/// What a target asked our issuer for since it was started.
struct Asked {
  std::size_t keys = 0;
  std::size_t introspection = 0;
  std::size_t userinfo = 0;
};

/// The mode of a target that accepts what we mint for `accepted`: how it looks at tokens shows only
/// in what it asks for. `keys_known`: it may have fetched our keys long before.
check::Mode by_questions(check::Mode accepted, const Asked& asked, bool keys_known);

/// A target whose mode is not known.
struct Unknown {
  /// How to talk to it as if that were its mode.
  std::function<check::Context::Options(check::Mode mode)> settings;
  bool stdio = false;
  check::Modes allowed;  ///< what a credential of the user's is for; empty: any
  std::function<bool()> stop;
};

struct Detected {
  check::Mode mode = check::Mode::oauth;  ///< the likeliest, where there is a problem
  std::string evidence;                   ///< how we know, in a sentence
  std::string problem;                    ///< why the mode is not known, in a sentence; else empty
};

/// Finds the mode: what the target shows ranks the candidates, and the first whose good credential
/// is accepted is it.
Detected detect(const Unknown& target, idp::MockIdp& provider, idp::MockIdp& rogue);

}  // namespace run
