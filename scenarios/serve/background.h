// Background: a process that goes on in the background once it is ready, and whose caller waits
// just until then: `eval "$(rehearse serve --env --background)"`.
#pragma once

#include <optional>
#include <string>

#include "rotator/ports/result.h"

namespace scenarios {

class Background {
 public:
  Background() = default;
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Goes on in a child: in it returns nothing. In the caller waits until the child is ready or has
  // ended, and returns the exit code to end with at once: 0, or that of the child. To be called
  // while the process has one thread, and before what a child does not inherit.
  std::optional<int> begin();

  // In the child, once what it has to say on stdout is said: leaves the terminal and every pipe
  // (stdin and stdout are /dev/null from now on, stderr goes to the file `log`, the working folder
  // is /), and lets the caller end. Error when the log cannot be written, or nobody waits any more.
  ports::Status ready(const std::string& log);

 private:
  int told_ = -1;  // the child's end of a pipe
};

}  // namespace scenarios
