#include "graph/dag.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <queue>

namespace fovea {
namespace {

using Adjacency = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
using Vertex = boost::graph_traits<Adjacency>::vertex_descriptor;
using Edge = boost::graph_traits<Adjacency>::edge_descriptor;

/// Records the tree of a depth-first search, and the first back edge.
struct FindCycle : boost::dfs_visitor<> {
  std::vector<std::size_t>* parent;
  std::vector<std::size_t>* cycle;

  void tree_edge(Edge edge, const Adjacency& graph) { (*parent)[target(edge, graph)] = source(edge, graph); }
  void back_edge(Edge edge, const Adjacency& graph) {
    if (!cycle->empty()) return;
    const std::size_t top = target(edge, graph);
    for (std::size_t at = source(edge, graph); at != top; at = (*parent)[at]) cycle->push_back(at);
    cycle->push_back(top);
    std::reverse(cycle->begin(), cycle->end());
  }
};

/// Kahn's algorithm with the smallest ready number first, so that equal graphs get equal orders.
std::vector<std::size_t> smallest_first(const Adjacency& graph) {
  std::vector<std::size_t> waits(num_vertices(graph));
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (Vertex v = 0; v < num_vertices(graph); ++v) {
    waits[v] = in_degree(v, graph);
    if (waits[v] == 0) ready.push(v);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const auto node = ready.top();
    ready.pop();
    order.push_back(node);
    for (auto [edge, end] = out_edges(node, graph); edge != end; ++edge) {
      if (--waits[target(*edge, graph)] == 0) ready.push(target(*edge, graph));
    }
  }
  return order;
}

}  // namespace

Order topological_order(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& arrows) {
  const Adjacency graph(arrows.begin(), arrows.end(), count);
  Order result{smallest_first(graph), {}};
  if (result.order.size() == count) return result;
  result.order.clear();
  std::vector<std::size_t> parent(count);
  FindCycle visitor;
  visitor.parent = &parent;
  visitor.cycle = &result.cycle;
  boost::depth_first_search(graph, boost::visitor(visitor));
  return result;
}

}  // namespace fovea
