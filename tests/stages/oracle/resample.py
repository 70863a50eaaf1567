"""Writes resample.json: a small picture resized by Pillow. Run in this folder."""

import json

import numpy
from PIL import Image


def picture(height, width, channels):
    """As the test has it: no two neighbours are alike."""
    y, x, c = numpy.meshgrid(range(height), range(width), range(channels), indexing="ij")
    return ((x * 37 + y * 91 + c * 53 + x * y % 29 * 5) % 256).astype(numpy.uint8)


def case(name, image, to, box=None):
    """Sizes are height x width x channels; a box is x, y, width, height."""
    height, width, channels = image
    box = box or (0, 0, width, height)
    pixels = picture(*image)
    source = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    corners = (box[0], box[1], box[0] + box[2], box[1] + box[3])
    result = source.resize((to[1], to[0]), Image.BILINEAR, box=corners)
    return {"name": name, "image": image, "box": box, "to": to,
            "values": numpy.asarray(result).ravel().tolist()}


cases = [
    case("smaller", (23, 31, 3), (7, 9)),
    case("larger", (5, 4, 3), (8, 9)),
    case("the same size", (5, 6, 3), (5, 6)),
    case("higher and narrower", (12, 30, 1), (17, 6)),
    case("a part between pixels, smaller", (23, 31, 3), (4, 5), (2.5, 3.25, 17.25, 13.5)),
    case("a part between pixels, larger", (23, 31, 1), (11, 9), (20.75, 15.5, 6.5, 7.25)),
    case("a part of less than a pixel", (6, 6, 1), (3, 3), (2.25, 3.5, 0.5, 0.25)),
    case("very much smaller", (3, 400, 3), (2, 5)),
    case("one pixel", (23, 31, 3), (1, 1)),
    case("a column", (40, 1, 1), (6, 3)),
]

with open("resample.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]\n")
