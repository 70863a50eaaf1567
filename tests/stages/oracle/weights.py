"""Weights, images and probes that both sides of a comparison make from names alone."""
import numpy as np
import torch


def uniform(name, count):
    """Numbers in [0, 1) with 24 bits: splitmix64 from the FNV-1a hash of a name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**24


def spread(name, shape):
    """Numbers in [-1, 1) of a shape."""
    values = 2 * uniform(name, int(np.prod(shape))) - 1
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def weight(name, shape):
    u = uniform(name, int(np.prod(shape)))
    last = name.split(".")[-1]
    if last == "num_batches_tracked":
        values = 0 * u
    elif last == "running_var":
        values = 0.5 + u
    elif last in ("layer_scale", "gamma") or (last == "weight" and len(shape) == 1):
        values = 0.75 + 0.5 * u
    elif last in ("weight", "in_proj_weight"):
        values = (2 * u - 1) * np.sqrt(3 / np.prod(shape[1:]))
    else:
        values = 0.2 * (u - 0.5)
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def load(network, prefix=""):
    state = {name: weight(prefix + name, tuple(value.shape)).to(value.dtype)
             for name, value in network.state_dict().items()}
    network.load_state_dict(state, strict=True)
    return network


def rounded(values):
    return [float(f"{value:.7g}") for value in values]
