#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace reference_server {
struct Config;
}

namespace cli {

/// The options of `serve` for https and for tokens that are bound to a key or a certificate. They
/// count more than the environment: the function that comes back writes them over a
/// configuration.
std::function<void(reference_server::Config&)> add_binding_options(CLI::App& command);

}  // namespace cli
