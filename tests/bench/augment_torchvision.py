"""Images a second of torchvision on one thread, for the jobs of augment_bench and decode_bench.

    augment_torchvision.py JPEG     one line a job: its name, and images a second

Each job is done in the form that a data loader has (an image at a time, by Pillow) and, where torchvision can, on a
batch of tensors at once, where one draw of random numbers is shared by the batch; ours draws for each image.
"""

import io
import sys
import time

import torch
from PIL import Image
from torchvision import io as image_io
from torchvision import transforms as T

COUNT = 256
SECONDS = 1.0


def rate(work, images):
    """How many images `work` does in a second of processor time, as Google Benchmark counts it for ours."""
    work()
    done, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        work()
        done += images
    return done / (time.process_time() - start)


def pixels(height, width, channels):
    values = torch.arange(COUNT * height * width * channels) * 31 % 251
    return values.to(torch.uint8).reshape(COUNT, height, width, channels)


def normalise(channels):
    return T.Normalize([0.3] * channels, [0.35] * channels)


def one_by_one(images, change, channels):
    """Pillow images through `change`, then to normalised tensors."""
    pictures = [Image.fromarray(one.squeeze(-1).numpy()) for one in images]
    steps = T.Compose([change, T.ToTensor(), normalise(channels)])

    def work():
        for image in pictures:
            steps(image)

    return rate(work, COUNT)


def all_at_once(images, change, channels):
    """A batch of tensors through `change`, then normalised."""
    batch = images.permute(0, 3, 1, 2).contiguous()
    steps = T.Compose([change, T.ConvertImageDtype(torch.float32), normalise(channels)])
    return rate(lambda: steps(batch), COUNT)


def augmenting():
    gray, colour = pixels(28, 28, 1), pixels(32, 32, 3)
    jobs = {
        "shift_flip_28x28x1": (gray, 1, T.Compose([T.RandomAffine(0, translate=(0.1, 0.1)), T.RandomHorizontalFlip()])),
        "crop_flip_32x32x3": (colour, 3, T.Compose([T.RandomCrop(32, padding=4), T.RandomHorizontalFlip()])),
        "trivial_augment_32x32x3": (colour, 3, T.TrivialAugmentWide()),
    }
    for name, (images, channels, change) in jobs.items():
        yield name + "/pillow", one_by_one(images, change, channels)
        yield name + "/batch", all_at_once(images, change, channels)


def decoding(path):
    with open(path, "rb") as file:
        data = file.read()
    encoded = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    crop = [T.RandomResizedCrop(224), T.RandomHorizontalFlip()]
    by_pillow = T.Compose([*crop, T.ToTensor(), normalise(3)])
    by_tensor = T.Compose([*crop, T.ConvertImageDtype(torch.float32), normalise(3)])

    def opened():
        return Image.open(io.BytesIO(data)).convert("RGB")

    yield "decode/pillow", rate(opened, 1)
    yield "decode/tensor", rate(lambda: image_io.decode_jpeg(encoded), 1)
    yield "decode_crop_flip_224/pillow", rate(lambda: by_pillow(opened()), 1)
    yield "decode_crop_flip_224/tensor", rate(lambda: by_tensor(image_io.decode_jpeg(encoded)), 1)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    with torch.no_grad():
        for jobs in (augmenting(), decoding(sys.argv[1])):
            for name, images_a_second in jobs:
                print(f"{name} {images_a_second:.0f}", flush=True)


if __name__ == "__main__":
    main()
