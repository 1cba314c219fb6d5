#pragma once

namespace lithair::apps {

/// Has the heap give large pieces back at once, and take them without touching them. Before other
/// threads begin.
void keep_memory_small();

/// Gives the system back what only starting needed: free parts of the heap, and pages of code,
/// which are read again from the page cache where they are needed after all. Takes a millisecond.
/// Any thread; once is enough, when all has started.
void let_go_of_the_start();

}  // namespace lithair::apps
