#pragma once

#include <cstdint>
#include <string>

#include "apps/lithairctl/item_model.hpp"

namespace lithair::ctl {

/// Makes items that fit a model, as far as a description of it tells how.
class item_sampler {
 public:
  /// Fields that an item must have, texts of about `size` bytes in all.
  item_sampler(item_model model, std::size_t size, std::string mark);
  /// An item in JSON in which `{n}` stands for a number that no other has.
  item_sampler(std::string pattern, std::string mark);

  /// No two have the same texts. Any thread.
  std::string make(std::uint64_t number) const;
  /// Empty, or what it can't make up.
  const std::string& trouble() const { return trouble_; }

 private:
  boost::json::value value_of(const item_field& field, std::uint64_t number) const;

  item_model model_;
  std::string pattern_;
  std::string mark_;
  std::string trouble_;
  std::size_t padding_ = 0;
};

}  // namespace lithair::ctl
