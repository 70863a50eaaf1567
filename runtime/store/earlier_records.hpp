#pragma once

#include <map>

#include "runtime/store/store.hpp"

namespace fovea {

/// The records of a store by what they are records of. Names are listed once for each stage, and a record is
/// read when it is asked for; what comes later is not seen.
class EarlierRecords {
 public:
  explicit EarlierRecords(const Store& store) : store_(store) {}

  /// Of the records of a stage with that lineage, the one that was used last but `n`; null where there are
  /// no more. It lives as long as this.
  const Record* find(const std::string& stage, const std::string& lineage, std::size_t n);

 private:
  struct Like {
    std::vector<std::filesystem::path> unread;  ///< the one that was used last is the last
    bool sorted = false;
    std::vector<std::unique_ptr<const Record>> read;
  };
  using ByLineage = std::map<std::string, Like>;
  ByLineage& of_stage(const std::string& stage);

  const Store& store_;
  std::map<std::string, ByLineage> stages_;
};

}  // namespace fovea
