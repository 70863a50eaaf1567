#include "render/layered.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace fovea::render {
namespace {

constexpr int sweeps = 12;

/// A node, or a point where a long arrow passes through a layer.
struct Cell {
  std::size_t layer = 0;
  double width = 0;
  double x = 0;  ///< the x of its centre
  std::vector<std::size_t> above;
  std::vector<std::size_t> below;
};

/// Returns the mean of the neighbours' centres, or the cell's own centre if it has none.
double barycenter(const std::vector<Cell>& cells, const Cell& cell,
                  const std::vector<std::size_t>& neighbours) {
  if (neighbours.empty()) return cell.x;
  double sum = 0;
  for (const auto each : neighbours) sum += cells[each].x;
  return sum / static_cast<double>(neighbours.size());
}

/// Moves the cells of a layer to their wanted positions as closely as their order and gaps allow: runs of
/// touching cells share the mean of their wanted positions (pool adjacent violators).
void settle(std::vector<Cell>& cells, const std::vector<std::size_t>& layer,
            const std::vector<double>& wanted, double gap) {
  struct Run {
    double sum;  ///< the sum of the wanted left edges of the run
    std::size_t count;
    double width;
    double left() const { return sum / static_cast<double>(count); }
  };
  std::vector<Run> runs;
  for (std::size_t i = 0; i < layer.size(); ++i) {
    const auto width = cells[layer[i]].width + gap;
    runs.push_back({wanted[i] - width / 2, 1, width});
    while (runs.size() > 1 &&
           runs[runs.size() - 2].left() + runs[runs.size() - 2].width > runs.back().left()) {
      const auto last = runs.back();
      runs.pop_back();
      auto& into = runs.back();
      into.sum += last.sum - static_cast<double>(last.count) * into.width;
      into.count += last.count;
      into.width += last.width;
    }
  }
  std::size_t i = 0;
  for (const auto& run : runs) {
    double x = run.left();
    for (std::size_t k = 0; k < run.count; ++k, ++i) {
      cells[layer[i]].x = x + (cells[layer[i]].width + gap) / 2;
      x += cells[layer[i]].width + gap;
    }
  }
}

/// All cells by layers, and the chain of cells of each arrow.
struct Grid {
  std::vector<Cell> cells;
  std::vector<std::vector<std::size_t>> layers;
  std::vector<std::vector<std::size_t>> chains;
};

Grid make_grid(const std::vector<Size>& nodes,
               const std::vector<std::pair<std::size_t, std::size_t>>& arrows) {
  Grid grid;
  grid.cells.resize(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) grid.cells[i].width = nodes[i].width;
  std::vector<std::vector<std::size_t>> sources(nodes.size());
  for (const auto& [from, to] : arrows) {
    assert(from < to && to < nodes.size());
    sources[to].push_back(from);
  }
  for (std::size_t to = 0; to < nodes.size(); ++to) {
    for (const auto from : sources[to])
      grid.cells[to].layer = std::max(grid.cells[to].layer, grid.cells[from].layer + 1);
  }
  for (const auto& [from, to] : arrows) {
    std::vector<std::size_t> chain{from};
    for (auto layer = grid.cells[from].layer + 1; layer < grid.cells[to].layer; ++layer) {
      chain.push_back(grid.cells.size());
      grid.cells.push_back({.layer = layer, .width = 10});
    }
    chain.push_back(to);
    for (std::size_t i = 1; i < chain.size(); ++i) {
      grid.cells[chain[i - 1]].below.push_back(chain[i]);
      grid.cells[chain[i]].above.push_back(chain[i - 1]);
    }
    grid.chains.push_back(std::move(chain));
  }
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    grid.layers.resize(std::max(grid.layers.size(), grid.cells[i].layer + 1));
    grid.layers[grid.cells[i].layer].push_back(i);
  }
  return grid;
}

/// Sweeps down and up through the layers: the first sweeps order each layer by its barycenters, later ones
/// only move its cells.
void arrange(Grid& grid, double gap) {
  for (auto& layer : grid.layers) settle(grid.cells, layer, std::vector<double>(layer.size(), 0.0), gap);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    const bool down = sweep % 2 == 0;
    for (std::size_t step = 0; step < grid.layers.size(); ++step) {
      auto& layer = grid.layers[down ? step : grid.layers.size() - 1 - step];
      const auto want = [&](std::size_t each) {
        const auto& cell = grid.cells[each];
        return barycenter(grid.cells, cell, down ? cell.above : cell.below);
      };
      if (sweep < sweeps - 4) {
        std::stable_sort(layer.begin(), layer.end(),
                         [&](std::size_t a, std::size_t b) { return want(a) < want(b); });
      }
      std::vector<double> wanted;
      for (const auto each : layer) wanted.push_back(want(each));
      settle(grid.cells, layer, wanted, gap);
    }
  }
}

}  // namespace

Layered layered(const std::vector<Size>& nodes,
                const std::vector<std::pair<std::size_t, std::size_t>>& arrows, double gap_across,
                double gap_down) {
  Layered result;
  if (nodes.empty()) return result;
  auto grid = make_grid(nodes, arrows);
  arrange(grid, gap_across);

  double left = grid.cells[0].x;
  double right = left;
  std::vector<double> heights(grid.layers.size());
  for (std::size_t i = 0; i < grid.cells.size(); ++i) {
    left = std::min(left, grid.cells[i].x - grid.cells[i].width / 2);
    right = std::max(right, grid.cells[i].x + grid.cells[i].width / 2);
    if (i < nodes.size())
      heights[grid.cells[i].layer] = std::max(heights[grid.cells[i].layer], nodes[i].height);
  }
  std::vector<double> tops(heights.size());
  for (std::size_t i = 1; i < tops.size(); ++i) tops[i] = tops[i - 1] + heights[i - 1] + gap_down;
  result.size = {right - left, tops.back() + heights.back()};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto layer = grid.cells[i].layer;
    result.nodes.push_back({grid.cells[i].x - left - nodes[i].width / 2,
                            tops[layer] + (heights[layer] - nodes[i].height) / 2, nodes[i].width,
                            nodes[i].height});
  }
  for (const auto& chain : grid.chains) {
    std::vector<Point> bends{{result.nodes[chain.front()].center().x, result.nodes[chain.front()].bottom()}};
    for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
      const auto& cell = grid.cells[chain[i]];
      bends.push_back({cell.x - left, tops[cell.layer]});
      bends.push_back({cell.x - left, tops[cell.layer] + heights[cell.layer]});
    }
    bends.push_back({result.nodes[chain.back()].center().x, result.nodes[chain.back()].y});
    result.arrows.push_back(std::move(bends));
  }
  return result;
}

}  // namespace fovea::render
