#!/usr/bin/env python3
"""Writes layers.json: what PyTorch's modules compute as each kind of layer. Needs torch; run it as: layers.py layers.json"""
import json
import sys

import torch
from torch import nn

from weights import load, rounded, spread, weight

IMAGE, OTHER, TOKENS, FLAT = (2, 6, 4, 5), (2, 4, 4, 5), (2, 5, 12), (3, 8)
CASES = []


def case(layer, module, *shapes, training=False, scale=1):
    """Computes a module, whose weights are called "layer.NAME", of inputs "x0", "x1" and so on."""
    if isinstance(module, nn.Module):
        load(module, "layer.").train(training)
    inputs = [(scale * spread(f"x{i}", shape)).requires_grad_() for i, shape in enumerate(shapes)]
    output = module(*inputs)
    output.backward(spread("gradient", tuple(output.shape)))
    CASES.append({"layer": layer, "inputs": [list(shape) for shape in shapes], "output": list(output.shape),
                  "training": training, "scale": scale, "values": rounded(output.detach().double().flatten().tolist()),
                  "gradients": [rounded(x.grad.double().flatten().tolist()) for x in inputs]})


def channels_last(module):
    return lambda x: module(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def layer(name, **settings):
    return {"layer": name, **settings}


case(layer("conv", channels=4, kernel=3), nn.Conv2d(6, 4, 3), IMAGE)
case(layer("conv", channels=4, kernel=[3, 1], stride=[1, 2], padding=[1, 0], bias=False),
     nn.Conv2d(6, 4, (3, 1), stride=(1, 2), padding=(1, 0), bias=False), IMAGE)
case(layer("conv", channels=6, kernel=3, padding=2, dilation=2, groups=3),
     nn.Conv2d(6, 6, 3, padding=2, dilation=2, groups=3), IMAGE)
case(layer("conv", channels=6, kernel=[2, 3], dilation=[3, 1], groups=6),
     nn.Conv2d(6, 6, (2, 3), dilation=(3, 1), groups=6), IMAGE)
for training in (False, True):
    case(layer("batch_norm"), nn.BatchNorm2d(6), IMAGE, training=training)
norm = load(nn.LayerNorm(6, eps=1e-6), "layer.")
case(layer("layer_norm"), channels_last(norm), IMAGE)
case(layer("layer_norm"), nn.LayerNorm(12, eps=1e-6), TOKENS)
case(layer("layer_norm", epsilon=1e-2), nn.LayerNorm(8, eps=1e-2), FLAT)
case(layer("group_norm", groups=3), nn.GroupNorm(3, 6), IMAGE)
for name, module in [("relu", nn.ReLU()), ("relu6", nn.ReLU6()), ("silu", nn.SiLU()), ("gelu", nn.GELU()),
                     ("hard_swish", nn.Hardswish()), ("hard_sigmoid", nn.Hardsigmoid()), ("sigmoid", nn.Sigmoid())]:
    case(layer(name), module, FLAT, scale=5)
case(layer("gelu", approximate="tanh"), nn.GELU(approximate="tanh"), FLAT, scale=5)
case(layer("softmax"), nn.Softmax(1), IMAGE)
case(layer("softmax"), nn.Softmax(2), TOKENS)
case(layer("softmax"), nn.Softmax(1), FLAT)
case(layer("max_pool", kernel=3, stride=2, padding=1), nn.MaxPool2d(3, 2, 1), IMAGE)
case(layer("max_pool", kernel=2, stride=2, ceil_mode=True), nn.MaxPool2d(2, 2, ceil_mode=True), IMAGE)
case(layer("max_pool", kernel=[3, 2], stride=[2, 3], padding=[1, 0]), nn.MaxPool2d((3, 2), (2, 3), (1, 0)), IMAGE)
case(layer("max_pool", kernel=2, stride=4, padding=1, ceil_mode=True), nn.MaxPool2d(2, 4, 1, ceil_mode=True), IMAGE)
case(layer("average_pool", kernel=3, stride=2, padding=1), nn.AvgPool2d(3, 2, 1), IMAGE)
case(layer("average_pool", kernel=3, stride=2, padding=1, count_padding=False),
     nn.AvgPool2d(3, 2, 1, count_include_pad=False), IMAGE)
case(layer("average_pool", kernel=[2, 3], stride=2, ceil_mode=True), nn.AvgPool2d((2, 3), 2, ceil_mode=True), IMAGE)
case(layer("adaptive_average_pool", size=[3, 4]), nn.AdaptiveAvgPool2d((3, 4)), IMAGE)
case(layer("adaptive_max_pool", size=[3, 2]), nn.AdaptiveMaxPool2d((3, 2)), IMAGE)
case(layer("global_average_pool"), nn.AdaptiveAvgPool2d(1), IMAGE)
case(layer("mean"), lambda x: x.mean((2, 3)), IMAGE)
case(layer("mean"), lambda x: x.mean(1), TOKENS)
case(layer("flatten"), nn.Flatten(), IMAGE)
case(layer("reshape", shape=[3, 2, -1]), lambda x: x.reshape(2, 3, 2, 20), IMAGE)
case(layer("reshape", shape=[-1, 10]), lambda x: x.reshape(2, 12, 10), IMAGE)
case(layer("permute", order=[2, 0, 1]), lambda x: x.permute(0, 3, 1, 2), IMAGE)
case(layer("permute", order=[1, 0]), lambda x: x.permute(0, 2, 1), TOKENS)
case(layer("linear", features=5), nn.Linear(8, 5), FLAT)
case(layer("linear", features=5, bias=False), nn.Linear(12, 5, bias=False), TOKENS)
linear = load(nn.Linear(6, 5), "layer.")
case(layer("linear", features=5, pixelwise=True), channels_last(linear), IMAGE)
case(layer("add"), lambda x, y: x + y, IMAGE, IMAGE)
case(layer("concat"), lambda x, y: torch.cat([x, y], 1), IMAGE, OTHER)
case(layer("multiply"), lambda x, y: x * y, IMAGE, (2, 6, 1, 1))
case(layer("multiply"), lambda x, y: x * y, FLAT, FLAT)
case(layer("tokens"), lambda x: x.flatten(2).transpose(1, 2), IMAGE)
case(layer("class_token"), lambda x: torch.cat([weight("layer", (1, 1, 12)).expand(2, 1, 12), x], 1), TOKENS)
case(layer("first_token"), lambda x: x[:, 0], TOKENS)
case(layer("position_embedding"), lambda x: x + weight("layer", (1, 5, 12)), TOKENS)


def attention(x):
    """PyTorch's own layer with projections that change nothing."""
    module = nn.MultiheadAttention(4, 2, bias=False, batch_first=True)
    with torch.no_grad():
        module.in_proj_weight.copy_(torch.eye(4).repeat(3, 1))
        module.out_proj.weight.copy_(torch.eye(4))
    return module(*x.split(4, 2), need_weights=False)[0]


case(layer("attention", heads=2), attention, TOKENS)
case(layer("layer_scale"), lambda x: x * weight("layer", (6, 1, 1)), IMAGE)
case(layer("layer_scale", flat=True), lambda x: x * weight("layer", (6,)).view(6, 1, 1), IMAGE)
case(layer("layer_scale"), lambda x: x * weight("layer", (12,)), TOKENS)


def shuffled(x):
    """PyTorch's own layer has no gradient."""
    found = x.reshape(2, 3, 2, 4, 5).transpose(1, 2).reshape(x.shape)
    assert torch.equal(found.detach(), nn.ChannelShuffle(3)(x.detach()))
    return found


case(layer("channel_shuffle", groups=3), shuffled, IMAGE)

with open(sys.argv[1], "w") as file:
    json.dump({"made_with": {"torch": torch.__version__}, "cases": CASES}, file)
