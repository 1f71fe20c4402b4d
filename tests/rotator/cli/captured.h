// What this process writes to one of its standard streams, while this lives.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace testing {

class Captured {
 public:
  // `descriptor` is STDOUT_FILENO or STDERR_FILENO.
  explicit Captured(int descriptor) : descriptor_(descriptor), file_(std::tmpfile()) {
    flush();
    kept_ = dup(descriptor_);
    dup2(fileno(file_), descriptor_);
  }
  ~Captured() {
    flush();
    dup2(kept_, descriptor_);
    close(kept_);
    std::fclose(file_);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  // All that was written so far.
  std::string text() const {
    flush();
    std::string all;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = pread(fileno(file_), buffer, sizeof buffer, static_cast<off_t>(all.size()))) > 0)
      all.append(buffer, static_cast<std::size_t>(got));
    return all;
  }

 private:
  static void flush() {
    std::cout.flush();
    std::cerr.flush();
    std::fflush(nullptr);
  }

  int descriptor_;
  std::FILE* file_;
  int kept_ = -1;
};

}  // namespace testing
