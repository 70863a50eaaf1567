"""Prints the weights of "muon: a matrix moves ..." in optimizer_test.cpp: numpy, double precision.

The rule is that of Jordan et al. (2024, Newton-Schulz with 3.4445, -4.7750, 2.0315, five steps, Nesterov) with
the step length 0.2 sqrt(max(rows, columns)) of Liu et al. (2025); the rest moves as with AdamW.
"""
import numpy as np


def orthogonal(matrix):
    x = matrix / np.linalg.norm(matrix)
    if x.shape[0] > x.shape[1]:
        return orthogonal(matrix.T).T
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x


rate, decay = 0.1, 0.1
weights = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
velocity = np.zeros((2, 3))
others = np.ones(2)
mean, square = np.zeros(2), np.zeros(2)
steps = [([[1, -2, 0.5], [0.25, 3, -1]], [0.1, -0.2]), ([[-1, 0.5, 2], [1, 0, 0.5]], [-0.2, 0.3])]
for t, (matrix, rest) in enumerate(steps, 1):
    g, r = np.array(matrix), np.array(rest)
    velocity = 0.95 * velocity + 0.05 * g
    way = orthogonal(0.05 * g + 0.95 * velocity)
    weights = weights * (1 - rate * decay) - rate * 0.2 * np.sqrt(3) * way
    mean, square = 0.9 * mean + 0.1 * r, 0.999 * square + 0.001 * r * r
    others -= rate * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
print(list(weights.ravel()) + list(others))
