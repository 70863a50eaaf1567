"""Trains a network of ours in PyTorch, tuned as one who knows it would, and prints images a second.

train_pytorch.py MODEL SIDE CHANNELS BATCH PRECISION STEPS [DEVICE]

Channels-last, the best vector level, as many threads as cores, batches that are slices of one tensor which lies on
the device, the fastest optimizer that PyTorch has there, no number read back in a step. The first fifth of the
steps is not timed. On a GPU a second line tells the peak of its memory in MB.
"""
import os
import sys
import time

os.environ.setdefault("ATEN_CPU_CAPABILITY", "avx512")
import torch
from torch import nn
import torchvision

CLASSES = 10


def simple_cnn(channels, side):
    layers, width_before = [], channels
    for width in (16, 32, 64):
        for _ in range(2):
            layers += [nn.Conv2d(width_before, width, 3, padding=1, bias=False), nn.BatchNorm2d(width),
                       nn.ReLU(inplace=True)]
            width_before = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * (side // 8) ** 2, CLASSES))


class Block(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(y)).add_(self.shortcut(x)))


def resnet20(channels):
    layers, before = [nn.Conv2d(channels, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16),
                      nn.ReLU(inplace=True)], 16
    for width in (16, 32, 64):
        for block in range(3):
            layers.append(Block(before, width, 2 if width > 16 and block == 0 else 1))
            before = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES))


def ready(name, side):
    """A network of torchvision, or of timm with its own name or ours."""
    if hasattr(torchvision.models, name):
        return getattr(torchvision.models, name)(num_classes=CLASSES)
    import timm
    if name.startswith("vit_"):
        return timm.create_model(name + "_224", num_classes=CLASSES, img_size=side)
    return timm.create_model(name, num_classes=CLASSES)


def main():
    name, side, channels, batch, precision, steps = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5], int(sys.argv[6])
    device = sys.argv[7] if len(sys.argv) > 7 else "cpu"
    on_gpu = device.startswith("cuda")
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    net = {"simple_cnn": lambda: simple_cnn(channels, side), "resnet20": lambda: resnet20(channels)}.get(
        name, lambda: ready(name, side))()
    net = net.to(device, memory_format=torch.channels_last).train()
    count = batch * max(4, min(steps, 64))
    images = torch.randint(0, 256, (count, channels, side, side), dtype=torch.uint8).to(
        device, memory_format=torch.channels_last)
    labels = torch.randint(0, CLASSES, (count,), device=device)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, **({"fused": True} if on_gpu else {"foreach": True}))
    scaler = torch.amp.GradScaler(enabled=True) if precision == "fp16" else None
    loss_of = nn.CrossEntropyLoss()
    order = torch.randperm(count, device=device)
    sum_of_losses = torch.zeros((), device=device)
    warm = max(1, steps // 5)
    types = {"bf16": torch.bfloat16, "fp16": torch.float16}
    for step in range(warm + steps):
        if step == warm:
            if on_gpu:
                torch.cuda.synchronize()
            begin = time.perf_counter()
        at = step * batch % count
        chosen = order[at:at + batch]
        x = images[chosen].to(memory_format=torch.channels_last).float().sub_(127.5).div_(64)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda" if on_gpu else "cpu", types.get(precision), enabled=precision in types):
            loss = loss_of(net(x), labels[chosen])
        if scaler is None:
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        else:
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
        sum_of_losses += loss.detach()
    assert torch.isfinite(sum_of_losses)  # waits for the device
    print(f"{steps * batch / (time.perf_counter() - begin):.1f}")
    if on_gpu:
        print(f"{torch.cuda.max_memory_allocated() / 1e6:.0f}")


main()
