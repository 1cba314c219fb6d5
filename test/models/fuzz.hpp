#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a fuzz target consists of. Under clang with -DLITHAIR_FUZZ=ON libFuzzer drives the targets;
/// everywhere `fuzz_driver.cpp` does so with mutations of the seeds that are the same in each run.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace lithair::fuzz {

/// Inputs to start from, which reach well into the target.
std::vector<std::string> seeds();

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process: what a fuzzer and ctest both notice.
[[noreturn]] void broken(const char* promise);

inline void expect(bool holds, const char* promise) {
  if (!holds) {
    broken(promise);
  }
}

/// A model with every type and rule, for targets that need one.
inline constexpr std::string_view model_text = R"(
[models.m.fields]
id = { type = "string", primary_key = true, replicate = true }
b  = { type = "bool", replicate = true, default = true }
i  = { type = "integer", replicate = true, optional = true, validate = { min = -5, max = 5000 } }
n  = { type = "number", replicate = true, optional = true }
s  = { type = "string", replicate = true, unique = true, optional = true, validate = { max_length = 40, pattern = "^[^x]*$" } }
u  = { type = "uuid", replicate = true, optional = true, immutable = true }
m  = { type = "money", replicate = true, default = "0.10" }
t  = { type = "timestamp", replicate = true, optional = true }
e  = { type = "enum", values = ["x", "yy", "z"], replicate = true, optional = true }
h  = { type = "string", replicate = true, optional = true, expose = false, validate = { format = "email" } }
y  = { type = "bytes", replicate = true, optional = true, validate = { max_length = 30 } }
j  = { type = "json", replicate = true, optional = true }
l  = { type = "list<string>", replicate = true, merge = "union", optional = true, validate = { max_length = 5 } }
a  = { type = "list<integer>", replicate = true, merge = "append", optional = true }
c  = { type = "integer", replicate = true, merge = "add", default = 0, indexed = true }
g  = { type = "string", replicate = true, track_history = true, optional = true }
r  = { type = "string", replicate = true, optional = true, references = "m", on_delete = "set_null" }
)";

}  // namespace lithair::fuzz
