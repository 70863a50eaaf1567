#pragma once

#include "runtime/report.hpp"

namespace fovea {

/// A report that nobody reads.
class NullReport : public Report {
 public:
  void event(const Event&) override {}
  void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {}
};

}  // namespace fovea
