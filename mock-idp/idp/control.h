#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "common/http/server.h"
#include "mock-idp/idp/provider.h"

// Steering: the commands below `/_ctl`. A command is data: its arguments are checked, and described
// in the OpenAPI document, by the same table.
namespace idp {

/// With members in the order that they were written in.
using ControlJson = nlohmann::ordered_json;

/// What an argument has to be.
enum class ArgumentType {
  text,           ///< a string
  flag,           ///< true or false
  integer,        ///< a whole number
  number,         ///< any number
  texts,          ///< an array of strings
  text_or_texts,  ///< a string, or an array of strings
  object,         ///< an object of any members
  times,          ///< a whole number from 1, or "forever"
  anything,       ///< any JSON value
};

/// An argument of a command: a member of its body, or a parameter of its query.
struct Argument {
  std::string_view name;
  ArgumentType type = ArgumentType::text;
  std::string_view summary;
  bool required = false;
  double least = 0;  ///< of numbers
  double most = 0;
  std::string_view choices = {};  ///< of texts: words with blanks between them; empty: any text
};

/// Why a command is not obeyed.
struct Refusal {
  int status = 400;
  std::string where;  ///< the JSON pointer or the name of a parameter; may be empty
  std::string message;
};
template <typename T>
using Obeyed = tl::expected<T, Refusal>;

/// A refusal of the argument of that name.
tl::unexpected<Refusal> refuse_argument(std::string_view name, std::string message);

/// A command on its way to whoever obeys it.
struct ControlCall {
  Provider& provider;
  /// Checked against the command's table; those of the path are among them, as texts.
  const ControlJson& arguments;
  /// Null where the command did not come over HTTP.
  const http::Request* request = nullptr;

  bool has(std::string_view name) const;
  /// Empty, 0, or false where it was not given.
  std::string text(std::string_view name) const;
  long long integer(std::string_view name, long long otherwise = 0) const;
  double number(std::string_view name, double otherwise = 0) const;
  bool flag(std::string_view name, bool otherwise = false) const;
  std::vector<std::string> texts(std::string_view name) const;
  /// The issuer that the argument `issuer` names, `main` where there is none.
  Obeyed<Issuer*> issuer() const;
};

/// One thing that can be asked of `/_ctl`.
struct ControlCommand {
  std::string_view method;
  std::string_view path;  ///< below `/_ctl`; `{name}` stands for one segment
  std::string_view summary;
  std::span<const Argument> arguments;
  Obeyed<http::Response> (*obey)(const ControlCall&);
};

/// Every command there is.
std::span<const ControlCommand> control_commands();

/// Obeys a command that was found to be allowed: `target` is path and query below `/_ctl`.
Obeyed<http::Response> obey(Provider& provider, std::string_view method, std::string_view target,
                            std::string_view body, const http::Request* request = nullptr);

/// Checks arguments against a command's table. `pointer` is what stands before a member's name in a
/// refusal: "/" for a body, "" for a query.
Obeyed<void> check_arguments(const ControlJson& arguments, std::span<const Argument> known,
                             std::string_view pointer);
/// The parameters of a query, each as what the table wants of it.
Obeyed<ControlJson> read_query(std::string_view query, std::span<const Argument> known);
/// The members of a body; an empty body has none.
Obeyed<ControlJson> read_body(std::string_view body);

/// Whether somebody may steer who asks like this. A web page on this machine must not.
Obeyed<void> may_steer(const Provider& provider, const http::Request& request);

http::Response control_answer(const ControlJson& json, int status = 200);
/// One line, whatever bytes there are.
std::string control_text(const ControlJson& json);
/// `{"error": …}`, with `pointer` or `parameter`.
http::Response control_refusal(const Refusal& refusal);

/// JSON Schema of an object with these members and no others.
ControlJson arguments_schema(std::span<const Argument> arguments);
/// The kinds of faults, and those that issuers' names choose.
ControlJson faults_vocabulary();
ControlJson issuer_json(const Issuer& issuer);
ControlJson key_json(const KeyEntry& entry);
ControlJson entry_json(const Entry& entry);

Obeyed<http::Response> list_issuers(const ControlCall& call);
Obeyed<http::Response> list_keys(const ControlCall& call);
Obeyed<http::Response> keys_rotate(const ControlCall& call);
Obeyed<http::Response> keys_announce(const ControlCall& call);
Obeyed<http::Response> keys_ghost(const ControlCall& call);
Obeyed<http::Response> keys_withdraw(const ControlCall& call);
Obeyed<http::Response> keys_state(const ControlCall& call);
Obeyed<http::Response> keys_decoy(const ControlCall& call);
Obeyed<http::Response> keys_reuse_kid(const ControlCall& call);
Obeyed<http::Response> keys_duplicate_kid(const ControlCall& call);
Obeyed<http::Response> keys_publish(const ControlCall& call);
Obeyed<http::Response> keys_clear(const ControlCall& call);
Obeyed<http::Response> keys_caching(const ControlCall& call);
Obeyed<http::Response> read_journal(const ControlCall& call);
Obeyed<http::Response> stream_journal(const ControlCall& call);
Obeyed<http::Response> clear_journal(const ControlCall& call);
Obeyed<http::Response> mint_token(const ControlCall& call);
Obeyed<http::Response> verify_token(const ControlCall& call);
Obeyed<http::Response> list_scenarios(const ControlCall& call);
Obeyed<http::Response> plant_fault(const ControlCall& call);
Obeyed<http::Response> list_faults(const ControlCall& call);
Obeyed<http::Response> remove_faults(const ControlCall& call);
Obeyed<http::Response> show_clock(const ControlCall& call);
Obeyed<http::Response> freeze_clock(const ControlCall& call);
Obeyed<http::Response> resume_clock(const ControlCall& call);
Obeyed<http::Response> advance_clock(const ControlCall& call);
Obeyed<http::Response> offset_clock(const ControlCall& call);
Obeyed<http::Response> enqueue(const ControlCall& call);
Obeyed<http::Response> make_bait(const ControlCall& call);
Obeyed<http::Response> list_baits(const ControlCall& call);
Obeyed<http::Response> clear_baits(const ControlCall& call);
Obeyed<http::Response> list_clients(const ControlCall& call);
Obeyed<http::Response> add_client(const ControlCall& call);
Obeyed<http::Response> remove_client(const ControlCall& call);
Obeyed<http::Response> show_openapi(const ControlCall& call);
Obeyed<http::Response> steer_upstream(const ControlCall& call);
Obeyed<http::Response> reset(const ControlCall& call);

}  // namespace idp
