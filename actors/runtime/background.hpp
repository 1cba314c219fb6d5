#pragma once

namespace lithair::actors {

/// Has the calling thread's work wait for that of all others, for good: for work that is long and
/// that no heartbeat waits for, so that with few processors it holds up no loop. It must take no
/// lock that others wait for. Names the thread, too. Repeated calls cost nothing.
void work_in_background(const char* name);

/// While it lives the calling thread takes no processor from another when it wakes, and gets its
/// share of it all the same: for work that goes on in many small pieces, and may hold locks.
class at_leisure {
 public:
  /// `is`: or nothing is changed.
  explicit at_leisure(bool is);
  ~at_leisure();
  at_leisure(const at_leisure&) = delete;
  at_leisure& operator=(const at_leisure&) = delete;

 private:
  bool is_;
};

}  // namespace lithair::actors
