// SecretSearch: looks for any of some secrets in plain in long texts. Secrets are long, so it is
// enough to look at every so-manieth stretch of a text, and to look closer only where that is a
// stretch of a secret.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scenarios {

class SecretSearch {
 public:
  // Empty secrets are in no text.
  explicit SecretSearch(std::vector<std::string> secrets);

  bool found_in(std::string_view text) const;

 private:
  static constexpr std::size_t stretch = 8;  // bytes
  static constexpr std::size_t marks = 1 << 14;

  static std::uint64_t word(const char* at);
  static std::uint64_t mark(std::uint64_t word);

  std::vector<std::string> secrets_;
  std::size_t longest_ = 0;
  std::size_t step_ = 1;  // so that each occurrence of a secret holds one whole stretch looked at
  std::bitset<marks> marks_;  // of every stretch of every secret
};

}  // namespace scenarios
