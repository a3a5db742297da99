#pragma once

#include <memory>

namespace CLI {
class FormatterBase;
}

namespace cli {

/// How --help looks: what the command does, its usage, options in two aligned columns wrapped at
/// the terminal's width, examples last.
std::shared_ptr<CLI::FormatterBase> help_formatter();

}  // namespace cli
