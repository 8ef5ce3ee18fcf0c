// SPDX-License-Identifier: Apache-2.0
// How a signal ends a run: everything that waits gives up, so that what the kit has started is
// ended and what has been judged is reported.
#pragma once

#include <sys/types.h>
#include <csignal>

#include <chrono>
#include <string>

namespace confd::kit {

/// Thrown by wait_for_descriptor() once a signal has asked for the end of the run. It is no error
/// of anything that waits: only the runner catches it.
struct Interrupted {};

/// While one of these lives, SIGINT, SIGTERM and SIGHUP (unless they were ignored before, as by
/// nohup) end the run and not the process. A second one ends the process at once, and the process
/// groups that are listed with it. There is one in a process.
class Interruption {
  public:
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();
};

/// The name of the signal that has ended the run, such as "SIGTERM"; empty while none has.
std::string interrupted_by();

/// Whether poll's `events` came up, at the latest at the deadline. Throws Interrupted.
bool wait_for_descriptor(int descriptor, short events,
                         std::chrono::steady_clock::time_point deadline);
/// The same for those that clean up: no signal ends it early.
bool wait_uninterrupted(int descriptor, short events,
                        std::chrono::steady_clock::time_point deadline);

/// Held from before a process is started until its group is listed: a signal that ends this process
/// at once waits for that, and nothing is left behind.
class Starting {
  public:
    Starting();
    ~Starting();
    Starting(const Starting&) = delete;
    Starting& operator=(const Starting&) = delete;

  private:
    sigset_t before_{};
};

/// Lists a process group, to be ended by SIGKILL with this process.
void list_group(pid_t group);
void unlist_group(pid_t group);

}  // namespace confd::kit
