// Fiber: one synchronous program inside a single-threaded simulation. It runs until it suspends,
// and goes on where it was when somebody wakes it.
//
// A fiber can be killed where it waits: the wait throws Fiber::Killed, the stack unwinds, and
// destructors run; from then on every wait of this fiber returns at once and every port refuses
// (see process.h), so that unwinding has no effect on the world. Code on a fiber therefore
//   - must not swallow what it does not know: `catch (...)` rethrows;
//   - must not wait in a destructor or in a noexcept function, unless that is already unwinding.
// Exceptions are per fiber: suspending inside a catch block is allowed.
//
// Stacks are mapped with a guard page below, and pooled for each thread across runs. A fiber stays
// on the thread that made it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace mocks::sim {

// The usable size of every stack. Memory is only taken as it is touched.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t fiber_stack_bytes = std::size_t{4} << 20U;
#else
inline constexpr std::size_t fiber_stack_bytes = std::size_t{512} << 10U;
#endif
// Stacks kept for reuse by each thread; the rest go back to the system.
inline constexpr std::size_t max_pooled_stacks = 64;

class Fiber {
 public:
  // What a fiber runs: any callable `void()`, move-only ones too, called once.
  class Body {
   public:
    template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Body>)
        // NOLINTNEXTLINE(google-explicit-constructor): a lambda is a Body wherever one is asked for
        Body(F&& callable)
        : held_(std::make_unique<Model<std::remove_cvref_t<F>>>(std::forward<F>(callable))) {}

    void operator()() { held_->call(); }

   private:
    struct Concept {
      virtual ~Concept() = default;
      virtual void call() = 0;
    };
    template <typename F>
    struct Model final : Concept {
      template <typename G>
      explicit Model(G&& given) : callable(std::forward<G>(given)) {}
      void call() override { callable(); }
      F callable;
    };
    std::unique_ptr<Concept> held_;
  };

  // What a killed fiber's wait throws. Of no family, so that catch (const std::exception&) lets it
  // pass.
  class Killed {
    friend class Fiber;
    Killed() = default;
  };

  // Nothing runs before the first wake().
  explicit Fiber(Body body);
  // Kills it if it has not ended.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs it until it suspends or ends. From outside of it, or from another fiber. Nothing happens
  // when it has ended. An exception that leaves the body, other than Killed, leaves wake() too.
  void wake();

  // On the running fiber: gives way to whoever woke it, until the next wake(). Throws Killed when
  // that was a kill; returns at once on a fiber that is already unwinding from one.
  static void suspend();

  // Unwinds it where it waits; one that never ran just ends. From outside of it. Nothing happens
  // when it has ended.
  void kill();

  bool ended() const;
  // True from the moment of kill(), also while unwinding.
  bool killed() const;

  // Stacks that this thread has mapped so far (a pooled one counts once). For tests and benches.
  static std::uint64_t stacks_mapped();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mocks::sim
