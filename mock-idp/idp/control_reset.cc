#include <nlohmann/json.hpp>

#include "mock-idp/idp/control.h"

namespace idp {

Obeyed<http::Response> reset(const ControlCall& call) {
  call.provider.reset();
  return control_answer({{"reset", true}});
}

Obeyed<http::Response> steer_upstream(const ControlCall& call) {
  call.provider.upstream_status = static_cast<int>(call.integer("status"));
  return control_answer({{"status", call.provider.upstream_status.load()}});
}

}  // namespace idp
