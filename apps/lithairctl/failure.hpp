#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace lithair::ctl {

/// How the program ends, for scripts.
enum class exit_status : int {
  ok = 0,
  failed = 1,       ///< refused, or something is wrong
  usage = 2,        ///< the command line is not what it should be
  not_found = 3,    ///< 404
  conflict = 4,     ///< 409, 412: somebody else was there before
  unavailable = 5,  ///< nobody could be reached, or all said 503: certainly not done
  unknown = 6,      ///< 504, or the connection broke: it may have been done
};

/// What these say, for `--help`.
inline constexpr auto exit_status_help =
    "Exit status: 0 done; 1 refused, or something is wrong; 2 wrong usage; 3 not found;\n"
    "4 conflict (409, 412); 5 nobody could be reached, certainly not done (503);\n"
    "6 outcome unknown (504, the connection broke).";

/// Ends a command; `what` is one sentence for people.
class failure : public std::runtime_error {
 public:
  failure(exit_status status, const std::string& sentence, std::string document = {})
      : std::runtime_error(sentence), status_(status), document_(std::move(document)) {}

  exit_status status() const { return status_; }
  /// The same for programs, as problem+json; empty: there is none but the sentence.
  const std::string& document() const { return document_; }

 private:
  exit_status status_;
  std::string document_;
};

}  // namespace lithair::ctl
