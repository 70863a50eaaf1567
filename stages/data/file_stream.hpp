#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "stages/data/preprocessing.hpp"

namespace fovea {

/// Some image files as the input of a network.
struct FileBatch {
  std::vector<std::uint8_t> images;  ///< n x H x W x C, of the files that could be read, in order
  std::vector<std::string> errors;   ///< one for each file; "" where it was read
};

/// Image files without labels, batch by batch in the order of their names: read, decoded and shown as the
/// preprocessing says in parallel ahead of their use. An image becomes the same bytes as in
/// `BatchStream::plain`. Memory does not grow with the number of files.
class FileStream {
 public:
  FileStream(std::vector<std::filesystem::path> files, const Preprocessing& how, std::size_t batch_size,
             std::size_t threads);
  ~FileStream();

  /// Returns the next batch, which is valid until the next call, or null after the last. A file that is no
  /// image does not throw: its error is in the batch.
  const FileBatch* next();

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace fovea
