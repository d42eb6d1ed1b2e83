#!/usr/bin/env python3
"""The experiment `classify` of samples/Experiments, its deep network, on a GPU: many forms, many seeds, in minutes.

    python3 classify.py --data FOLDER --output docs/results --depth 2 --epochs 12 --first-seed 21 --seeds 10

The same images in the same splits, layers, optimizer, schedule and names as the C# experiment; other draws of first weights and
batches, so a seed here is not the seed there, and pools that draw weights leave the layers behind them with others. Results are lines of the same classify.csv, under settings of their own, and the
report is made there: `dotnet run --project samples/Experiments -c Release -- report --output docs/results`.

Runs of one form with different seeds go side by side: each has its network and a CUDA graph of one training step, whose batch and
learning rate are read from tables by a counter on the device, so that a step costs one launch.
"""
import argparse
import csv
import functools
import gzip
import math
import os
import time

import numpy
import torch
from torch import nn
import torch.nn.functional as F

from liftpool import LiftDownPool2d, LiftingScheme

BATCH = 100
RATE = 3e-3
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


def idx(folder, name):
    with gzip.open(os.path.join(folder, name + ".gz"), "rb") as file:
        data = file.read()
    dims = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return torch.frombuffer(bytearray(data[4 + 4 * len(dims):]), dtype=torch.uint8).reshape(dims)


def fashion(folder, count, seed):
    """Training, validation and test images and labels; the validation images are those of the C# experiment."""
    def read(name):
        return idx(folder, name + "-images-idx3-ubyte").unsqueeze(1).float() / 255, idx(folder, name + "-labels-idx1-ubyte").long()
    (images, labels), test = read("train"), read("t10k")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    held, rest = order[:VALIDATION], order[VALIDATION:]
    chosen = rest[torch.randperm(len(rest), generator=torch.Generator().manual_seed(seed))[:count]]
    return (images[chosen], labels[chosen]), (images[held], labels[held]), test


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


class Run:
    """One network in training, its step captured as a CUDA graph that runs on a stream of its own."""

    def __init__(self, form, depth, seed, train, epochs):
        torch.manual_seed(seed)
        self.images, self.labels = train
        device, count = self.images.device, len(self.labels)
        self.net = network(form, depth, self.images.shape[1], self.images.shape[2], int(self.labels.max()) + 1).to(device).train()
        draw = torch.Generator().manual_seed(seed)
        batches = count // BATCH
        self.steps = epochs * batches
        self.order = torch.cat([torch.randperm(count, generator=draw)[:batches * BATCH].view(batches, BATCH) for _ in range(epochs)]).to(device)
        self.rates = torch.tensor([RATE * (1 + math.cos(math.pi * i / self.steps)) / 2 for i in range(self.steps)], device=device)
        self.at = torch.zeros(1, dtype=torch.long, device=device)
        self.losses = torch.zeros(1, device=device)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=torch.tensor(RATE, device=device), capturable=True)
        self.stream = torch.cuda.Stream()
        self.capture()

    def step(self):
        chosen = self.order.index_select(0, self.at)[0]
        self.optimizer.param_groups[0]["lr"].copy_(self.rates.index_select(0, self.at)[0])
        loss = F.cross_entropy(self.net(self.images.index_select(0, chosen)), self.labels.index_select(0, chosen))
        loss.backward()
        self.optimizer.step()
        self.losses.add_(loss.detach())
        self.at.add_(1)

    def capture(self):
        before = {name: value.clone() for name, value in self.net.state_dict().items()}
        with torch.cuda.stream(self.stream):
            for _ in range(3):
                self.optimizer.zero_grad(set_to_none=True)
                self.step()
            self.optimizer.zero_grad(set_to_none=True)
            self.graph = torch.cuda.CUDAGraph()
        self.stream.synchronize()
        with torch.cuda.graph(self.graph, stream=self.stream):
            self.step()

        # As if nothing had been trained.
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                value.copy_(before[name])
            for state in self.optimizer.state.values():
                for value in state.values():
                    value.zero_()
            self.at.zero_()
            self.losses.zero_()
        torch.cuda.synchronize()

    @torch.no_grad()
    def accuracy(self, images, labels):
        self.net.eval()
        right = sum((self.net(x).argmax(1) == y).sum() for x, y in zip(images.split(1000), labels.split(1000)))
        self.net.train()
        return right.item() / len(labels)


def train(form, depth, seeds, epochs, data):
    """What each seed's run measured, and its curve."""
    runs = {seed: Run(form, depth, seed, data[seed][0], epochs) for seed in seeds}
    curves = {seed: [] for seed in seeds}
    steps = next(iter(runs.values())).steps // epochs
    for epoch in range(epochs):
        for _ in range(steps):
            for run in runs.values():
                with torch.cuda.stream(run.stream):
                    run.graph.replay()
        torch.cuda.synchronize()
        for seed, run in runs.items():
            curves[seed].append((epoch + 1, run.losses.item() / steps, run.accuracy(*(part[:2000] for part in data[seed][1]))))
            run.losses.zero_()
    return {
        seed: ({
            "validation accuracy": run.accuracy(*data[seed][1]),
            "test accuracy": run.accuracy(*data[seed][2]),
            "parameters": sum(weight.numel() for weight in run.net.parameters()),
        }, curves[seed])
        for seed, run in runs.items()
    }


def append(file, header, rows):
    is_new = not os.path.exists(file)
    with open(file, "a", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows(([header] if is_new else []) + rows)


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
    read, name = (textures, os.path.basename(os.path.normpath(args.data))) if photographs(args.data) else (fashion, "fashion-mnist")
    data, held = {}, None
    for seed in range(args.first_seed, args.first_seed + args.seeds):
        parts = read(args.data, args.train, seed)
        held = held or [tuple(part.cuda() for part in split) for split in parts[1:]]
        data[seed] = (tuple(part.cuda() for part in parts[0]), *held)
    sizes = "/".join(str(len(split[1])) for split in data[args.first_seed])
    settings = f"{name} {sizes} x {args.epochs}{f', depth {args.depth}' * (args.depth > 1)}, PyTorch"
    print(f"{settings}: read in {time.time() - start:.0f} s", flush=True)
    results = os.path.join(args.output, "classify.csv")
    done = set()
    if os.path.exists(results):
        with open(results, newline="") as file:
            done = {(row["Variant"], int(row["Seed"])) for row in csv.DictReader(file) if row["Settings"] == settings}
    for form in args.only:
        seeds = [seed for seed in range(args.first_seed, args.first_seed + args.seeds) if (form, seed) not in done]
        if not seeds or time.time() - start > args.limit:
            continue
        began = time.time()
        measured = train(form, args.depth, seeds, args.epochs, data)
        append(os.path.join(args.output, "classify-curves.csv"), ["Settings", "Variant", "Seed", "Epoch", "Loss", "Score"],
               [[settings, form, seed, *point] for seed, (_, curve) in measured.items() for point in curve])
        append(results, ["Settings", "Variant", "Seed", "Metric", "Value"],
               [[settings, form, seed, *one] for seed, (result, _) in measured.items() for one in result.items()])
        mean = sum(result["test accuracy"] for result, _ in measured.values()) / len(measured)
        print(f"{form}: {100 * mean:.2f} % over {len(seeds)} seeds, {time.time() - began:.0f} s", flush=True)
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
