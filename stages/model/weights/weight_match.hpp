#pragma once

#include <string>
#include <vector>

#include "graph/json.hpp"
#include "stages/model/weights/weight_file.hpp"

namespace fovea {

/// What became of each weight when those of a file were taken into a network. Names are those of the network,
/// but for `unused`.
struct WeightMatch {
  std::vector<NamedArray> weights;    ///< of the network, in its order
  std::vector<std::string> taken;     ///< from the file
  std::vector<std::string> replaced;  ///< of the head: not taken, as the file tells other classes apart
  std::vector<std::string> added;     ///< not in the file, and as they were initialised
  std::vector<std::string> unused;    ///< of the file, as they are called there
  std::string prefix;                 ///< with which the file begins the names, as "module."; "" for none
  std::string summed;                 ///< the weight whose three colours were summed up for gray images
  std::string spread;                 ///< the weight that was divided among three colours
  std::string interpolated;           ///< what was done to the position embedding, in words; "" for nothing
  std::int64_t classes = 0;           ///< that the file tells apart, where the head was replaced
};

/// Takes the weights of a file, by name, in place of the first weights of a network (`initial`, all of them,
/// in its order). A prefix of all names in the file is stripped. The head is left as it is where its classes
/// are not as many as those of the file. As in timm, the first convolution is summed over three colours for
/// gray images, and a position embedding is interpolated for another image size; the other way round, colours
/// share the first convolution of gray images. Throws `Error` that begins with the path where no name fits,
/// or where a shape differs elsewhere.
WeightMatch match_weights(const Specification& specification, std::vector<NamedArray> initial,
                          const WeightFile& file);

/// Returns what was done, in a line: "120 of 122 weights are from FILE; ...".
std::string in_words(const WeightMatch& match, const WeightFile& file);
/// Returns warnings: what the body lacks, and what in the file is of no use.
std::vector<std::string> warnings_of(const WeightMatch& match, const WeightFile& file);
/// The same for programs: numbers and names.
Json json_of(const WeightMatch& match);

}  // namespace fovea
