"""Writes augment.json: a small picture, changed by Pillow 9.4, scipy 1.10 and colorsys. Run in this folder."""

import colorsys
import json
import math

import numpy
from PIL import Image, ImageEnhance, ImageOps
from scipy import ndimage

HEIGHT, WIDTH = 10, 12


def picture():
    """The formula of `photo` in ops_oracle_test.cpp."""
    y, x, c = numpy.meshgrid(range(HEIGHT), range(WIDTH), range(3), indexing="ij")
    return ((x * 17 + y * 23 + c * 40 + (x * y * (c + 3)) % 61) % 256).astype(numpy.uint8)


def hue(image, turn):
    out = numpy.empty_like(image)
    for at in numpy.ndindex(image.shape[:2]):
        h, s, v = colorsys.rgb_to_hsv(*(float(p) / 255 for p in image[at]))
        out[at] = [int(255 * p + 0.5) for p in colorsys.hsv_to_rgb((h + turn) % 1, s, v)]
    return out


def blur(image, sigma):
    radius = math.ceil(3 * sigma)
    blurred = ndimage.gaussian_filter(image.astype(float), (sigma, sigma, 0), mode="mirror", truncate=radius / sigma)
    return (blurred + 0.5).astype(numpy.uint8)


def affine(image, matrix, how):
    """Pillow's matrix is of corners: output (x + 0.5, y + 0.5) looks at (a x + b y + c, d x + e y + f)."""
    return image.transform(image.size, Image.Transform.AFFINE, matrix, how, fillcolor=(0, 0, 0))


def cases():
    array = picture()
    image = Image.fromarray(array)
    nearest, bilinear = Image.Resampling.NEAREST, Image.Resampling.BILINEAR
    turn = math.radians(25)
    c, s = math.cos(turn), math.sin(turn)
    x, y = WIDTH / 2, HEIGHT / 2
    turned = (c, -s, x - c * x + s * y, s, c, y - s * x - c * y)
    yield "brightness", [0.6], ImageEnhance.Brightness(image).enhance(0.6)
    yield "brightness", [1.7], ImageEnhance.Brightness(image).enhance(1.7)
    yield "contrast", [0.4], ImageEnhance.Contrast(image).enhance(0.4)
    yield "contrast", [1.6], ImageEnhance.Contrast(image).enhance(1.6)
    yield "saturation", [0.3], ImageEnhance.Color(image).enhance(0.3)
    yield "saturation", [1.8], ImageEnhance.Color(image).enhance(1.8)
    yield "sharpness", [0.2], ImageEnhance.Sharpness(image).enhance(0.2)
    yield "sharpness", [1.9], ImageEnhance.Sharpness(image).enhance(1.9)
    yield "grayscale", [0], image.convert("L").convert("RGB")
    yield "posterize", [3], ImageOps.posterize(image, 3)
    yield "solarize", [100.5], ImageOps.solarize(image, 100.5)
    yield "invert", [0], ImageOps.invert(image)
    yield "equalize", [0], ImageOps.equalize(image)
    yield "autocontrast", [0], ImageOps.autocontrast(Image.fromarray(array // 2 + 30))
    yield "hue", [0.1], hue(array, 0.1)
    yield "hue", [-0.3], hue(array, -0.3)
    yield "blur", [0.8], blur(array, 0.8)
    yield "blur", [2.0], blur(array, 2.0)
    yield "rotate", [25, 1], affine(image, turned, nearest)
    yield "rotate", [25, 0], affine(image, turned, bilinear)
    yield "shear_x", [0.3, 1], affine(image, (1, 0.3, 0, 0, 1, 0), nearest)
    yield "zoom", [1.25, 0], affine(image, (0.8, 0, 0.2 * x, 0, 0.8, 0.2 * y), bilinear)
    yield "resized_crop", [2, 1, 6, 7], image.resize((WIDTH, HEIGHT), bilinear, (2, 1, 8, 8))


def main():
    rows = [{"op": op, "amounts": amounts, "image": numpy.asarray(out).reshape(-1).tolist()} for op, amounts, out in cases()]
    with open("augment.json", "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
