#include "harness/check/sessions.h"

#include <utility>

#include "harness/check/family.h"
#include "harness/check/patience.h"

namespace check {

mcp::Greeting begin_session(Probe& probe, const Credential& credential) {
  Context& context = probe.context();
  wire::Connection connection = context.connect();
  const auto send = [&](wire::Request request, std::string_view id) {
    context.count_exchange();
    for (const auto& header : credential.headers) request.headers.push_back(header);
    const std::string own_id(id);
    const auto enough = [&](const wire::Response& response) {
      return mcp::has_response(response, own_id);
    };
    const auto exchange = [&] {
      return context.exchange(connection, request, probe.deadline(), enough);
    };
    return mcp::interpret(with_patience(probe, exchange), id);
  };
  return mcp::greet(send, probe.target().url.target(), probe.target().revision());
}

std::function<void(wire::Request&)> in_session(std::string id) {
  return [id = std::move(id)](wire::Request& request) {
    base::remove_header(request.headers, "Mcp-Session-Id");
    if (!id.empty()) request.headers.push_back({"Mcp-Session-Id", id});
  };
}

Body in_each_era(Body body) {
  return [body = std::move(body)](Probe& probe) {
    Finding own = body(probe);
    Context* legacy = probe.context().legacy();
    if (legacy == nullptr) return own;
    wire::Connection connection = legacy->connect();
    Probe older(*legacy, probe.subject(), connection, probe.limit());
    const Finding found = body(older);
    probe.include(older);
    if (own.kind == Finding::Kind::skipped && found.ok()) return found;
    // What it leaves undecided was decided in the target's own revision.
    if (found.kind != Finding::Kind::broken) return own;
    const std::string where(mcp::to_string(legacy->target().revision()));
    return worst({std::move(own), labelled("in " + where, found)});
  };
}

void end_session(Probe& probe, const Credential& credential, const std::string& id) {
  if (id.empty()) return;
  wire::Request request{.method = "DELETE", .target = probe.target().url.target()};
  request.headers = credential.headers;
  in_session(id)(request);
  probe.fetch_once(std::move(request));
}

}  // namespace check
