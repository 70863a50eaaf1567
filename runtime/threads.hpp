#pragma once

#include <cstddef>
#include <functional>
#include <thread>

namespace fovea {

/// Starts a thread. Throws `Error` that says what to allow where the system gives none.
std::thread start_thread(std::function<void()> body);

/// Throws `Error` where so many threads more can't run at once: asked before a library starts its own, which
/// would end the program.
void expect_threads(std::size_t count);

}  // namespace fovea
