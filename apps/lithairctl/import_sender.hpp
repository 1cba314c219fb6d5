#pragma once

#include <string>
#include <vector>

#include "apps/lithairctl/caller.hpp"
#include "apps/lithairctl/import_body.hpp"

namespace lithair::ctl {

/// What an import is.
struct import_identity {
  std::string id;      ///< of this import alone: the same again only where it is resumed
  std::string target;  ///< the path of `_bulk`
  bool skip_errors = false;
};

/// What came of a batch.
struct batch_outcome {
  std::uint64_t imported = 0;
  std::vector<rejection> rejected;  ///< in the order of the file; a record may be there twice
};

/// SHA-256 of these in hexadecimal: an Idempotency-Key that is the same whenever the same is sent
/// again.
std::string key_of(const import_identity& import, std::uint64_t batch, std::uint64_t line,
                   std::string_view body);

/// Sends batches, each all or none. Its requests follow from the batch and the answers alone, and
/// refusals are kept as answers are: sent again, all of it has the same outcome, and nothing is
/// there twice. One thread.
class import_sender {
 public:
  /// All must outlive it.
  import_sender(caller& by, const import_identity& import, const item_writer& writer)
      : by_(by), import_(import), writer_(writer) {}

  /// Throws `failure`: for the first record that can't be imported unless errors are skipped, and
  /// where the cluster refuses altogether.
  batch_outcome send(const file_batch& batch);

 private:
  using records = std::vector<file_record>;

  /// True: the piece is done, imported or rejected.
  bool send_piece(const file_batch& batch, records& piece, batch_outcome& made);
  /// Takes the blamed out of the piece.
  void reject(std::vector<rejection> blamed, records& piece, batch_outcome& made) const;
  [[noreturn]] void refuse(const std::vector<rejection>& why, exit_status status) const;

  caller& by_;
  const import_identity& import_;
  const item_writer& writer_;
  std::size_t most_ = 0;  // records of the next piece
};

}  // namespace lithair::ctl
