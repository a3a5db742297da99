#pragma once

#include <functional>
#include <string>

#include "common/base/clock.h"
#include "common/base/url.h"
#include "harness/wire/connection.h"

namespace oauth {

/// Sends one request to any server; never throws and never waits for ever. Whoever wants to record
/// exchanges does it in here.
using Ask = std::function<wire::Exchange(const base::Url& url, wire::Request request)>;

/// Asks on a connection of its own each time, until `deadline`.
Ask on_own_connections(wire::TlsOptions tls, base::Deadline deadline);

/// Sends a request to that URL, its target filled in; the error of the exchange says where the URL
/// is none.
wire::Exchange send(const Ask& ask, const std::string& url, wire::Request request);
/// A GET for JSON.
wire::Exchange get_json(const Ask& ask, const std::string& url);
/// A POST of a form or of JSON.
wire::Exchange post(const Ask& ask, const std::string& url, const std::string& type,
                    std::string body, base::Headers headers = {});

}  // namespace oauth
