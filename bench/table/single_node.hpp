#pragma once

#include "bench/fill.hpp"
#include "bench/table/row.hpp"
#include "test/cluster/harness/cluster.hpp"

namespace lithair::bench {

/// One node with models of its own.
class single_node {
 public:
  single_node(const char* models, const settings& how);

  std::uint16_t port() const { return node_.port(0); }
  test::http_client client() const { return node_.client(0, std::chrono::seconds{120}); }
  test::process& process() { return node_.at(0); }
  /// Drives it; its writes' numbers go on where those before ended.
  load_result write(load_plan plan);
  /// Kills it and starts it again; seconds until it is ready.
  double restart();

 private:
  models_file models_;
  test::cluster node_;
  std::uint64_t next_number_ = 0;
};

/// One node with records that are numbered.
class record_node : public single_node {
 public:
  explicit record_node(const settings& how);

  /// Creates those that it lacks of so many.
  void fill_to(std::uint64_t records, std::size_t payload);
  /// More of them, over 64 connections.
  load_result post(const settings& how);
  /// Any of those that it was filled with, over 64.
  load_result get(const settings& how);

 private:
  std::uint64_t records_ = 0;
};

}  // namespace lithair::bench
