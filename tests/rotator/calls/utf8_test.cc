#include "rotator/calls/utf8.h"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(printable_text_keeps_letters_and_shows_what_would_move_a_cursor) {
  BOOST_TEST(rotator::printable("pl\u00e4n\n\t\u2192 \U0001f600") ==
             "pl\u00e4n\n\t\u2192 \U0001f600");
  BOOST_TEST(rotator::printable("\033[31m\a\x7f\r") == "\\x1b[31m\\x07\\x7f\\x0d");
  BOOST_TEST(rotator::printable("\xc2\x9b"
                                "2J") == "\\x9b2J");
  BOOST_TEST(rotator::printable("\xff\xc2") == "\\xff\\xc2");
  BOOST_TEST(rotator::printable("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
