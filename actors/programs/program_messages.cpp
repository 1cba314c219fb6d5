#include "actors/programs/program_messages.hpp"

#include "actors/links/shape_of.hpp"

namespace lithair::actors {

namespace {

// What CAF puts around the bytes: types, numbers, lengths.
constexpr std::uint32_t around = 4096;

}  // namespace

std::vector<message_shape> program_shapes() {
  return {shape_of<program_request>(), shape_of<program_answer>()};
}

basp_filter::limits program_limits() {
  basp_filter::limits most;
  most.payload = longest_program_request + around;
  most.own_payload = longest_program_answer + around;
  return most;
}

}  // namespace lithair::actors
