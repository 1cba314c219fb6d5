#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <tl/expected.hpp>

#include "actors/tls/tls_context.hpp"
#include "actors/tls/tls_files.hpp"

namespace lithair::actors {

/// What is asked of the files beyond that they can be used.
struct tls_demands {
  bool dials = false;  ///< whether connections begin here, too
  /// Why the own certificate is not one for this node: a sentence's end behind the file's name;
  /// empty: it is
  std::function<std::string(const certificate&)> why_not_own = {};
};

/// Who a node is to others, as its operator keeps it in files: read at the start, and again when
/// they have been replaced. Connections keep the context under which they began. Any thread.
class tls_credentials {
 public:
  /// Seconds since 1970.
  using clock = std::function<std::int64_t()>;

  /// As it stands now.
  struct state {
    certificate own;
    bool asks_certificate = false;
    std::int64_t left_s = 0;  ///< seconds until the certificate ends; negative: since it has
    /// What the operator should know: files that were not taken, `tls_context::concern`. Empty:
    /// nothing
    std::string trouble;
  };

  /// Reads the files; blocks, so not on a loop. `now` is asked on any thread. `how`: of connections
  /// that come in; those that begin here are used alike.
  static tl::expected<std::shared_ptr<tls_credentials>, tls_problem> load(tls_files from,
                                                                          tls_usage how, clock now,
                                                                          tls_demands what = {});

  /// For the next connection that comes in.
  std::shared_ptr<const tls_context> current() const;
  /// For the next one that begins here; none, unless that was demanded.
  std::shared_ptr<const tls_context> dialling() const;
  /// Reads the files again; blocks, so not on a loop. What can't be used leaves everything as it
  /// is: why not, as `state::trouble` says it from then on; empty: the new ones are in use.
  std::string reload();
  state now() const;

 private:
  struct contexts {
    std::shared_ptr<const tls_context> accepting;
    std::shared_ptr<const tls_context> dialling;
  };

  tls_credentials(tls_files from, tls_usage how, clock now, tls_demands what);
  tl::expected<contexts, tls_problem> read() const;

  const tls_files from_;
  const tls_usage usage_;
  const clock clock_;
  const tls_demands demands_;
  mutable std::mutex mutex_;
  contexts current_;       // guarded by mutex_, as the next
  std::string not_taken_;  // why the files as they are now were not
};

}  // namespace lithair::actors
