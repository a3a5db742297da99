#pragma once

#include <string>

#include "common/base/result.h"
#include "harness/check/context.h"

namespace check {

/// How clients come about at an authorization server.
enum class Enrolment {
  registration,  ///< they register themselves (RFC 7591)
  document,      ///< their id is the URL of their metadata, which we publish
  brought,       ///< the user named one
  none,
};

/// How the target's clients do, by its metadata and what the user brought.
Enrolment enrolment_of(const Context& context, const oauth::Server& server);

/// A new client. A public one where the server knows none with that authentication. The error says
/// why there is none; with a client that the user brought there is never a second.
base::Result<oauth::Client> enroll(Context& context, const oauth::Ask& ask,
                                   const oauth::Server& server, oauth::Registration registration);

/// Publishes a client's metadata and gives its URL, which is its id. `change` gets the document, a
/// JSON object, and gives what is published.
using ChangeDocument = std::function<std::string(const std::string& document)>;
base::Result<std::string> publish_client(Context& context, const oauth::Registration& registration,
                                         const ChangeDocument& change = {});

}  // namespace check
