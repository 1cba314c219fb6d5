#include "apps/lithair/memory.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace lithair::apps {
namespace {

/// Of a program or library, what nobody can have changed: it lies in its file as it does here.
int let_go_of_code(dl_phdr_info* of, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < of->dlpi_phnum; ++i) {
    const auto& part = of->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) continue;
    const auto first = (of->dlpi_addr + part.p_vaddr) & ~(page - 1);
    const auto size = of->dlpi_addr + part.p_vaddr + part.p_memsz - first;
    // Where it is refused it stays, which is no harm.
    madvise(std::bit_cast<void*>(first), size, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void keep_memory_small() {
  // By itself it would take ever larger pieces for usual, once one was given back: then what LMDB
  // allocates and does not use is memory that was used before, and is cleared.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

void let_go_of_the_start() {
  malloc_trim(0);
  dl_iterate_phdr(&let_go_of_code, nullptr);
}

}  // namespace lithair::apps
