#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/wire/exchange.h"

namespace mcp {

/// Revisions of the MCP specification with Streamable HTTP, oldest first.
enum class Revision { r2025_03_26, r2025_06_18, r2025_11_25, r2026_07_28 };
inline constexpr Revision kOldest = Revision::r2025_03_26;
inline constexpr Revision kNewest = Revision::r2026_07_28;
std::string_view to_string(Revision revision);
std::optional<Revision> revision_from(std::string_view text);

/// `modern`: stateless, version in each request's `_meta` (2026-07-28 on). `legacy`: a handshake
/// by `initialize` and possibly a session.
enum class Era { legacy, modern };
std::string_view to_string(Era era);
Era era_of(Revision revision);

/// A JSON-RPC request or notification, without its framing.
struct Operation {
  std::string method = "tools/list";
  std::string params = "{}";  ///< a JSON object
  bool notification = false;

  static Operation list_tools() { return {}; }
  /// `arguments` is a JSON object.
  static Operation call_tool(std::string_view name, std::string_view arguments = "{}");
};

/// What a request needs beside its operation.
struct Framing {
  std::string target = "/mcp";  ///< path and query of the MCP endpoint
  Revision revision = kNewest;
  std::string session_id;        ///< legacy servers with sessions
  std::string protocol_version;  ///< legacy: as negotiated, sent as MCP-Protocol-Version (06+)
};

/// The POST that carries the operation, without credentials: Content-Type, Accept and, by
/// revision, MCP-Protocol-Version, Mcp-Method, Mcp-Name (base64 form where the name demands it),
/// Mcp-Session-Id and `_meta`. `id` is a JSON value.
wire::Request frame(const Framing& framing, const Operation& operation, std::string_view id);
/// The body alone.
std::string frame_body(const Framing& framing, const Operation& operation, std::string_view id);
/// A legacy `initialize` request, and the notification that follows it.
wire::Request frame_initialize(const Framing& framing, std::string_view id);
wire::Request frame_initialized(const Framing& framing);

/// One challenge of a WWW-Authenticate field (RFC 9110, section 11.6.1).
struct Challenge {
  std::string scheme;                                           ///< as written
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case
  std::string token68;
  const std::string* parameter(std::string_view name) const;
};

/// Lenient: reads what is there, for facts. Takes all WWW-Authenticate fields of a response.
std::vector<Challenge> read_challenges(const wire::Response& response);
/// Strict: the first breach of the grammar or a repeated parameter in words, or nothing.
std::optional<std::string> challenge_syntax_error(std::string_view field_value);

/// What an answer means, told by status and body together.
enum class Kind {
  result,        ///< 2xx with a JSON-RPC result
  denied,        ///< 2xx with a JSON-RPC result that rejects the request; see Answer::denial
  rpc_error,     ///< 2xx or 4xx other than 401/403/429 with a JSON-RPC error object
  accepted,      ///< 202, or 2xx without a body, to a notification
  unauthorized,  ///< 401
  forbidden,     ///< 403
  limited,       ///< 429
  client_error,  ///< any other 4xx
  server_error,  ///< 5xx
  redirect,      ///< 3xx
  strange,       ///< 2xx that is neither a result nor an error; or an unknown status
  none,          ///< no response: see the exchange's failure
};

struct Answer {
  wire::Exchange exchange;
  Kind kind = Kind::none;
  std::vector<Challenge> challenges;
  std::string message;      ///< the JSON-RPC message, JSON text; empty if there is none
  std::string result;       ///< its result member, JSON text
  int rpc_code = 0;         ///< of an error
  std::string rpc_message;  ///< of an error
  bool is_error = false;    ///< a tool result with isError: true
  bool truncated_stream = false;
  /// How a result rejects what valid credentials get, such as "an empty list of tools"; only who
  /// knows what they get can tell, so `interpret` leaves it empty.
  std::string denial;

  int status() const { return exchange.status(); }
  const Challenge* challenge(std::string_view scheme) const;  ///< scheme in any case
  /// One line: `401, WWW-Authenticate: Bearer error="invalid_token"`, `200 with a JSON-RPC
  /// result`, `no answer: connection reset`; without a status where there is no HTTP.
  std::string summary() const;
};

/// The text blocks of a tool's result, joined by blanks.
std::string tool_text(const Answer& answer);

/// What a body is, in words: `OAuth error "server_error"`, "an HTML page", "an empty body".
std::string describe_body(const wire::Response& response);
/// The media type in lower case, without parameters; empty if there is none.
std::string media_type(const wire::Response& response);
/// Whether a response is an event stream that is open or may have events, and not only an error.
bool opens_stream(const wire::Response& response);

/// Reads an exchange. `id` picks the message out of an event stream.
Answer interpret(wire::Exchange exchange, std::string_view id);
/// True when an event stream holds the response to `id`: nothing more needs to be read.
bool has_response(const wire::Response& response, std::string_view id);

}  // namespace mcp
