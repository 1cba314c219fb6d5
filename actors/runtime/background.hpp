#pragma once

namespace lithair::actors {

/// Has the calling thread's work wait for that of all others, for good: for work that is long and
/// that no heartbeat waits for, so that with few processors it holds up no loop. It must take no
/// lock that others wait for. Names the thread, too. Repeated calls cost nothing.
void work_in_background(const char* name);

}  // namespace lithair::actors
