"""Writes optimizers.json: the losses of 50 steps of a small network by optimizers of others. Run in this folder, with
PyTorch 2.9 or later and timm.

Adadelta is torch.optim.Adadelta, lion and lamb are timm's, and muon is torch.optim.Muon for the matrices between the
first and the last layer, with torch.optim.AdamW for all else. Where definitions differ, the settings make them agree:
timm's lamb clips gradients by itself (max_grad_norm, off here) and scales only tensors that decay by their norm, as
Fovea does; torch's muon has the step of Liu et al. (2025) as adjust_lr_fn="match_rms_adamw", and makes its momentum
orthogonal in bf16, which is fp32 here. Only weights decay, not biases and normalisation.

All numbers are functions of `number`, which optimizer_oracle_test.cpp has as well.
"""

import inspect
import json

import timm
import timm.optim
import torch
import torch.nn.functional as F
import torch.optim._muon as muon

exec(inspect.getsource(muon._zeropower_via_newtonschulz).replace("torch.bfloat16", "grad.dtype"), muon.__dict__)

SHAPES = [(4, 1, 3, 3), (4,), (8, 4, 3, 3), (8,), (8,), (8,), (40, 32), (40,), (3, 40), (3,)]
DECAY = 0.05


def number(i, purpose):
    """From -0.5 to 0.5."""
    x = (i * 2654435761 + purpose * 40503) % 2**32
    for _ in range(2):
        x = (x ^ x >> 16) * 0x45D9F3B % 2**32
    return (x ^ x >> 16) / 2**32 - 0.5


def image(i):
    bright = 2 * (i % 3) + 1
    return [4 * number(64 * i + p, 1) + (p // 8 == bright) for p in range(64)]


def weights():
    values, start = [], 0
    for shape in SHAPES:
        count = torch.Size(shape).numel()
        flat = torch.tensor([0.6 * number(j, 2) for j in range(start, start + count)], dtype=torch.float32)
        # torch.optim.Muon takes matrices only, so every weight is one.
        values.append(flat.reshape(shape[0], -1) if len(shape) > 1 else flat)
        start += count
    return [v.requires_grad_(True) for v in values]


def forward(w, x):
    x = F.max_pool2d(F.relu(F.conv2d(x, w[0].view(SHAPES[0]), w[1], padding=1)), 2)
    x = F.conv2d(x, w[2].view(SHAPES[2]), w[3], padding=1)
    x = F.batch_norm(x, torch.zeros(8), torch.ones(8), w[4], w[5], True)
    x = F.max_pool2d(F.relu(x), 2).flatten(1)
    return F.linear(F.relu(F.linear(x, w[6], w[7])), w[8], w[9])


def losses(make):
    w = weights()
    optimizers = make(w)
    images = torch.tensor([image(i) for i in range(80)], dtype=torch.float32).view(80, 1, 8, 8)
    labels = torch.arange(80) % 3
    all_losses = []
    for step in range(50):
        batch = torch.arange(16 * step, 16 * step + 16) % 80
        loss = F.cross_entropy(forward(w, images[batch]), labels[batch])
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        all_losses.append(loss.item())
    return all_losses


def groups(w, among=range(len(SHAPES))):
    return [{"params": [w[i] for i in among if len(SHAPES[i]) > 1], "weight_decay": DECAY},
            {"params": [w[i] for i in among if len(SHAPES[i]) == 1], "weight_decay": 0.0}]


def adadelta(w):
    return [torch.optim.Adadelta(groups(w), lr=0.5, rho=0.9, eps=1e-6)]


def lion(w):
    return [timm.optim.Lion(groups(w), lr=1e-3, betas=(0.9, 0.99))]


def lamb(w):
    return [timm.optim.Lamb(groups(w), lr=0.005, betas=(0.9, 0.999), eps=1e-6, max_grad_norm=None)]


def muons(w):
    between, others = [2, 6], [0, 1, 3, 4, 5, 7, 8, 9]
    return [torch.optim.Muon([w[i] for i in between], lr=0.003, weight_decay=DECAY, momentum=0.95, nesterov=True,
                             adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(groups(w, others), lr=0.003, betas=(0.9, 0.999), eps=1e-8)]


oracle = {"torch": torch.__version__, "timm": timm.__version__, "weight_decay": DECAY,
          "optimizers": [{"type": name, "learning_rate": rate, "losses": losses(make)}
                         for name, rate, make in [("adadelta", 0.5, adadelta), ("lion", 1e-3, lion),
                                                  ("lamb", 0.005, lamb), ("muon", 0.003, muons)]]}
with open("optimizers.json", "w") as file:
    json.dump(oracle, file, indent=1)
    file.write("\n")
