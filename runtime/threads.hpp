#pragma once

#include <cstddef>
#include <functional>
#include <thread>

namespace fovea {

/// Starts a thread. Throws `Error` that says which limit to raise if the system refuses.
std::thread start_thread(std::function<void()> body);

/// Throws `Error` if `count` more threads cannot run at once. Called before a library starts its own threads,
/// because a failure there ends the program.
void expect_threads(std::size_t count);

}  // namespace fovea
