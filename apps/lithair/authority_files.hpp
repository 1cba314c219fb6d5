#pragma once

#include <functional>
#include <string>

#include "actors/tls/cluster_authority.hpp"
#include "apps/lithair/authority_change.hpp"
#include "apps/lithair/secure_files.hpp"

namespace lithair::apps {

/// The content; throws std::runtime_error when it is missing.
std::string read_text(const std::string& path);
/// The authority that certifies the node which keeps these; throws std::runtime_error.
actors::cluster_authority authority_in(const secure_files& kept);

/// What a node with --secure keeps of authorities, and how one takes the place of another there:
/// each step is whole or not there, whenever the process ends, and may be done again. Blocks; of
/// one thread. Throws storage_error and std::runtime_error.
///
///     DIR/tls            ca.pem            ca.key  node.*   next/                    previous/
///     settled            one               its     its      -                        -
///     offer              one               its     its      node.key request.pem     -
///     trust              one, next         its     its      … ca.pem ca.key          -
///     adopt              next, one         next's  next's   -                        ca.pem ca.key
///     settle             next              next's  next's   -                        -
class authority_files {
 public:
  explicit authority_files(secure_files kept);

  /// Ends what an end of the process has interrupted; before anything else.
  void recover() const;
  /// As it stands now.
  own_authorities now() const;
  actors::cluster_authority current() const { return authority_in(kept_); }
  /// With which the node does as with its own meanwhile; only where `own_authorities::other` is.
  actors::cluster_authority other() const;

  /// The request for a key that is made for the next authority, and stays until that is over.
  /// `anew`: what was offered before is of no use.
  std::string offer(bool anew) const;
  /// Opens the key of the next authority, and has the node trust both. False: that was not sealed
  /// for what was offered.
  bool trust(const std::string& next, const std::string& sealed) const;
  /// Has the node show what the next authority certifies it by. `certify`: makes that certificate
  /// of a request.
  void adopt(const std::function<std::string(const actors::cluster_authority& by,
                                             const std::string& request)>& certify) const;
  /// Trusts the one alone that certifies the node, and keeps nothing of any other.
  void settle() const;

 private:
  void carry_over() const;
  /// With a rename first, so that it is gone at once.
  static void drop(const std::string& directory);

  const secure_files kept_;
};

}  // namespace lithair::apps
