#!/usr/bin/env python3
"""Writes twins.json: what torchvision's and timm's networks compute from weights that both sides can make.

Needs torch, torchvision 0.14 or later and timm 1.0; run it as: twins.py twins.json
For each network and size: the logits of two images as they are inferred; for one network of each family, for each
parameter the norm of its gradient and its sum with random weights.
"""
import json
import sys

import numpy as np
import timm
import torch
import torchvision

from weights import load, rounded, spread

CLASSES = 10
LABELS = [1, 7, 3, 3]


def images(count, height, width):
    return spread("images", (count, 3, height, width))


def of_torchvision(name):
    return lambda **more: getattr(torchvision.models, name)(weights=None, num_classes=CLASSES, **more)


def of_timm(name):
    return lambda **more: timm.create_model(name, num_classes=CLASSES, **more)


TWINS = {name: of_torchvision(name) for name in
         ["resnet18", "resnet34", "resnet50", "resnet101", "convnext_tiny", "convnext_small", "efficientnet_b0",
          "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "squeezenet1_1", "densenet121"]}
TWINS["vit_base_patch16"] = of_torchvision("vit_b_16")
TWINS.update({name: of_timm(name) for name in
              ["convnext_atto", "convnext_femto", "convnext_pico", "convnext_nano"]})
TWINS.update({"vit_tiny_patch16": of_timm("vit_tiny_patch16_224"),
              "vit_small_patch16": of_timm("vit_small_patch16_224")})
# Those whose gradients in training mode are the same in fp32 and fp64 to 1e-4. In others a normalisation by a small batch
# moves values across the bend of a ReLU: PyTorch's own fp32 is 3 % away from its fp64 there.
TRAINING = ["resnet18", "convnext_tiny", "convnext_atto", "vit_tiny_patch16", "efficientnet_b0",
            "mobilenet_v3_small", "squeezenet1_1"]
INFERENCE = ["resnet50", "mobilenet_v2", "densenet121"]


def sized(name, side):
    if not name.startswith("vit"):
        return {}
    return {"image_size": side} if name == "vit_base_patch16" else {"img_size": side}


def logits(name, height, width):
    network = load(TWINS[name](**sized(name, height))).eval()
    with torch.no_grad():
        return rounded(network(images(2, height, width)).double().flatten().tolist())


def gradients(name, side):
    network = load(TWINS[name](**sized(name, side))).train(name in TRAINING)
    for module in network.modules():
        if "Drop" in type(module).__name__ or "StochasticDepth" in type(module).__name__:
            module.eval()
    loss = torch.nn.functional.cross_entropy(network(images(len(LABELS), side, side)), torch.tensor(LABELS))
    loss.backward()
    found = {}
    for parameter, value in network.named_parameters():
        gradient = value.grad.double().numpy().flatten()
        probe = spread("probe " + parameter, gradient.shape).double().numpy()
        found[parameter] = rounded([np.linalg.norm(gradient), gradient @ probe])
    return {"side": side, "training": name in TRAINING, "loss": float(loss), "gradients": found}


def main():
    torch.manual_seed(0)
    all_twins = {}
    for name in TWINS:
        other = (160, 160) if name.startswith("vit") else (96, 128)
        all_twins[name] = {"logits": [{"height": height, "width": width, "values": logits(name, height, width)}
                                      for height, width in [(224, 224), other]]}
        if name in TRAINING + INFERENCE:
            all_twins[name]["backward"] = gradients(name, 64)
        print(name, flush=True)
    made_with = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__}
    with open(sys.argv[1], "w") as file:
        json.dump({"made_with": made_with, "networks": all_twins}, file)


main()
