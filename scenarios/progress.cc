#include "scenarios/progress.h"

#include <algorithm>
#include <ostream>

#include "rotator/calls/times.h"
#include "rotator/calls/utf8.h"

namespace scenarios {
namespace {

constexpr std::size_t bar_width = 30;
// With the bar and the time left a line holds on a terminal of 80 columns.
constexpr std::size_t longest_name = 30;

}  // namespace

Progress::Progress(std::ostream& out, const ports::Clock& clock, ProgressForm form)
    : out_(out), clock_(clock), form_(form), begun_(clock.now()), said_(begun_) {}

Progress::~Progress() {
  if (!drawn_.empty()) out_ << "\r\033[K" << std::flush;
}

void Progress::show(double done, const std::string& what) {
  if (form_ == ProgressForm::none) return;
  done_ = std::clamp(done, done_, 1.0);
  const auto now = clock_.now();
  const auto name = rotator::printable(what).substr(0, longest_name);
  if (form_ == ProgressForm::lines) {
    if (now < said_ + between_lines) return;
    said_ = now;
    out_ << "rehearse: " << static_cast<int>(done_ * 100) << " % " << name << left(now - begun_)
         << std::endl;
    return;
  }
  const auto filled = static_cast<std::size_t>(done_ * bar_width);
  draw("[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] " + name +
       left(now - begun_));
}

std::string Progress::left(ports::Duration elapsed) const {
  if (elapsed < soon || done_ <= 0) return "";
  const auto rest = std::chrono::duration<double>(elapsed) * ((1 - done_) / done_);
  return ", " + rotator::to_text(std::chrono::ceil<std::chrono::seconds>(rest)) + " left";
}

void Progress::draw(const std::string& text) {
  if (text == drawn_) return;
  drawn_ = text;
  out_ << "\r\033[K" << text << std::flush;
}

}  // namespace scenarios
