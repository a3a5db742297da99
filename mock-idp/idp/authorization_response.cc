#include "mock-idp/idp/authorization_response.h"

#include "mock-idp/idp/html_page.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

void add_state_and_issuer(const Call& call, const ReturnAddress& back,
                          base::FormFields& parameters) {
  if (!back.state.empty() && !call.weak(Weakness::state_dropped)) {
    parameters.emplace_back("state", back.state);
  }
  if (call.weak(Weakness::iss_missing)) return;
  parameters.emplace_back(
      "iss", call.weak(Weakness::iss_wrong) ? call.issuer->url() + "/other" : call.issuer->url());
}

}  // namespace

http::Response answer_client(const Call& call, const ReturnAddress& back,
                             base::FormFields parameters) {
  add_state_and_issuer(call, back, parameters);
  if (back.mode == ResponseMode::form_post) return posting_page(back.redirect_uri, parameters);
  const bool has_query = back.redirect_uri.find('?') != std::string::npos;
  const char separator = back.mode == ResponseMode::fragment ? '#' : has_query ? '&' : '?';
  http::Response response{.status = call.request.method == "POST" ? 303 : 302};
  response.headers = {{"Location", back.redirect_uri + separator + base::encode_form(parameters)},
                      {"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"}};
  return response;
}

}  // namespace idp
