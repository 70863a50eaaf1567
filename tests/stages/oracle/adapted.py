#!/usr/bin/env python3
"""Writes adapted.json: what timm makes of position embeddings of other image sizes, and of filters for gray images.

Needs torch and timm 1.0; run it as: adapted.py adapted.json
"""
import json
import sys

import timm
import torch
from timm.layers import resample_abs_pos_embed
from timm.models._manipulate import adapt_input_conv

from weights import rounded

CHANNELS = 2


def numbers(count):
    """Numbers between -1 and 1 that both sides make: of i, the fraction of 0.618 i squared."""
    i = torch.arange(count, dtype=torch.float64)
    return (2 * torch.frac(0.6180339887 * i * i) - 1).float()


def resampled(old, new, front):
    positions = numbers((front + old[0] * old[1]) * CHANNELS).reshape(1, -1, CHANNELS)
    made = resample_abs_pos_embed(positions, new, old, num_prefix_tokens=front)
    return {"from": old, "to": new, "front": front, "values": rounded(made.flatten().tolist())}


def main():
    sizes = [((14, 14), (6, 6), 1), ((4, 4), (9, 9), 1), ((7, 7), (5, 10), 0), ((3, 5), (5, 3), 2), ((2, 2), (1, 1), 1)]
    filters = numbers(4 * 3 * 5 * 5).reshape(4, 3, 5, 5)
    with open(sys.argv[1], "w") as file:
        json.dump({"made_with": {"torch": torch.__version__, "timm": timm.__version__}, "channels": CHANNELS,
                   "positions": [resampled(*one) for one in sizes],
                   "summed": rounded(adapt_input_conv(1, filters).flatten().tolist())}, file)


main()
