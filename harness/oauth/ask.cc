#include "harness/oauth/ask.h"

#include <utility>

namespace oauth {
wire::Exchange send(const Ask& ask, const std::string& url, wire::Request request) {
  const auto parsed = base::parse_url(url);
  if (!parsed) {
    wire::Exchange exchange;
    exchange.url = url;
    exchange.failure = wire::Failure::unreachable;
    exchange.failure_text = parsed.error().message;
    return exchange;
  }
  request.target = parsed->target();
  return ask(*parsed, std::move(request));
}

Ask on_own_connections(wire::TlsOptions tls, base::Deadline deadline) {
  return [tls = std::move(tls), deadline](const base::Url& url, wire::Request request) {
    wire::Connection connection(url, tls);
    return connection.exchange(request, deadline);
  };
}

wire::Exchange get_json(const Ask& ask, const std::string& url) {
  wire::Request request;
  request.headers = {{"Accept", "application/json"}};
  return send(ask, url, std::move(request));
}

wire::Exchange post(const Ask& ask, const std::string& url, const std::string& type,
                    std::string body, base::Headers headers) {
  wire::Request request;
  request.method = "POST";
  request.headers = std::move(headers);
  request.headers.push_back({"Content-Type", type});
  request.headers.push_back({"Accept", "application/json"});
  request.body = std::move(body);
  return send(ask, url, std::move(request));
}

}  // namespace oauth
