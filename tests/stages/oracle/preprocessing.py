"""Writes preprocessing.json: small pictures as torchvision, timm and Pillow bring them to a size. Run in this folder.

`short_side` is written out here: Resize and CenterCrop of torchvision on a Pillow image, or ResizeKeepRatio of timm where
the size is no square. `letterbox` is ImageOps.pad of Pillow. Without antialiasing it is interpolation in numpy."""

import json
import math

import numpy
from PIL import Image, ImageOps

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
FILL = (10, 200, 90)


def picture(height, width, channels):
    """As the test has it: no two neighbours are alike, and bicubic overshoots stay within a byte."""
    y, x, c = numpy.meshgrid(range(height), range(width), range(channels), indexing="ij")
    return (64 + (x * 37 + y * 91 + c * 53 + x * y % 29 * 5) % 128).astype(numpy.uint8)


def center_crop(image, height, width):
    top, left = int(round((image.height - height) / 2.0)), int(round((image.width - width) / 2.0))
    return image.crop((left, top, left + width, top + height))


def short_side(image, height, width, crop_pct, resample):
    cover = [math.floor(side / crop_pct) for side in (height, width)]
    if cover[0] == cover[1]:
        short, long = sorted((image.height, image.width))
        new = int(cover[0] * long / short)
        size = (cover[0], new) if image.width <= image.height else (new, cover[0])
    else:
        ratio = min(image.height / cover[0], image.width / cover[1])
        size = (round(image.width / ratio), round(image.height / ratio))
    return center_crop(image.resize(size, resample), height, width)


def crop(image, height, width, resample):
    """The largest part in the middle with the proportions, its sides rounded and its corner rounded down."""
    aspect = width / height
    broad, tall = min(image.width, round(image.height * aspect)), min(image.height, round(image.width / aspect))
    left, top = (image.width - broad) // 2, (image.height - tall) // 2
    return image.resize((width, height), resample, box=(left, top, left + broad, top + tall))


def fitted(image, how):
    (height, width, _), resample = how["size"], FILTERS[how["interpolation"]]
    if how["fit"] == "crop":
        return crop(image, height, width, resample)
    if how["fit"] == "short_side":
        return short_side(image, height, width, how["crop_pct"], resample)
    if how["fit"] == "letterbox":
        return ImageOps.pad(image, (width, height), resample, color=FILL if image.mode == "RGB" else FILL[0])
    return image.resize((width, height), resample)


def interpolated(values, to, cubic):
    """Plain interpolation along the first axis, of float values; outside weighs nothing."""
    def weight(t):
        t = abs(t)
        if not cubic:
            return max(0.0, 1 - t)
        return 1.5 * t**3 - 2.5 * t**2 + 1 if t < 1 else -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2 if t < 2 else 0.0
    count = len(values)
    rows = []
    for i in range(to):
        centre = (i + 0.5) * count / to - 0.5
        weights = numpy.array([weight(k - centre) for k in range(count)])
        rows.append(numpy.tensordot(weights / weights.sum(), values, 1))
    return numpy.array(rows)


def stretched_plainly(pixels, how):
    height, width, _ = how["size"]
    cubic = how["interpolation"] == "bicubic"
    down = interpolated(pixels.astype(float), height, cubic)
    across = interpolated(down.swapaxes(0, 1), width, cubic).swapaxes(0, 1)
    return numpy.clip(numpy.floor(across + 0.5), 0, 255).astype(numpy.uint8)


def case(name, image, size, fit, crop_pct=1.0, interpolation="bilinear", antialias=True):
    how = {"size": size, "fit": fit, "crop_pct": crop_pct, "interpolation": interpolation, "antialias": antialias}
    pixels = picture(*image)
    if antialias:
        source = Image.fromarray(pixels[:, :, 0] if image[2] == 1 else pixels)
        result = fitted(source.convert("RGB" if size[2] == 3 else "L"), how)
    else:
        assert fit == "stretch" and image[2] == size[2]
        result = stretched_plainly(pixels, how)
    values = numpy.asarray(result)
    assert values.shape[:2] == (size[0], size[1])
    return {"name": name, "image": image, **how, "values": values.ravel().tolist()}


cases = [
    case("crop", (23, 31, 3), (7, 9, 3), "crop"),
    case("crop, upright", (31, 18, 3), (8, 8, 3), "crop"),
    case("short side, broad", (23, 31, 3), (8, 8, 3), "short_side"),
    case("short side, upright", (37, 22, 3), (9, 9, 3), "short_side"),
    case("short side of timm's 0.875", (30, 41, 3), (14, 14, 3), "short_side", 0.875),
    case("short side, enlarged", (5, 7, 1), (12, 12, 1), "short_side", 0.9),
    case("short side, no square", (37, 22, 3), (6, 9, 3), "short_side", 0.8),
    case("short side, no square, upright", (20, 41, 1), (10, 6, 1), "short_side"),
    case("short side, bicubic", (29, 40, 3), (11, 11, 3), "short_side", 0.95, "bicubic"),
    case("letterbox, broad", (13, 31, 3), (9, 9, 3), "letterbox"),
    case("letterbox, upright", (31, 12, 1), (10, 12, 1), "letterbox"),
    case("letterbox, enlarged", (4, 7, 3), (11, 11, 3), "letterbox"),
    case("letterbox, nearly a line", (2, 25, 3), (8, 8, 3), "letterbox"),
    case("stretch", (23, 31, 3), (12, 5, 3), "stretch"),
    case("nearest, smaller", (23, 31, 3), (7, 9, 3), "stretch", interpolation="nearest"),
    case("nearest, larger", (5, 4, 3), (8, 9, 3), "stretch", interpolation="nearest"),
    case("nearest, short side", (23, 31, 1), (10, 10, 1), "short_side", interpolation="nearest"),
    case("bicubic, smaller", (23, 31, 3), (7, 9, 3), "stretch", interpolation="bicubic"),
    case("bicubic, larger", (5, 6, 1), (13, 11, 1), "stretch", interpolation="bicubic"),
    case("bilinear without antialiasing", (23, 31, 3), (7, 9, 3), "stretch", antialias=False),
    case("bicubic without antialiasing", (23, 31, 1), (8, 10, 1), "stretch", 1.0, "bicubic", False),
    case("gray as RGB", (16, 20, 1), (8, 8, 3), "short_side"),
    case("RGB as gray", (16, 20, 3), (8, 8, 1), "short_side"),
    case("RGB as gray in its own size", (6, 5, 3), (6, 5, 1), "crop"),
    case("the same size", (6, 5, 3), (6, 5, 3), "short_side"),
]

with open("preprocessing.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]\n")
