// Progress: how far a command is, for whoever waits: a bar that is drawn over on a terminal, now
// and then a line where there is none.
#pragma once

#include <iosfwd>
#include <string>

#include "rotator/ports/clock.h"

namespace scenarios {

enum class ProgressForm { none, bar, lines };

class Progress {
 public:
  // A line at most so often, and none before the first has passed.
  static constexpr ports::Duration between_lines = std::chrono::seconds(10);
  // The time left is told of what takes longer than this.
  static constexpr ports::Duration soon = std::chrono::seconds(1);

  // Both must outlive this. Not for several threads at once.
  Progress(std::ostream& out, const ports::Clock& clock, ProgressForm form);
  // Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of 1 is behind us, now at `what`. Never goes back: less than before counts as before.
  void show(double done, const std::string& what);

 private:
  std::string left(ports::Duration elapsed) const;
  void draw(const std::string& text);

  std::ostream& out_;
  const ports::Clock& clock_;
  const ProgressForm form_;
  const ports::Instant begun_;
  ports::Instant said_;
  double done_ = 0;
  std::string drawn_ = {};
};

}  // namespace scenarios
