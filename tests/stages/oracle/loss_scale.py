"""Prints the table of "loss scale: doubles after 2000 good steps ..." as torch.amp.GradScaler gives it (PyTorch 2, on
the CPU)."""

import torch

weight = torch.nn.Parameter(torch.zeros(1))
optimizer = torch.optim.SGD([weight], lr=0.0)
scaler = torch.amp.GradScaler("cpu")
scaler.scale(torch.zeros(1))


def after(steps, finite):
    for _ in range(steps):
        weight.grad = torch.full((1,), 1.0 if finite else float("inf"))
        scaler.step(optimizer)
        scaler.update()
    print(f"{steps:5} {'good' if finite else 'bad '}  scale {scaler.get_scale():9}  good steps {scaler._get_growth_tracker()}")


for steps, finite in [(1999, True), (1, True), (3, False), (1999, True), (1, False), (4000, True), (1, True)]:
    after(steps, finite)
