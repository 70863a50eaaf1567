#pragma once

#include <cstddef>
#include <functional>

namespace fovea {

/// Runs what computes with LibTorch. Before the first time it sets LibTorch up for this process: its threads,
/// repeatable algorithms, and memory that is kept between steps in place of being given back to the kernel.
/// What LibTorch throws becomes an `Error` of one line.
void with_torch(const std::function<void()>& body);

/// Whether LibTorch computes only what repeats byte for byte, for as long as this lives; after that as
/// before. Else it may take faster algorithms of a GPU, and the fastest of several is found out by trying. It
/// holds for the process.
class Repeatable {
 public:
  explicit Repeatable(bool repeatable);
  ~Repeatable();
  Repeatable(const Repeatable&) = delete;

 private:
  const bool before_;
};

/// Shares the numbers 0 .. count - 1 out over LibTorch's threads: `body(begin, end)` for each share.
void on_all_threads(std::size_t count, const std::function<void(std::size_t begin, std::size_t end)>& body);

}  // namespace fovea
