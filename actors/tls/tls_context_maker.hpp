#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actors/tls/tls_material.hpp"

struct ssl_ctx_st;
struct x509_st;

namespace lithair::actors {

/// Reads what a context is made of into it. Each step gives back what is wrong, as `tls_problem`
/// says it; empty: nothing is. Of one thread.
class tls_context_maker {
 public:
  /// `into` outlives it.
  explicit tls_context_maker(ssl_ctx_st* into);
  ~tls_context_maker();
  tls_context_maker(const tls_context_maker&) = delete;
  tls_context_maker& operator=(const tls_context_maker&) = delete;

  std::string take_certificates(const tls_material::text& of);
  /// Behind the certificates, of which it must be the first one's.
  std::string take_key(const tls_material::text& of);
  std::string take_authorities(const tls_material::text& of);
  /// Tickets of a context that is made of the same certificate and authorities count here, too.
  void set_session_scope();

  /// The own certificate, behind `take_certificates`.
  x509_st& own() const;
  /// How the certificates don't follow one another; empty: they do.
  std::string disorder() const;
  /// Why others of the same authorities, behind `take_authorities`, would not take the own
  /// certificate at either end of a connection, at whatever time; empty: they would.
  std::string why_not_equal() const;

 private:
  struct freed {
    void operator()(x509_st* x) const;
  };
  using list = std::vector<std::unique_ptr<x509_st, freed>>;

  /// All certificates of a text; says what is wrong with it.
  static std::string read(const tls_material::text& from, list& into);

  ssl_ctx_st* into_;
  list own_;
  list authorities_;
};

}  // namespace lithair::actors
