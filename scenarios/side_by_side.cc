#include "scenarios/side_by_side.h"

#include <future>
#include <vector>

namespace scenarios {

void side_by_side(unsigned threads, const std::function<void()>& work) {
  std::vector<std::future<void>> all;  // a future of std::async waits when it is destroyed
  for (unsigned i = 1; i < threads; ++i) all.push_back(std::async(std::launch::async, work));
  all.push_back(std::async(std::launch::deferred, work));
  for (auto one = all.rbegin(); one != all.rend(); ++one) one->get();
}

}  // namespace scenarios
