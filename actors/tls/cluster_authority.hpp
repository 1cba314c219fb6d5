#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "actors/tls/certificate.hpp"

namespace lithair::actors {

/// For whom a certificate is: who it names as subject alternative names.
struct certified_names {
  std::string common_name;         ///< for people
  std::string uri;                 ///< as what it counts
  std::vector<std::string> hosts;  ///< names and addresses, by which clients come
};

/// A key of P-256 that was made here, and what asks for a certificate for it; in PEM.
struct key_and_request {
  std::string key;
  std::string request;  ///< PKCS #10, signed with the key
};
/// Throws std::runtime_error.
key_and_request make_key(const std::string& common_name);

/// Another request for a key that is there, in PEM. Throws std::runtime_error.
std::string request_for(const std::string& key);

/// What a join token says to who holds it.
struct token_facts {
  std::string authority;     ///< SHA-256 of the authority's certificate, 32 bytes
  std::uint64_t number = 0;  ///< in the book of the cluster that made it
  std::int64_t expires = 0;  ///< seconds since 1970
};
/// Of a token as it was given; or why it is none. Whether it counts only the authority can tell.
tl::expected<token_facts, std::string> read_token(std::string_view token);

/// SHA-256 of a certificate in PEM, 32 bytes; empty when it is none.
std::string digest_of(std::string_view certificate);
/// SHA-256 of the public key that a request in PEM is for, 32 bytes; empty when it is no request.
std::string key_digest_of(std::string_view request);

/// The authority of one cluster: its certificate and key of P-256. It certifies nodes, and makes
/// and judges the tokens by which they ask for that. Immutable; any thread. What it does takes a
/// millisecond at most.
class cluster_authority {
 public:
  static constexpr std::int64_t node_days = 90;  ///< that a node's certificate counts
  static constexpr std::size_t most_hosts = 16;
  static constexpr std::size_t longest_request = 16 << 10;

  /// A new one, for ten years from `now`. Throws std::runtime_error.
  static cluster_authority make(std::int64_t now);
  /// As it was kept, in PEM; or what is wrong.
  static tl::expected<cluster_authority, std::string> read(const std::string& certificate,
                                                           const std::string& key);
  ~cluster_authority();
  cluster_authority(cluster_authority&& other) noexcept;
  cluster_authority& operator=(cluster_authority&& other) noexcept;

  const std::string& certificate() const;  ///< in PEM
  const std::string& key() const;          ///< likewise; whoever has it is any node

  /// A certificate in PEM for the key of the request, whoever that says to be; or why not: a
  /// sentence without a full stop.
  tl::expected<std::string, std::string> certify(const std::string& request,
                                                 const certified_names& whom,
                                                 std::int64_t now) const;
  /// The key of this authority for the holder of the request's key and nobody else, who opens it
  /// with `open_sealed`. Behind `certify`, which has judged the request.
  std::string sealed_key_for(const std::string& request) const;

  /// Whoever shows it until then is to be certified, as whatever node, as long as the cluster's
  /// book of tokens has one of this number.
  std::string make_token(std::uint64_t number, std::int64_t expires) const;
  /// Why a token does not count, whatever the book says; empty: that has the word. It takes the
  /// same time whatever is shown.
  std::string why_not(std::string_view token, std::int64_t now) const;

  /// What shows that its maker has this authority's key: for an hour, as clocks differ by as much.
  std::string make_proof(std::int64_t now) const;
  /// Whether it is one. It takes the same time whatever is shown.
  bool proves(std::string_view proof, std::int64_t now) const;

 private:
  struct parts;
  explicit cluster_authority(std::unique_ptr<parts> made);
  std::string code_of(std::string_view said) const;

  std::unique_ptr<parts> parts_;
};

/// Of a certificate in PEM, the first of several; or that it is none.
tl::expected<certificate, std::string> facts_of(const std::string& of);

}  // namespace lithair::actors
