#pragma once

#include <map>

#include "runtime/store/store.hpp"

namespace fovea {

/// The records of a store by stage and lineage. File names are listed once for each stage, and a record is
/// read on demand; later records are not seen.
class EarlierRecords {
 public:
  explicit EarlierRecords(const Store& store) : store_(store) {}

  /// Returns the record of that stage and lineage that was used last, but `n`; null if there are no more. It
  /// lives as long as this object.
  const Record* find(const std::string& stage, const std::string& lineage, std::size_t n);

 private:
  struct Like {
    std::vector<std::filesystem::path> unread;  ///< files in the order of their last use; the newest is last
    bool sorted = false;
    std::vector<std::unique_ptr<const Record>> read;
  };
  using ByLineage = std::map<std::string, Like>;
  ByLineage& of_stage(const std::string& stage);

  const Store& store_;
  std::map<std::string, ByLineage> stages_;
};

}  // namespace fovea
