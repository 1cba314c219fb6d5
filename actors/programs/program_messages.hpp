#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/replies_to.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include "actors/links/basp_filter.hpp"
#include "actors/links/message_shape.hpp"

/// What programs outside of the cluster and the nodes that let them in say to each other through
/// CAF's middleman: one request, one answer. CAF puts the names of these types on the wire, so they
/// stay as they are; what is said lies in `bytes`, which program_codec.hpp reads and writes, and
/// may become more with another `version`.
namespace lithair::actors {

/// Of the bytes. A node answers a request of a version that it does not know by saying so.
inline constexpr std::uint32_t program_version = 1;

/// From a program to the actor that a node offers it.
struct program_request {
  std::uint32_t version = program_version;
  std::uint64_t number = 0;  ///< the program's own, given back
  std::string bytes;
};

/// The answer to it.
struct program_answer {
  std::uint32_t version = program_version;
  std::uint64_t number = 0;
  std::string bytes;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, program_request& x) {
  return f(x.version, x.number, x.bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, program_answer& x) {
  return f(x.version, x.number, x.bytes);
}

/// The actor that a node offers to a program: all that it can reach there.
using node_for_programs = caf::typed_actor<caf::replies_to<program_request>::with<program_answer>>;

/// Requests of one program that a node works on at a time; a program keeps more to itself.
inline constexpr std::size_t most_program_requests = 64;
/// Bytes of a request, and of an answer.
inline constexpr std::size_t longest_program_request = (2 << 20) - 4096;
inline constexpr std::size_t longest_program_answer = (8 << 20) - 4096;

/// All that may cross between a program and a node.
std::vector<message_shape> program_shapes();
/// Bounds of it at the node, whose peer is the program; at the program the two are exchanged.
basp_filter::limits program_limits();

}  // namespace lithair::actors

CAF_BEGIN_TYPE_ID_BLOCK(lithair_programs, first_custom_type_id)
CAF_ADD_TYPE_ID(lithair_programs, (lithair::actors::program_request))
CAF_ADD_TYPE_ID(lithair_programs, (lithair::actors::program_answer))
CAF_END_TYPE_ID_BLOCK(lithair_programs)
