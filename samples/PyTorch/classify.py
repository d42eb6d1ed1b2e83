#!/usr/bin/env python3
"""The experiment `classify` of samples/Experiments, its deep network, on a GPU: many forms, many seeds, in minutes.

    python3 classify.py --data FOLDER --output docs/results --depth 2 --epochs 12 --first-seed 21 --seeds 10

The same images in the same splits, layers, optimizer, schedule and names as the C# experiment; other draws of first weights and
batches, so a seed here is not the seed there, and pools that draw weights leave the layers behind them with others. Results are lines of
the same classify.csv, under settings of their own, and the report is made there:
`dotnet run --project samples/Experiments -c Release -- report --output docs/results`.
"""
import argparse
import functools
import math
import os
import time

import numpy
import torch
from torch import nn
import torch.nn.functional as F

from liftpool import LiftDownPool2d, LiftingScheme
from training import Results, Run, fashion, train

BATCH = 100
WIDTHS = [16, 32, 64, 64]
VALIDATION = 10_000


class MaxBlurPool(nn.Module):
    """The maximum of 2 x 2 at every pixel, then the binomial filter at every second one (Zhang, ICML 2019)."""

    def __init__(self, channels):
        super().__init__()
        taps = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("filter", torch.outer(taps, taps).expand(channels, 1, 3, 3).clone(), persistent=False)

    def forward(self, x):
        maxima = F.pad(F.max_pool2d(x, 2, stride=1), (1, 1, 1, 1), mode="reflect")
        return F.conv2d(maxima, self.filter, stride=2, groups=x.shape[1])


def projected(pool, channels):
    """All bands as channels, then 1 x 1 back to as many channels as there were."""
    return nn.Sequential(pool, nn.Conv2d(4 * channels, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU())


def wavelet(name, channels):
    return LiftingScheme.Wavelet(name, learnable=True, channels=channels)


def start(scheme, taps):
    return lambda c: LiftDownPool2d(scheme(learnable=True, channels=c, kernel_size=taps), bands="LL")


def sized(name, reduction, **more):
    return lambda c: LiftDownPool2d(wavelet(name, c), reduction=reduction, **more)


class GatedPool(nn.Module):
    """The sum of the bands, each through a gate: x + x (sigmoid(InstanceNorm(conv x)) - 1/2) (Temporal Lift Pooling, ECCV 2022)."""

    def __init__(self, channels):
        super().__init__()
        self.pool = LiftDownPool2d(channels, reduction="concat")
        self.gates = nn.ModuleList(nn.Sequential(
            nn.Conv2d(channels, channels, 5, padding=2, groups=channels), nn.InstanceNorm2d(channels), nn.Sigmoid()) for _ in range(4))

    def forward(self, x):
        return sum(band * (gate(band) + 0.5) for band, gate in zip(self.pool(x).chunk(4, 1), self.gates))


FORMS = {
    "MaxPool2d": lambda c: nn.MaxPool2d(2),
    "AvgPool2d": lambda c: nn.AvgPool2d(2),
    "strided convolution": lambda c: nn.Conv2d(c, c, 2, stride=2),
    "MaxBlurPool": MaxBlurPool,
    "Haar LL": lambda c: LiftDownPool2d(LiftingScheme.Wavelet("Haar"), bands="LL"),
    "LiftDownPool2d, no penalty": lambda c: LiftDownPool2d(c),
    "dense max, AvgPool2d": lambda c: LiftDownPool2d(LiftingScheme.Mean(), bands="LL", dense_max="ahead"),
    "strided convolution, norm, ReLU": lambda c: nn.Sequential(nn.Conv2d(c, c, 2, stride=2, bias=False), nn.BatchNorm2d(c), nn.ReLU()),
    "dense max, lift": lambda c: LiftDownPool2d(c, dense_max="ahead"),
    "dense max, lift without tanh": lambda c: LiftDownPool2d(c, tanh=False, dense_max="ahead"),
    "dense max, LL of 5/3": lambda c: LiftDownPool2d(wavelet("Cdf53", c), bands="LL", dense_max="ahead"),
    "dense max, Magnitude": lambda c: LiftDownPool2d(c, reduction="magnitude", dense_max="ahead"),
    "dense max, LearnedMagnitude": lambda c: LiftDownPool2d(c, reduction="learned_magnitude", dense_max="ahead"),
    "dense max, LearnedMagnitude of 5/3": sized("Cdf53", "learned_magnitude", dense_max="ahead"),
    "Magnitude": lambda c: LiftDownPool2d(c, reduction="magnitude"),
    "LearnedMagnitude": lambda c: LiftDownPool2d(c, reduction="learned_magnitude"),
    "Magnitude of Haar": sized("Haar", "magnitude"),
    "LearnedMagnitude of Haar": sized("Haar", "learned_magnitude"),
    "Magnitude of 5/3": sized("Cdf53", "magnitude"),
    "LearnedMagnitude of 5/3": sized("Cdf53", "learned_magnitude"),
    **{f"LL of max-lifting, {taps} tap{'s' * (taps > 1)}": start(LiftingScheme.MaxLifting, taps) for taps in (1, 3, 5)},
    **{f"LL of the mean, {taps} tap{'s' * (taps > 1)}": start(LiftingScheme.Mean, taps) for taps in (1, 3, 5)},
    "gated bands": GatedPool,
    "lift, 1 x 1, norm, ReLU": lambda c: projected(LiftDownPool2d(c, reduction="concat"), c),
    "Haar, 1 x 1, norm, ReLU": lambda c: projected(LiftDownPool2d(LiftingScheme.Wavelet("Haar"), reduction="concat"), c),
    "lift without tanh": lambda c: LiftDownPool2d(c, tanh=False),
}


def network(form, depth, inputs, side, classes):
    layers = []
    for stage, width in enumerate(WIDTHS):
        for _ in range(depth):
            layers += [nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            inputs = width
        if stage < len(WIDTHS) - 1:
            layers.append(FORMS[form](width))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(WIDTHS[-1] * (side // 8) ** 2, classes))


def photographs(folder):
    """The files, in order of name."""
    endings = (".png", ".jpg", ".jpeg")
    found = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names if name.lower().endswith(endings)]
    return sorted(found, key=lambda file: (os.path.basename(file), file))


@functools.cache
def pixels(file):
    from PIL import Image
    return torch.from_numpy(numpy.array(Image.open(file).convert("RGB"))).permute(2, 0, 1)


@functools.cache
def patches(folder, count, seed, which):
    """Which photograph is a patch from? As samples/Experiments/Data/TextureData.cs cuts and chooses them."""
    tile, window, least, files = 128, 64, 4.0, photographs(folder)
    result = []
    for label, file in enumerate(files):
        photo, draw = pixels(file), torch.Generator().manual_seed(seed * 1009 + label)
        tiles = [(y, x) for y in range(photo.shape[1] // tile) for x in range(photo.shape[2] // tile)]
        white, black = ([at for at in tiles if sum(at) % 2 == colour] for colour in (0, 1))
        chosen = {"test": black, "validation": white[1::3], "train": [at for i, at in enumerate(white) if i % 3 != 1]}[which]
        windows = photo.unfold(1, window, 1).unfold(2, window, 1).permute(1, 2, 0, 3, 4)
        found = torch.empty(0, 3, window // 2, window // 2)
        for _ in range(100):
            if len(found) >= count:
                break
            corners = tile * torch.tensor(chosen)[torch.randint(len(chosen), (count,), generator=draw)]
            corners = corners + torch.randint(tile - window + 1, (count, 2), generator=draw)
            drawn = F.avg_pool2d(windows[corners[:, 0], corners[:, 1]].float(), 2)
            drawn = drawn - drawn.mean((2, 3), keepdim=True)
            deviation = drawn.square().mean((1, 2, 3), keepdim=True).sqrt()
            found = torch.cat([found, (0.5 + 0.2 * drawn / deviation)[deviation.flatten() >= least]])
        if len(found) < count:
            raise SystemExit(f"{file}: flat, too few patches with a standard deviation of {least} of 255")
        result.append(found[:count])
    return torch.stack(result, 1).flatten(0, 1), torch.arange(len(files)).repeat(count)


def textures(folder, count, seed):
    """600, 100 and 400 patches of each photograph if count is 600 times their number."""
    each = count // len(photographs(folder))
    return patches(folder, each, seed, "train"), patches(folder, each // 6, 1_000_001, "validation"), patches(folder, each * 2 // 3, 1_000_002, "test")


def accuracy(run, images, labels):
    return (run.predict(images) == labels).float().mean().item()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", required=True, help="folder with Fashion-MNIST's four IDX files, or with photographs")
    options.add_argument("--train", type=int, default=50_000, help="number of training images")
    options.add_argument("--output", required=True, help="folder of classify.csv; runs that it holds are not done again")
    options.add_argument("--depth", type=int, default=2, help="convolutions in each of the four stages")
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--first-seed", type=int, default=1)
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--only", nargs="+", choices=list(FORMS), default=list(FORMS), metavar="NAME", help="; ".join(FORMS))
    options.add_argument("--limit", type=float, default=math.inf, help="begin no form after so many seconds")
    args = options.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("There is no CUDA device; samples/Experiments trains the same on processors.")

    # Single precision throughout, as on a processor.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    start = time.time()
    if photographs(args.data):
        read, name = textures, os.path.basename(os.path.normpath(args.data))
    else:
        read, name = functools.partial(fashion, validation=VALIDATION), "fashion-mnist"
    data, held = {}, None
    for seed in range(args.first_seed, args.first_seed + args.seeds):
        data[seed], *parts = [tuple(part.cuda() for part in split) for split in read(args.data, args.train, seed)]
        held = held or parts
    sizes = "/".join(str(len(split[1])) for split in (data[args.first_seed], *held))
    settings = f"{name} {sizes} x {args.epochs}{f', depth {args.depth}' * (args.depth > 1)}, PyTorch"
    print(f"{settings}: read in {time.time() - start:.0f} s", flush=True)
    results = Results(args.output, "classify", settings)
    for form in args.only:
        seeds = [seed for seed in range(args.first_seed, args.first_seed + args.seeds) if (form, seed) not in results.done]
        if not seeds or time.time() - start > args.limit:
            continue
        began, runs = time.time(), []
        for seed in seeds:
            torch.manual_seed(seed)
            images, labels = data[seed]
            net = network(form, args.depth, images.shape[1], images.shape[2], int(labels.max()) + 1).cuda()
            runs.append(Run(net, (images, labels), seed, BATCH, args.epochs))
        curves = train(runs, args.epochs, lambda run: accuracy(run, *(part[:2000] for part in held[0])))
        tested = []
        for seed, run, curve in zip(seeds, runs, curves):
            tested.append(accuracy(run, *held[1]))
            results.add(form, seed, {
                "validation accuracy": accuracy(run, *held[0]),
                "test accuracy": tested[-1],
                "parameters": sum(weight.numel() for weight in run.net.parameters()),
            }, curve)
        print(f"{form}: {100 * sum(tested) / len(tested):.2f} % over {len(seeds)} seeds, {time.time() - began:.0f} s", flush=True)
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
