#pragma once

#include <span>
#include <string>
#include <string_view>

/// Which variables of the environment are settings, and which ones look like it. Pure.
namespace lithair::apps {

/// What a variable is to this program.
enum class variable_kind {
  foreign,   ///< not ours: it has another prefix
  setting,   ///< one of the table
  platform,  ///< made by Kubernetes or Docker for a service that is called like us
  typo,      ///< so close to a setting that it must have been meant
  unknown,   ///< begins like ours and is like nothing that we know
};

/// What was found out about a variable.
struct variable_meaning {
  variable_kind kind = variable_kind::foreign;
  /// The setting that it is, or that is meant by a typo; else empty
  std::string_view setting;
};

/// `LITHAIR_NODE_ID` for `node-id`.
std::string variable_of(std::string_view setting);

/// Judges a variable by its name and, where a platform gives a name of ours to a value of its own
/// (`LITHAIR_PORT=tcp://10.96.0.1:8080` for a service called `lithair`), by its value. `settings`:
/// the names of all, in which what is found lies.
variable_meaning meaning_of(std::string_view name, std::string_view value,
                            std::span<const std::string_view> settings);

}  // namespace lithair::apps
