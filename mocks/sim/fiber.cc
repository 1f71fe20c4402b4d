#include "mocks/sim/fiber.h"

#include <cxxabi.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <boost/context/fiber.hpp>
#include <boost/context/preallocated.hpp>
#include <boost/context/stack_context.hpp>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>

#include "rotator/ports/check.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace mocks::sim {
namespace {

namespace context = boost::context;

// --- Stacks --------------------------------------------------------------------------------------

// A mapped stack: `base` is the guard page, the usable part lies above it.
class Stacks {
 public:
  Stacks() = default;
  ~Stacks() {
    for (std::size_t i = 0; i < pooled_; ++i) unmap(pool_[i]);
  }
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;

  std::byte* take() {
    if (pooled_ > 0) return pool_[--pooled_];
    ++mapped_;
    void* base = ::mmap(nullptr, guard() + fiber_stack_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    ports::check(base != MAP_FAILED, "no memory for a fiber's stack");
    ports::check(::mprotect(base, guard(), PROT_NONE) == 0, "no guard page under a fiber's stack");
    return static_cast<std::byte*>(base);
  }

  void give_back(std::byte* base) {
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(base + guard(), fiber_stack_bytes);
#endif
    if (pooled_ < pool_.size()) {
      pool_[pooled_++] = base;
    } else {
      unmap(base);
    }
  }

  std::uint64_t mapped() const { return mapped_; }

  static std::size_t guard() {
    static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return page;
  }

 private:
  static void unmap(std::byte* base) { ::munmap(base, guard() + fiber_stack_bytes); }

  std::array<std::byte*, max_pooled_stacks> pool_{};
  std::size_t pooled_ = 0;
  std::uint64_t mapped_ = 0;
};

Stacks& stacks() {
  thread_local Stacks pool;
  return pool;
}

// Boost.Context wants to free the stack itself; ours is given back after its fiber has ended.
struct KeepStack {
  static void deallocate(context::stack_context& /*stack*/) noexcept {}
};

// --- Exceptions in flight ------------------------------------------------------------------------

// The C++ runtime keeps the caught and the uncaught exceptions of a thread in this structure
// (Itanium C++ ABI, exception handling, 2.2.2). Each fiber needs its own, or a fiber that suspends
// inside a catch block hands its exception to the next one. Boost.Context does so from 1.88 on;
// doing it twice does no harm.
struct ExceptionGlobals {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};

ExceptionGlobals swap_exceptions(const ExceptionGlobals& next) {
  ExceptionGlobals previous;
  void* const globals = abi::__cxa_get_globals();
  std::memcpy(&previous, globals, sizeof previous);
  std::memcpy(globals, &next, sizeof next);
  return previous;
}

}  // namespace

struct Fiber::State {
  explicit State(Body given) : body(std::move(given)) {}

  Body body;
  std::byte* stack = nullptr;
  context::fiber inside;   // where to continue it, while it is suspended
  context::fiber outside;  // where to continue whoever woke it, while it runs
  State* waker = nullptr;  // the fiber that woke it, if one did
  std::thread::id thread = std::this_thread::get_id();
  ExceptionGlobals exceptions;  // of the side that does not run
  std::exception_ptr escaped;
  bool started = false;
  bool ended = false;
  bool killed = false;
  bool unwinding = false;  // Killed has been thrown
#if defined(__SANITIZE_ADDRESS__)
  void* fake_stack = nullptr;
  const void* outside_bottom = nullptr;
  std::size_t outside_size = 0;
#endif
#if defined(__SANITIZE_THREAD__)
  void* inside_tsan = nullptr;
  void* outside_tsan = nullptr;
#endif

  static thread_local State* running;

  void start();
  void enter();
  void leave();
  context::fiber main(context::fiber&& from);
  void arrived();
};

thread_local Fiber::State* Fiber::State::running = nullptr;

void Fiber::State::start() {
  started = true;
  stack = stacks().take();
  context::stack_context area;
  area.size = fiber_stack_bytes;
  area.sp = stack + Stacks::guard() + fiber_stack_bytes;
  inside =
      context::fiber(std::allocator_arg, context::preallocated(area.sp, area.size, area),
                     KeepStack{}, [this](context::fiber&& from) { return main(std::move(from)); });
#if defined(__SANITIZE_THREAD__)
  inside_tsan = __tsan_create_fiber(0);
#endif
}

// From outside to inside, and back when it suspends or ends.
void Fiber::State::enter() {
  waker = running;
  running = this;
  exceptions = swap_exceptions(exceptions);
#if defined(__SANITIZE_ADDRESS__)
  void* outside_fake = nullptr;
  __sanitizer_start_switch_fiber(&outside_fake, stack + Stacks::guard(), fiber_stack_bytes);
#endif
#if defined(__SANITIZE_THREAD__)
  outside_tsan = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(inside_tsan, 0);
#endif
  inside = std::move(inside).resume();
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(outside_fake, nullptr, nullptr);
#endif
  exceptions = swap_exceptions(exceptions);
  running = waker;
  if (!ended) return;
  stacks().give_back(stack);
  stack = nullptr;
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(inside_tsan);
#endif
}

// From inside to outside, and back at the next wake.
void Fiber::State::leave() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&fake_stack, outside_bottom, outside_size);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(outside_tsan, 0);
#endif
  outside = std::move(outside).resume();
  arrived();
}

void Fiber::State::arrived() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake_stack, &outside_bottom, &outside_size);
#endif
}

context::fiber Fiber::State::main(context::fiber&& from) {
  arrived();
  outside = std::move(from);
  try {
    body();
  } catch (const Killed&) {  // NOLINT(bugprone-empty-catch): this is where a kill ends
  } catch (...) {
    escaped = std::current_exception();
  }
  ended = true;
#if defined(__SANITIZE_ADDRESS__)
  // Null: this stack will not be entered again.
  __sanitizer_start_switch_fiber(nullptr, outside_bottom, outside_size);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(outside_tsan, 0);
#endif
  return std::move(outside);
}

Fiber::Fiber(Body body) : state_(std::make_unique<State>(std::move(body))) {}

Fiber::~Fiber() { kill(); }

void Fiber::wake() {
  State& state = *state_;
  if (state.ended) return;
  ports::check(state.thread == std::this_thread::get_id(), "a fiber was woken on another thread");
  ports::check(State::running != &state, "a fiber was woken by itself");
  if (!state.started) state.start();
  state.enter();
  if (state.escaped) std::rethrow_exception(std::exchange(state.escaped, nullptr));
}

void Fiber::suspend() {
  State* const state = State::running;
  ports::check(state != nullptr, "suspend() outside of any fiber");
  if (!state->killed) state->leave();
  if (!state->killed || state->unwinding) return;
  // While another exception unwinds, a second one would end the program: the destructor that waits
  // here goes on, with ports that refuse, and the next wait throws.
  if (std::uncaught_exceptions() > 0) return;
  state->unwinding = true;
  throw Killed();
}

void Fiber::kill() {
  State& state = *state_;
  if (state.ended || state.killed) return;
  ports::check(State::running != &state, "a fiber was killed by itself");
  state.killed = true;
  if (!state.started) {
    state.ended = true;
    return;
  }
  state.enter();
  ports::check(state.ended, "a killed fiber waited again");
  state.escaped = nullptr;
}

bool Fiber::ended() const { return state_->ended; }
bool Fiber::killed() const { return state_->killed; }

std::uint64_t Fiber::stacks_mapped() { return stacks().mapped(); }

}  // namespace mocks::sim
