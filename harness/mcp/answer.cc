#include <fmt/core.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/mcp/protocol.h"
#include "harness/mcp/stdio.h"
#include "harness/wire/sse.h"

namespace mcp {
namespace {

using nlohmann::json;

/// Deeper nesting than this is an attack on the reader, not an answer.
constexpr std::size_t kMaxDepth = 200;
constexpr std::size_t kMaxQuote = 80;

/// Whether brackets nest deeper than is safe to read and write recursively.
bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::optional<json> parse(std::string_view text) {
  if (too_deep(text)) return std::nullopt;
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

bool is_event_stream(const wire::Response& response) {
  if (media_type(response) == "text/event-stream") return true;
  return response.body.starts_with("data:") || response.body.starts_with("event:");
}

bool is_response(const json& message) {
  return message.is_object() && (message.contains("result") || message.contains("error"));
}

/// Adds the responses of one JSON text: a message or a batch of them.
void collect(std::string_view text, std::vector<json>& responses) {
  auto value = parse(text);
  if (!value) return;
  if (value->is_array()) {
    for (json& message : *value) {
      if (is_response(message)) responses.push_back(std::move(message));
    }
  } else if (is_response(*value)) {
    responses.push_back(std::move(*value));
  }
}

std::vector<json> responses_of(const wire::Response& response) {
  std::vector<json> responses;
  if (is_event_stream(response)) {
    for (const wire::Event& event : wire::parse_events(response.body)) {
      collect(event.data, responses);
    }
  } else {
    collect(response.body, responses);
  }
  return responses;
}

bool has_id(const json& message, const std::optional<json>& id) {
  const auto found = message.find("id");
  return id && found != message.end() && *found == *id;
}

/// The message that decides: the one with our id; else any result, for what was given away counts
/// under whatever id it came; else any error.
const json* decisive(const std::vector<json>& responses, const std::optional<json>& id) {
  const auto first = [&](const auto& which) -> const json* {
    const auto found = std::find_if(responses.begin(), responses.end(), which);
    return found == responses.end() ? nullptr : &*found;
  };
  if (const json* ours = first([&](const json& message) { return has_id(message, id); })) {
    return ours;
  }
  if (const json* result = first([](const json& message) { return message.contains("result"); })) {
    return result;
  }
  return responses.empty() ? nullptr : &responses.front();
}

void take_message(Answer& answer, const json& message) {
  answer.message = base::dump(message);
  if (const auto result = message.find("result"); result != message.end()) {
    answer.result = base::dump(*result);
    if (result->is_object()) {
      const auto is_error = result->find("isError");
      answer.is_error =
          is_error != result->end() && is_error->is_boolean() && is_error->get<bool>();
    }
    return;
  }
  const json& error = message.at("error");
  if (error.is_string()) answer.rpc_message = error.get<std::string>();
  if (!error.is_object()) return;
  if (const auto code = error.find("code"); code != error.end() && code->is_number_integer()) {
    answer.rpc_code = code->get<int>();
  }
  if (const auto text = error.find("message"); text != error.end() && text->is_string()) {
    answer.rpc_message = text->get<std::string>();
  }
}

/// `{"error": "invalid_token"}` is an OAuth error, not a JSON-RPC one.
bool is_rpc_error(const json& message) {
  const auto error = message.find("error");
  return error != message.end() && (error->is_object() || message.contains("jsonrpc"));
}

Kind kind_of(int status, const wire::Response& response, const json* message) {
  if (status == 401) return Kind::unauthorized;
  if (status == 403) return Kind::forbidden;
  if (status == 429) return Kind::limited;
  const bool success = status >= 200 && status < 300;
  if (message != nullptr) {
    if (success && message->contains("result")) return Kind::result;
    if ((success || (status >= 400 && status < 500)) && is_rpc_error(*message)) {
      return Kind::rpc_error;
    }
  }
  if (success) {
    const bool empty = response.body.empty() && !is_event_stream(response);
    return status == 202 || empty ? Kind::accepted : Kind::strange;
  }
  if (status >= 300 && status < 400) return Kind::redirect;
  if (status >= 400 && status < 500) return Kind::client_error;
  if (status >= 500 && status < 600) return Kind::server_error;
  return Kind::strange;
}

/// Over standard input and output there is nothing but the message.
Kind kind_without_status(const json* message) {
  if (message == nullptr) return Kind::accepted;
  return message->contains("result") ? Kind::result : Kind::rpc_error;
}

std::string describe(const Challenge& challenge) {
  std::vector<std::string> parameters;
  for (const std::string_view name : {"error", "scope"}) {
    if (const std::string* value = challenge.parameter(name)) {
      parameters.push_back(fmt::format("{}=\"{}\"", name, base::abbreviate(*value, kMaxQuote)));
    }
  }
  if (parameters.empty()) return challenge.scheme;
  return challenge.scheme + " " + base::join(parameters, ", ");
}

bool is_html(const wire::Response& response) {
  const std::string type = media_type(response);
  if (type == "text/html" || type == "application/xhtml+xml") return true;
  const std::string start = base::to_lower(base::trim(response.body).substr(0, 14));
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

/// JSON that is no JSON-RPC message.
std::string describe_json(const json& body) {
  if (!body.is_object()) return "JSON";
  const auto error = body.find("error");
  if (error == body.end() || !error->is_string()) return "JSON that is no JSON-RPC message";
  const auto code = error->get<std::string>();
  const bool is_code = !code.empty() && code.find_first_of(" \t\n") == std::string::npos;
  const std::string text = base::join(base::words(base::abbreviate(code, kMaxQuote)), " ");
  return fmt::format("{} \"{}\"", is_code ? "OAuth error" : "JSON error", text);
}

std::string describe_error(const Answer& answer) {
  const std::string message =
      base::join(base::words(base::replace_all(answer.rpc_message, "\n", " ")), " ");
  const std::string text = base::abbreviate(message, kMaxQuote);
  return text.empty() ? fmt::format("JSON-RPC error {}", answer.rpc_code)
                      : fmt::format("JSON-RPC error {} \"{}\"", answer.rpc_code, text);
}

std::string describe_message(const Answer& answer) {
  if (answer.kind == Kind::rpc_error) return describe_error(answer);
  if (answer.kind != Kind::result) return "nothing, as is right for a notification";
  if (!answer.is_error) return "a JSON-RPC result";
  const std::string text = tool_text(answer);
  return text.empty() ? "a tool result that is an error"
                      : fmt::format("the tool error \"{}\"", base::abbreviate(text, kMaxQuote));
}

bool is_stdio(const wire::Exchange& exchange) { return exchange.url == kStdioUrl; }

bool holds_rpc_error(const Answer& answer) {
  const auto message = parse(answer.message);
  return message && message->is_object() && is_rpc_error(*message);
}

/// Whether an event tells of nothing but an error, be it JSON-RPC's, OAuth's or the stream's own.
bool is_error_event(const wire::Event& event) {
  if (event.event == "error") return true;
  const auto data = parse(event.data);
  return data && data->is_object() && data->contains("error") && !data->contains("result");
}

}  // namespace

std::string media_type(const wire::Response& response) {
  const std::string* field = response.header("Content-Type");
  if (field == nullptr) return "";
  return base::to_lower(base::trim(std::string_view(*field).substr(0, field->find(';'))));
}

std::string describe_body(const wire::Response& response) {
  if (base::trim(response.body).empty()) return "an empty body";
  if (!response.coding_problem.empty()) {
    return fmt::format("a body that cannot be read ({})", response.coding_problem);
  }
  if (const auto body = parse(response.body)) return describe_json(*body);
  if (is_html(response)) return "an HTML page";
  const std::string type = media_type(response);
  if (type.empty()) return "a body without Content-Type";
  return type == "text/plain" ? "plain text" : fmt::format("a body of {}", type);
}

bool opens_stream(const wire::Response& response) {
  if (media_type(response) != "text/event-stream") return false;
  const auto events = wire::parse_events(response.body);
  return !std::any_of(events.begin(), events.end(), is_error_event);
}

std::string tool_text(const Answer& answer) {
  const auto result = parse(answer.result);
  if (!result || !result->is_object() || !result->contains("content")) return {};
  std::vector<std::string> texts;
  for (const json& block : result->at("content")) {
    if (std::string text = base::text_member(block, "text"); !text.empty()) texts.push_back(text);
  }
  return base::join(texts, " ");
}

const Challenge* Answer::challenge(std::string_view scheme) const {
  for (const Challenge& challenge : challenges) {
    if (base::equal_ignoring_case(challenge.scheme, scheme)) return &challenge;
  }
  return nullptr;
}

std::string Answer::summary() const {
  if (kind == Kind::none || !exchange.response) {
    return fmt::format("no answer: {}", exchange.failure_text.empty()
                                            ? std::string(wire::to_string(exchange.failure))
                                            : exchange.failure_text);
  }
  const wire::Response& response = *exchange.response;
  if (is_stdio(exchange)) return describe_message(*this);
  std::string text = std::to_string(response.status);
  switch (kind) {
    case Kind::result:
    case Kind::rpc_error:
      return fmt::format("{} with {}", text, describe_message(*this));
    case Kind::unauthorized:
      if (challenges.empty()) text += " without WWW-Authenticate";
      break;
    case Kind::forbidden:
      if (challenges.empty() && is_html(response)) return text + " with an HTML page";
      break;
    case Kind::accepted:
      return response.body.empty() ? text + " with an empty body" : text;
    case Kind::redirect:
      if (const std::string* location = response.header("Location")) {
        return fmt::format("{} to {}", text, base::abbreviate(*location, kMaxQuote));
      }
      return text + " without Location";
    case Kind::denied:
      return fmt::format("{} with {}", text, denial);
    case Kind::client_error:
    case Kind::server_error:
      if (holds_rpc_error(*this)) return fmt::format("{} with {}", text, describe_error(*this));
      return fmt::format("{} with {}", text, mcp::describe_body(response));
    case Kind::strange:
      if (truncated_stream) return text + " with an event stream that held no response";
      if (is_event_stream(response)) {
        return text + (opens_stream(response) ? " with an event stream"
                                              : " with an event stream that holds only an error");
      }
      return fmt::format("{} with {}", text, mcp::describe_body(response));
    default:
      break;
  }
  std::vector<std::string> described;
  for (const Challenge& challenge : challenges) described.push_back(describe(challenge));
  if (!described.empty()) text += ", WWW-Authenticate: " + base::join(described, ", ");
  if (!result.empty()) text += ", with a JSON-RPC result";
  return text;
}

Answer interpret(wire::Exchange exchange, std::string_view id) {
  Answer answer;
  if (exchange.response) {
    const wire::Response& response = *exchange.response;
    answer.challenges = read_challenges(response);
    const std::vector<json> responses = responses_of(response);
    const json* message = decisive(responses, parse(id));
    if (message != nullptr) take_message(answer, *message);
    answer.kind = is_stdio(exchange) ? kind_without_status(message)
                                     : kind_of(response.status, response, message);
    answer.truncated_stream = message == nullptr && is_event_stream(response) && !response.complete;
  }
  answer.exchange = std::move(exchange);
  return answer;
}

bool has_response(const wire::Response& response, std::string_view id) {
  if (!is_event_stream(response)) return false;
  // Cheap first: this is asked anew for every piece of a stream that arrives.
  const std::string_view body = response.body;
  if (!body.ends_with("\n\n") && !body.ends_with("\r\n\r\n") && !body.ends_with("\r\r")) {
    return false;
  }
  const std::optional<json> wanted = parse(id);
  const std::vector<json> responses = responses_of(response);
  return std::any_of(responses.begin(), responses.end(),
                     [&](const json& message) { return has_id(message, wanted); });
}

}  // namespace mcp
