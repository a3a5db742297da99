#include <fmt/core.h>

#include <utility>

#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/idp/cookies.h"
#include "mock-idp/idp/device_page.h"
#include "mock-idp/idp/grant.h"
#include "mock-idp/idp/html_page.h"
#include "mock-idp/idp/users.h"

// RFC 8628: a device gets two codes; somebody enters one of them on the page and decides.
namespace idp {
namespace {

/// Of the browser that was shown the page: no other site can have a form with its value.
constexpr std::string_view kDeviceCookie = "authspec_device";

Read<Granted> read_wish(const Call& call) {
  const auto fields = read_form(call.request);
  if (!fields) return tl::unexpected(fields.error());
  auto client = read_client(call.request, *fields, call.weak(Weakness::two_authentications));
  if (!client) return tl::unexpected(client.error());
  if (auto known = check_client(call, *client, kDeviceGrant); !known) {
    return tl::unexpected(known.error());
  }
  auto scope = read_scope(*fields);
  if (!scope) return tl::unexpected(scope.error());
  auto audiences = read_audiences(*fields);
  if (!audiences) return tl::unexpected(audiences.error());
  Granted wish{
      .client_id = client->id, .scope = std::move(*scope), .audiences = std::move(*audiences)};
  // Nobody has to type a code in a test: the hint is enough.
  const std::string hint = base::form_value(*fields, "login_hint");
  if (call.weak(Weakness::hint_logs_in) && is_subject(hint)) wish.subject = hint;
  return wish;
}

http::Response show(const Call& call, const std::string& user_code, bool entered) {
  const auto wish = call.provider.devices.find(user_code, call.issuer->name());
  if (!wish) return device_code_page(entered ? "No device waits for that code." : "");
  std::string browser = cookie(call.request, kDeviceCookie);
  if (browser.empty()) browser = base::random_hex(16);
  const auto client = find_client(call, wish->client_id);
  const bool named = client && !client->name.empty();
  http::Response response =
      device_login_page(*wish, {.client = named ? client->name : wish->client_id,
                                .user_code = user_code,
                                .browser = browser});
  set_cookie(call, response, kDeviceCookie, browser);
  return response;
}

http::Response decide(const Call& call) {
  const auto form = read_form(call.request);
  if (!form) return error_page(form.error());
  const std::string browser = cookie(call.request, kDeviceCookie);
  if (browser.empty() || base::form_value(*form, "browser") != browser) {
    return error_page({"invalid_request", "another browser was shown this page"});
  }
  const std::string user_code = base::form_value(*form, "user_code");
  auto wish = call.provider.devices.find(user_code, call.issuer->name());
  if (!wish) return device_code_page("No device waits for that code.");
  const bool denied = !base::form_value(*form, "deny").empty();
  wish->subject = base::form_value(*form, "user");
  if (!denied && !is_subject(wish->subject)) {
    return error_page({"invalid_request", "user is missing or no name"});
  }
  wish->auth_time = call.provider.clock.epoch_seconds();
  call.provider.devices.decide(user_code, call.issuer->name(),
                               denied ? std::nullopt : std::move(wish));
  return html_page(200, denied ? "Denied" : "Allowed",
                   "<p>You can go back to your device, and close this page.</p>\n");
}

}  // namespace

http::Response device_authorization(const Call& call) {
  if (!allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  auto wish = read_wish(call);
  if (!wish) return refused(wish.error());
  const DeviceCodes codes = call.provider.devices.begin(call.issuer->name(), std::move(*wish));
  const std::string page = call.issuer->base() + "/device";
  jose::Members answer;
  answer.set_string("device_code", codes.device_code);
  answer.set_string("user_code", codes.user_code);
  answer.set_string("verification_uri", page);
  answer.set_string("verification_uri_complete", page + "?user_code=" + codes.user_code);
  answer.set_number("expires_in", Devices::kLife.count());
  answer.set_number("interval", Devices::kInterval.count());
  return not_stored(http::Response::json(200, answer.to_json()));
}

http::Response device_page(const Call& call) {
  if (!allows(call.request, "GET, HEAD, POST")) return method_not_allowed("GET, HEAD, POST");
  if (call.request.method == "POST") return decide(call);
  const std::string code = base::form_value(base::parse_form(call.request.query), "user_code");
  return show(call, code, !code.empty());
}

}  // namespace idp
