#!/usr/bin/env python3
"""Writes trainings.json: the losses of 50 steps of one network a family, trained by PyTorch.

Needs torch, torchvision 0.14 or later and timm 1.0; run it as: trainings.py trainings.json, with names to train these anew
Weights, images and labels follow from names, so that both sides make them. PyTorch trains in fp64; beside the losses lies
by how much its own fp32 is off at most, relative to them: where that is not below 1e-4, neither can others be.
"""
import json
import sys

import timm
import torch
import torchvision
from torch import nn

from weights import load, spread

STEPS, BATCHES, CLASSES = 50, 5, 10
SCALE, MEAN, STD = 1 / 255, 0.5, 0.25


def simple_cnn(side):
    """The network of the architecture of that name, by the names of its layers."""
    layers, channels = {}, 3
    for block, width in enumerate([16, 32, 64], 1):
        found = nn.Sequential()
        for number in "12":
            found.add_module("conv" + number, nn.Conv2d(channels, width, 3, padding=1, bias=False))
            found.add_module("bn" + number, nn.BatchNorm2d(width))
            found.add_module("relu" + number, nn.ReLU())
            channels = width
        found.add_module("pool", nn.MaxPool2d(2))
        layers[f"block{block}"] = found
    layers.update({"flatten": nn.Flatten(), "fc": nn.Linear(64 * (side // 8) ** 2, CLASSES)})
    network = nn.Sequential()
    for name, layer in layers.items():
        network.add_module(name, layer)
    return network


def mlp(side):
    network = nn.Sequential()
    network.add_module("flatten", nn.Flatten())
    inputs = 3 * side * side
    for number in "12":
        network.add_module("fc" + number, nn.Linear(inputs, 512))
        network.add_module("relu" + number, nn.ReLU())
        inputs = 512
    network.add_module("fc3", nn.Linear(512, CLASSES))
    return network


def of_torchvision(name):
    return lambda side: getattr(torchvision.models, name)(weights=None, num_classes=CLASSES)


def of_timm(name, **sized):
    return lambda side: timm.create_model(name, num_classes=CLASSES, **{key: side for key in sized})


# name: (network, images a batch, side, rate of SGD)
TRAININGS = {
    "simple_cnn": (simple_cnn, 16, 32, 1e-4),
    "mlp": (mlp, 16, 32, 1e-3),
    "resnet18": (of_torchvision("resnet18"), 16, 64, 3e-5),
    "mobilenet_v3_small": (of_torchvision("mobilenet_v3_small"), 16, 64, 1e-4),
    "efficientnet_b0": (of_torchvision("efficientnet_b0"), 16, 64, 1e-4),
    "convnext_atto": (of_timm("convnext_atto"), 8, 32, 1e-3),
}


def batch(number, count, side):
    """Images of noise, each with the pattern of its class, as bytes; classes go round."""
    labels = [(number * count + i) % CLASSES for i in range(count)]
    images = []
    for i, label in enumerate(labels):
        pattern = spread(f"class {label}", (3, side, side)).double()
        noise = spread(f"image {number} {i}", (3, side, side)).double()
        images.append(torch.floor(128 + 60 * pattern + 60 * noise))
    return (torch.stack(images) * SCALE - MEAN) / STD, torch.tensor(labels)


def losses(name, type_):
    make, count, side, rate = TRAININGS[name]
    network = load(make(side)).train().to(type_)
    for module in network.modules():
        if "Drop" in type(module).__name__ or "StochasticDepth" in type(module).__name__:
            module.eval()
    step = torch.optim.SGD(network.parameters(), rate)
    batches = [batch(number, count, side) for number in range(BATCHES)]
    found = []
    for number in range(STEPS):
        images, labels = batches[number % BATCHES]
        step.zero_grad()
        loss = nn.functional.cross_entropy(network(images.to(type_)), labels)
        loss.backward()
        step.step()
        found.append(float(loss))
    return found


def main():
    all_trainings = {}
    if sys.argv[2:]:
        with open(sys.argv[1]) as file:
            all_trainings = json.load(file)["trainings"]
    for name in sys.argv[2:] or TRAININGS:
        _, count, side, rate = TRAININGS[name]
        wanted, own = losses(name, torch.float64), losses(name, torch.float32)
        off = max(abs(a - b) / a for a, b in zip(wanted, own))
        all_trainings[name] = {"batch_size": count, "side": side, "learning_rate": rate,
                               "losses": [float(f"{loss:.9g}") for loss in wanted], "fp32_is_off": float(f"{off:.2g}")}
        print(f"{name}: {wanted[0]:.4f} to {wanted[-1]:.4f}, fp32 is off by {off:.2g}", flush=True)
    made_with = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__}
    with open(sys.argv[1], "w") as file:
        json.dump({"made_with": made_with, "trainings": all_trainings}, file)


main()
