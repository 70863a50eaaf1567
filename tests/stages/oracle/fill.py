#!/usr/bin/env python3
"""What comes in from outside of an image, by scipy.ndimage.map_coordinates: fill.json, which fill_test.cpp reads.

    python3 fill.py > fill.json
"""
import json
import math

import numpy as np
from scipy.ndimage import map_coordinates

HEIGHT, WIDTH = 6, 7
MODES = {"black": "grid-constant", "edge": "nearest", "reflect": "mirror"}


def picture():
    return np.array([[(x * 37 + y * 59 + x * y * 11) % 256 for x in range(WIDTH)] for y in range(HEIGHT)], float)


def about_centre(a, b, d, e):
    x, y = (WIDTH - 1) / 2, (HEIGHT - 1) / 2
    return [a, b, x - a * x - b * y, d, e, y - d * x - e * y]


def main():
    turn = math.radians(35)
    warps = {
        "shift": ([1, 0, -3, 0, 1, 2], 1),
        "flip and far shift": ([-1, 0, 20, 0, 1, -9], 1),
        "turn": (about_centre(math.cos(turn), -math.sin(turn), math.sin(turn), math.cos(turn)), 1),
        "smaller": (about_centre(2.6, 0, 0, 2.6), 1),
        "slant, nearest": ([1, 0.83, -2.2, 0, 1, 0], 0),
    }
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    cases = []
    for fill, mode in MODES.items():
        for name, ((a, b, c, d, e, f), order) in warps.items():
            if fill == "black" and order == 0:
                continue
            values = map_coordinates(picture(), [d * x + e * y + f, a * x + b * y + c], order=order, mode=mode, cval=0)
            cases.append({"fill": fill, "warp": [a, b, c, d, e, f], "name": name, "nearest": order == 0,
                          "image": [round(v, 2) for v in values.ravel().tolist()]})
    print("[" + ",\n ".join(json.dumps(case) for case in cases) + "]")


main()
