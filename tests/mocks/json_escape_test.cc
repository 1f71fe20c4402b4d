#include "mocks/json_escape.h"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>
#include <string>

namespace mocks {

BOOST_AUTO_TEST_SUITE(json_escape_suite)

BOOST_AUTO_TEST_CASE(a_plain_run_ends_at_the_first_character_that_is_not_plain) {
  const std::string plain = "abcdefghijklmnopqrstuvwxyz 0123456789 /<>&'\x7f\xc3\xa9\xe2\x80\xa6";
  for (const char odd : {'"', '\\', '\n', '\0', '\x1f', '<', '\xE2'})
    for (std::size_t length = 0; length <= 40; ++length) {
      const std::string text(length, 'x');
      BOOST_TEST((plain_run<'<', '\xE2'>(text)) == length);
      for (std::size_t at = 0; at < length; ++at) {
        std::string spoilt = text;
        spoilt[at] = odd;
        BOOST_TEST((plain_run<'<', '\xE2'>(spoilt)) == at);
        BOOST_TEST(plain_run<>(spoilt) == (needs_escape(odd) ? at : length));
      }
    }
  BOOST_TEST(plain_run<>(plain) == plain.size());
  BOOST_TEST((plain_run<'&'>(plain)) == plain.find('&'));
}

BOOST_AUTO_TEST_CASE(a_plain_run_looks_at_no_character_but_the_texts) {
  BOOST_TEST(rc::check("neighbours", [] {
    const auto text = *rc::gen::string<std::string>();
    std::size_t expected = 0;
    while (expected < text.size() && !needs_escape(text[expected])) ++expected;
    const std::string neighbours = "\"" + text + "\"";
    RC_ASSERT(plain_run<>(std::string_view(neighbours).substr(1, text.size())) == expected);
  }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace mocks
