// Secret: what it gives away and what it does not.
#include "rotator/ports/secret.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <type_traits>

BOOST_AUTO_TEST_SUITE(secret)

using ports::Secret;

BOOST_AUTO_TEST_CASE(wipes_the_string_it_is_made_of) {
  std::string plain = "synthetic-secret-one-0001";
  const Secret secret(std::move(plain));
  BOOST_TEST(plain.empty());  // NOLINT(bugprone-use-after-move): the promise is that it is wiped
  BOOST_TEST(secret.reveal_to_wire() == "synthetic-secret-one-0001");
}

// The bytes of the object itself, not of what it points to.
template <typename Object>
bool holds(const Object& object, std::string_view text) {
  return std::string_view(reinterpret_cast<const char*>(&object), sizeof object).find(text) !=
         std::string_view::npos;
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_a_short_value_where_it_was) {
  std::string plain = "short-one";
  BOOST_TEST(holds(plain, "short-one"));
  Secret first(std::move(plain));
  // NOLINTBEGIN(bugprone-use-after-move): the promise is about what a move leaves behind
  BOOST_TEST(!holds(plain, "short-one"));
  Secret second(std::move(first));
  Secret third;
  third = std::move(second);
  BOOST_TEST(third.reveal_to_wire() == "short-one");
  BOOST_TEST(first.empty());
  BOOST_TEST(second.empty());
  for (const auto* secret : {&first, &second, &third}) BOOST_TEST(!holds(*secret, "short-one"));
  // NOLINTEND(bugprone-use-after-move)
}

BOOST_AUTO_TEST_CASE(cannot_be_copied_or_streamed) {
  static_assert(!std::is_copy_constructible_v<Secret>);
  static_assert(!std::is_copy_assignable_v<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  BOOST_TEST(Secret().empty());
}

BOOST_AUTO_TEST_CASE(has_one_fingerprint_a_key_and_never_shows_the_value) {
  const Secret one(std::string("synthetic-secret-one-0001"));
  const Secret two(std::string("synthetic-secret-two-0002"));
  const Secret key(std::string("a key"));
  const Secret other_key(std::string("another key"));
  BOOST_TEST(one.fingerprint(key).size() == 16U);
  BOOST_TEST(one.fingerprint(key) == one.clone().fingerprint(key));
  BOOST_TEST(one.fingerprint(key) != two.fingerprint(key));
  BOOST_TEST(one.fingerprint(key) != one.fingerprint(other_key));
  // HMAC-SHA256("key", "The quick brown fox jumps over the lazy dog"), a widely published vector.
  BOOST_TEST(Secret(std::string("The quick brown fox jumps over the lazy dog"))
                 .fingerprint(Secret(std::string("key"))) == "f7bc83f430538424");
}

BOOST_AUTO_TEST_CASE(compares_by_value) {
  const Secret one(std::string("synthetic-secret-one-0001"));
  BOOST_TEST(one.same_as(one.clone()));
  BOOST_TEST(!one.same_as(Secret(std::string("synthetic-secret-one-0002"))));
  BOOST_TEST(!one.same_as(Secret(std::string("short"))));
}

BOOST_AUTO_TEST_SUITE_END()
