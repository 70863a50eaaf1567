"""Trains resnet18 on JPEGs in PyTorch with its DataLoader, and prints images a second of the last epoch.

photos_pytorch.py FOLDER SIDE BATCH DEVICE EPOCHS; with one argument, makes the photographs there instead: 10 classes
of 800, of 500 x 375 pixels, each file a copy of one of 20.
"""
import os
import shutil
import sys
import time

import numpy
import torch
from PIL import Image
from torchvision import datasets, transforms
from torchvision.models import resnet18


def make(folder):
    random = numpy.random.default_rng(0)
    for label in range(10):
        os.makedirs(f"{folder}/class{label}")
        for i in range(800):
            path = f"{folder}/class{label}/{i}.jpg"
            if i >= 2:
                shutil.copy(f"{folder}/class{label}/{i % 2}.jpg", path)
                continue
            coarse = Image.fromarray(random.integers(0, 256, (24, 32, 3), dtype=numpy.uint8))
            smooth = numpy.asarray(coarse.resize((500, 375), Image.Resampling.BICUBIC), numpy.int16)
            noisy = smooth + random.integers(-12, 13, smooth.shape)
            Image.fromarray(noisy.clip(0, 255).astype(numpy.uint8)).save(path, quality=90)


def train(folder, side, batch, device, epochs):
    torch.backends.cudnn.benchmark = True
    data = datasets.ImageFolder(folder, transforms.Compose([
        transforms.RandomResizedCrop(side), transforms.RandomHorizontalFlip(), transforms.PILToTensor()]))
    loader = torch.utils.data.DataLoader(data, batch, shuffle=True, num_workers=len(os.sched_getaffinity(0)),
                                         pin_memory=True, persistent_workers=True, drop_last=True)
    net = resnet18(num_classes=10).to(device, memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, fused=True)
    loss_of = torch.nn.CrossEntropyLoss()
    total = torch.zeros((), device=device)
    for epoch in range(epochs):
        begin, images = time.perf_counter(), 0
        for x, y in loader:
            x = x.to(device, non_blocking=True).to(memory_format=torch.channels_last).float().sub_(127.5).div_(64)
            y = y.to(device, non_blocking=True)
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast(device, torch.bfloat16):
                loss = loss_of(net(x), y)
            loss.backward()
            optimizer.step()
            total += loss.detach()
            images += len(y)
        assert torch.isfinite(total)  # waits for the device
        speed = images / (time.perf_counter() - begin)
    print(f"{speed:.1f}")


if len(sys.argv) == 2:
    make(sys.argv[1])
else:
    train(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
