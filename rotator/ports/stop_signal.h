// StopSignal: "please end", asked once and seen by everybody who waits: sleeps and streams wake, a
// send() under way is finished. Asked by SIGTERM or SIGINT (StopOnSignals) or by a thread of ours.
#pragma once

namespace ports {

class StopSignal {
 public:
  // Takes one file descriptor (eventfd); ends the process when there is none left.
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Asks. May be called from any thread and from a signal handler, any number of times.
  void request() noexcept;

  // True from the first request() on, for good.
  bool requested() const noexcept;

  // Readable from the first request() on, for good: for poll(2) beside a socket. Never read it.
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_ = -1;
};

// While it lives, SIGTERM and SIGINT ask `stop` instead of ending the process. At most one a
// process at a time (checked); restores the former handlers. `stop` must outlive it.
class StopOnSignals {
 public:
  explicit StopOnSignals(StopSignal& stop);
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;
};

}  // namespace ports
