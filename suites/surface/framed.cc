#include "suites/surface/framed.h"

#include "harness/check/sessions.h"

namespace suites::surface {

using check::Probe;

wire::Request without_message(const mcp::Framing& framing, const char* method) {
  wire::Request request{.method = method, .target = framing.target};
  request.headers = {{"Accept", "text/event-stream"}};
  if (!framing.protocol_version.empty()) {
    request.headers.push_back({"MCP-Protocol-Version", framing.protocol_version});
  }
  if (!framing.session_id.empty()) {
    request.headers.push_back({"Mcp-Session-Id", framing.session_id});
  }
  return request;
}

mcp::Framing without_session(Probe& probe) {
  mcp::Framing framing = probe.target().framing();
  framing.session_id.clear();
  return framing;
}

std::optional<mcp::Framing> begin_session(Probe& probe) {
  auto framing = begin_legacy(probe, probe.good_credential());
  if (framing && framing->session_id.empty()) framing.reset();
  return framing;
}

void end(Probe& probe, const mcp::Framing& framing) {
  check::end_session(probe, probe.good_credential(), framing.session_id);
}

bool is_alive(Probe& probe, const mcp::Framing& session) {
  return ask(probe, session, mcp::Operation::list_tools(), probe.good_credential()).kind ==
         mcp::Kind::result;
}

}  // namespace suites::surface
