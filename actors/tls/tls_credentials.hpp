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

  /// Reads the files; blocks, so not on a loop. `now` is asked on any thread.
  static tl::expected<std::shared_ptr<tls_credentials>, tls_problem> load(tls_files from,
                                                                          tls_usage how, clock now);

  /// For the next connection.
  std::shared_ptr<const tls_context> current() const;
  /// Reads the files again; blocks, so not on a loop. What can't be used leaves everything as it
  /// is: why not, as `state::trouble` says it from then on; empty: the new ones are in use.
  std::string reload();
  state now() const;

 private:
  tls_credentials(tls_files from, tls_usage how, clock now);
  tl::expected<std::shared_ptr<const tls_context>, tls_problem> read() const;

  const tls_files from_;
  const tls_usage usage_;
  const clock clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<const tls_context> current_;  // guarded by mutex_, as the next
  std::string not_taken_;                       // why the files as they are now were not
};

}  // namespace lithair::actors
