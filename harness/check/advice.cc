#include "harness/check/advice.h"

#include <algorithm>
#include <vector>

#include "common/base/text.h"

namespace check {
namespace {

/// How one framework mends it, by its name in TargetFacts.
struct FrameworkFix {
  std::string_view framework;
  std::string_view fix;
};

struct AdviceRow {
  std::string_view cause;  ///< a glob
  std::string_view why;
  std::string_view fix;
  std::vector<FrameworkFix> recipes = {};
};

/// The first row that matches counts.
const std::vector<AdviceRow>& advice_table() {
  static const std::vector<AdviceRow> rows = {
      {"5?? instead of *",
       "An unauthenticated client can trigger an unhandled error with a single request, and MCP "
       "clients retry a 5xx instead of logging in.",
       "Catch every error of the token verification in one place and answer 401 with "
       "WWW-Authenticate.",
       {{"express",
         "Await the verification inside try/catch and answer `res.status(401).set("
         "'WWW-Authenticate', …)`; in Express 4 an error of an async handler has to be passed to "
         "`next(error)`."},
        {"nest",
         "Catch the verification's errors in the guard and throw `UnauthorizedException`; an "
         "exception filter adds WWW-Authenticate."},
        {"fastapi",
         "Catch the base error of the verifier (`jwt.PyJWTError`, `jose.JWTError`, and "
         "`ValueError`) and raise `HTTPException(401, headers={'WWW-Authenticate': 'Bearer …'})`."},
        {"starlette",
         "Let the `TokenVerifier` return None for every token that it cannot verify, also where "
         "the library raises `ValueError` or `TypeError`."},
        {"flask",
         "Catch the verifier's errors and `abort(401, www_authenticate=…)`, or register an error "
         "handler for them."},
        {"spring",
         "Make the `JwtDecoder` throw `BadJwtException`, which the resource server answers with "
         "401; other exceptions become 500."},
        {"aspnet",
         "Call `context.Fail(…)` in `JwtBearerEvents` instead of throwing; the challenge then is "
         "401."},
        {"go",
         "Return the verifier's error to the middleware instead of panicking, and answer "
         "401 for each of them."}}},
      {"no response to invalid credentials",
       "One request with an invalid token makes the server drop the connection or hang, so an "
       "unauthenticated client can do that to it at any time.",
       "Catch every error of the token verification, give it a time limit, and answer 401 with "
       "WWW-Authenticate."},
      {"401 without WWW-Authenticate",
       "Without the field a client does not learn that, where and how to log in.",
       "Add WWW-Authenticate to every 401, with resource_metadata where the server has metadata.",
       {{"fastapi",
         "Pass `headers={'WWW-Authenticate': 'Bearer resource_metadata=\"…\"'}` to each "
         "`HTTPException(401)`."},
        {"express",
         "Call `res.set('WWW-Authenticate', 'Bearer resource_metadata=\"…\"')` before "
         "each 401, or use the SDK's `requireBearerAuth` with `resourceMetadataUrl`."},
        {"nest", "Set WWW-Authenticate in the exception filter for `UnauthorizedException`."},
        {"spring",
         "Keep `BearerTokenAuthenticationEntryPoint` (the default of "
         "`oauth2ResourceServer`) instead of an entry point of your own."},
        {"aspnet",
         "Let the JwtBearer handler write the challenge: do not call `HandleResponse()` "
         "in `OnChallenge` without setting the field."}}},
      {"403 instead of *",
       "An MCP client logs in again at 401. At 403 it gives up, or asks the user for scopes that "
       "do not help.",
       "Answer 401 with WWW-Authenticate where credentials are missing or invalid, and 403 only "
       "where a valid token lacks a scope.",
       {{"fastapi",
         "Create `HTTPBearer(auto_error=False)` and raise `HTTPException(401)` yourself: "
         "older versions answer 403 where no token was sent."},
        {"spring",
         "Configure `oauth2ResourceServer(o -> o.jwt(…))`, whose entry point answers 401; "
         "without an entry point the default is 403."},
        {"express",
         "Use 401 in the middleware's error branch: `res.sendStatus(403)` after a failed "
         "`jwt.verify` is a common sample to copy."}}},
      {"400 instead of 401*",
       "A client reads 400 as a mistake in its request, so it neither renews its token nor logs "
       "in.",
       "Answer 401 with WWW-Authenticate and error=\"invalid_token\" for tokens that cannot be "
       "verified; 400 is for requests that cannot be read."},
      {"404 instead of 401*",
       "A client concludes that there is no such endpoint or session, and does not log in.",
       "Check credentials before routes and sessions are looked up, and answer 401."},
      {"2?? with a rejection inside",
       "A client takes 2xx for success: it shows the rejection as data, and neither renews its "
       "token nor logs in.",
       "Check credentials in front of the MCP handler and answer 401 with WWW-Authenticate; tool "
       "errors and JSON-RPC errors are for requests that were authorized.",
       {{"starlette",
         "Pass `auth=` to FastMCP, or wrap the app in `RequireAuthMiddleware`, instead "
         "of checking the token inside tools."},
        {"express",
         "Put the check into a middleware before `transport.handleRequest`, not into "
         "the tool handlers."}}},
      {"3?? instead of *",
       "An MCP client is no browser: it does not log in on the page that it is sent to.",
       "Answer 401 with WWW-Authenticate on the MCP endpoint; login redirects are for pages.",
       {{"spring",
         "Use a security filter chain with `oauth2ResourceServer` for the MCP path: "
         "`oauth2Login` and `formLogin` redirect."},
        {"aspnet",
         "Make JwtBearer the challenge scheme of the MCP endpoint; the cookie handler "
         "redirects to its login path."},
        {"flask",
         "Return 401 from `login_manager.unauthorized_handler` for the MCP path; "
         "`login_required` redirects."}}},
  };
  return rows;
}

}  // namespace

std::optional<Advice> advice_for(std::string_view cause, std::string_view framework) {
  const auto& rows = advice_table();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const AdviceRow& one) {
    return base::matches_glob(one.cause, cause);
  });
  if (cause.empty() || row == rows.end()) return std::nullopt;
  const auto recipe =
      std::find_if(row->recipes.begin(), row->recipes.end(),
                   [&](const FrameworkFix& one) { return one.framework == framework; });
  return Advice{std::string(row->why),
                std::string(recipe == row->recipes.end() ? row->fix : recipe->fix)};
}

}  // namespace check
