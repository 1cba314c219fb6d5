#pragma once

#include <string>
#include <string_view>

#include "protocol/core.hpp"

/// Short texts for logs, traces and transcripts. Stable: transcripts compare them.
namespace lithair::protocol {

/// As one word with hyphens: "pre-candidate".
std::string_view to_string(role which);
/// "taken" for `none`.
std::string_view to_string(refusal why);
/// "begun" for `none`.
std::string_view to_string(raft_core::change_refusal why);

/// "3@7 set x": index, term, then what it is.
std::string to_string(const entry& one);
/// "1 2 3", learners as "4?", and when joint "1 2 4 <- 1 2 3".
std::string to_string(const configuration& members);
/// "append term=2 prev=4@1 commit=3 [5@2 a]" and the like.
std::string to_string(const message& content);

}  // namespace lithair::protocol
