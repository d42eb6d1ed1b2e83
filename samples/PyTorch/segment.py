#!/usr/bin/env python3
"""The experiment `segment` of samples/Experiments on a GPU: 400,000 scenes a run, each seen once.

    python3 segment.py --data FOLDER/fashion-mnist --output docs/results --seeds 5

Scenes by the rules of samples/Experiments/Segment/SceneCanvas.cs, of other draws, so a seed here is not the seed there; the same
network, pairs of pools, optimizer, schedule and names, but batches of 32, PyTorch's own precision of convolutions and no penalties.
Results are lines of the same segment.csv, under settings of their own, and the report is made there:
`dotnet run --project samples/Experiments -c Release -- report --output docs/results`.
"""
import argparse
import math
import time

import torch
from torch import nn
import torch.nn.functional as F

from classify import MaxBlurPool
from liftpool import LiftDownPool2d, LiftUpPool2d
from training import Results, Run, fashion, train

SIDE, INSET, VISIBLE = 48, 6, 0.1
NAMES = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot", "background"]
BACKGROUND = NAMES.index("background")
VALIDATION = 12_000  # garments
WIDTHS = [32, 64, 128, 256]
BATCH = 32
TOGETHER = 3  # pairs that are trained side by side


class Composer:
    """Scenes [N, 1, 48, 48] with labels [N, 48, 48] of bytes, on the device of the garments."""

    def __init__(self, garments, seed):
        self.images, self.labels = garments
        self.device = self.images.device
        self.draw = torch.Generator(self.device).manual_seed(seed)
        self.y, self.x = torch.meshgrid(*2 * [torch.arange(SIDE, device=self.device).float()], indexing="ij")

    def scenes(self, count, at_once=5000):
        parts = [self.compose(min(at_once, count - start)) for start in range(0, count, at_once)]
        return tuple(torch.cat(part) for part in zip(*parts))

    def between(self, count, least, most):
        return least + (most - least) * torch.rand(count, 1, 1, generator=self.draw, device=self.device)

    def whole(self, count, least, end):
        return torch.randint(least, end, (count, 1, 1), generator=self.draw, device=self.device)

    def compose(self, count):
        level, strength = self.between(count, 0.05, 0.3), self.between(count, 0, 0.15)
        slope_x, slope_y = self.between(count, -0.2, 0.2) / SIDE, self.between(count, -0.2, 0.2) / SIDE
        stripes = strength * torch.sin(self.between(count, -1.2, 1.2) * self.x + self.between(count, -1.2, 1.2) * self.y)
        pixels = level + slope_x * (self.x - SIDE // 2) + slope_y * (self.y - SIDE // 2) + stripes
        labels = torch.full_like(pixels, BACKGROUND, dtype=torch.uint8)

        side, fragments, garments = self.images.shape[-1], self.whole(count, 0, 4), self.whole(count, 2, 4)
        for i in range(3):
            width, height = self.whole(count, 4, 10), self.whole(count, 4, 10)
            left, top = (4 + (self.between(count, 0, 1) * (side - size - 8)).floor() for size in (width, height))
            self.paint(pixels, labels, i < fragments, left, top, width, height, is_fragment=True)
        for i in range(3):
            size, zero = torch.full_like(garments, side), torch.zeros_like(garments)
            self.paint(pixels, labels, i < garments, zero, zero, size, size, is_fragment=False)
        noise = 2 * torch.rand(pixels.shape, generator=self.draw, device=self.device) - 1
        return (pixels + self.between(count, 0, 0.06) * noise).clamp(0, 1).unsqueeze(1), labels

    def paint(self, pixels, labels, here, left, top, width, height, is_fragment):
        """A part of a garment, scaled, into the scenes that are `here`; its middle comes to lie anywhere."""
        count = len(pixels)
        garment = self.whole(count, 0, len(self.labels)).flatten()
        scale, brightness, mirrored = self.between(count, 0.7, 1.3), self.between(count, 0.6, 1), self.whole(count, 0, 2) == 1
        across = (self.x + 0.5 - self.between(count, INSET, SIDE - INSET)) / scale + width / 2
        down = (self.y + 0.5 - self.between(count, INSET, SIDE - INSET)) / scale + height / 2
        inside = here & (across >= 0) & (across < width) & (down >= 0) & (down < height)
        source = torch.stack([left + torch.where(mirrored, width - across, across), top + down], -1) * 2 / self.images.shape[-1] - 1
        value = F.grid_sample(self.images[garment], source, padding_mode="zeros", align_corners=False)[:, 0]
        seen = inside & (value > VISIBLE)
        pixels.copy_(torch.where(seen, brightness * value, pixels))
        label = torch.full_like(garment, BACKGROUND) if is_fragment else self.labels[garment]
        labels.copy_(torch.where(seen, label.to(labels.dtype)[:, None, None], labels))


class MaxPair(nn.Module):
    """The maximum of 2 x 2, and back to where it was, with zeros around it."""

    def __init__(self, channels):
        super().__init__()

    def forward(self, x):
        pooled, places = F.max_pool2d(x, 2, return_indices=True)
        return pooled, lambda features: F.max_unpool2d(features, places, 2, output_size=x.shape[-2:])


class BilinearPair(nn.Module):
    """A pool, and back by bilinear interpolation; perhaps with the map before the pool added."""

    def __init__(self, pool, skip):
        super().__init__()
        self.pool, self.skip = pool, skip

    def forward(self, x):
        def enlarge(features):
            large = F.interpolate(features, size=x.shape[-2:], mode="bilinear", align_corners=False)
            return large + x if self.skip else large
        return self.pool(x), enlarge


class LiftPair(nn.Module):
    """The lifting scheme, and back with its details; the features take the place of LL. Perhaps with the map before the pool added, too."""

    def __init__(self, down, skip=False):
        super().__init__()
        self.down, self.up, self.skip = down, LiftUpPool2d(down), skip

    def forward(self, x):
        pooled, bands = self.down.forward_with_bands(x)
        return pooled, lambda features: self.up(features, bands) + x if self.skip else self.up(features, bands)


TIED = "LiftDownPool2d + LiftUpPool2d, tied, no penalty"
PAIRS = {
    "MaxPool2d + MaxUnpool2d": MaxPair,
    "MaxPool2d + bilinear": lambda c: BilinearPair(nn.MaxPool2d(2), skip=False),
    "MaxPool2d + bilinear + skip": lambda c: BilinearPair(nn.MaxPool2d(2), skip=True),
    "MaxBlurPool + bilinear + skip": lambda c: BilinearPair(MaxBlurPool(c), skip=True),
    "dense max, LearnedMagnitude + bilinear + skip": lambda c: BilinearPair(
        LiftDownPool2d(c, reduction="learned_magnitude", dense_max="ahead"), skip=True),
    TIED: lambda c: LiftPair(LiftDownPool2d(c)),
    f"{TIED}, + skip": lambda c: LiftPair(LiftDownPool2d(c), skip=True),
    f"{TIED}, Magnitude down": lambda c: LiftPair(LiftDownPool2d(c, reduction="magnitude")),
    f"{TIED}, Magnitude down, + skip": lambda c: LiftPair(LiftDownPool2d(c, reduction="magnitude"), skip=True),
}


def stage(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class SegNet(nn.Module):
    """The network of samples/Experiments/Segment/SegNet.cs; the pairs draw their weights last."""

    def __init__(self, pair, depth):
        super().__init__()
        widths = WIDTHS[:depth + 1]
        wide = widths[-1]
        self.encoder = nn.ModuleList(stage(inputs, width) for inputs, width in zip([1, *widths], widths))
        self.middle = nn.Sequential(*(stage(wide, wide) for _ in range(3)))
        self.decoder = nn.ModuleList(stage(width, outputs) for width, outputs in zip(widths, [widths[0] // 2, *widths]))
        self.head = nn.Conv2d(widths[0] // 2, len(NAMES), 1)
        self.pairs = nn.ModuleList(PAIRS[pair](width) for width in widths)

    def forward(self, x):
        unpools = []
        for encode, pair in zip(self.encoder, self.pairs):
            x, unpool = pair(encode(x))
            unpools.append(unpool)
        x = self.middle(x)
        for decode, unpool in reversed(list(zip(self.decoder, unpools))):
            x = decode(unpool(x))
        return self.head(x)


def near_boundary(labels):
    """Where a pixel of another label is no more than two away along each axis."""
    labels = labels.float().unsqueeze(1)
    return (F.max_pool2d(labels, 5, 1, 2) != -F.max_pool2d(-labels, 5, 1, 2))[:, 0]


def measure(truth, given, where):
    """The IoU of each class, and the share of right pixels."""
    pairs = truth[where].long() * len(NAMES) + given[where]
    matrix = torch.bincount(pairs, minlength=len(NAMES) ** 2).view(len(NAMES), -1).double()
    right = matrix.diagonal()
    return right / (matrix.sum(0) + matrix.sum(1) - right), (right.sum() / matrix.sum()).item()


def mean_iou(run, scenes):
    images, truth = scenes
    return measure(truth, run.predict(images), torch.ones_like(truth, dtype=torch.bool))[0].nanmean().item()


def results_of(run, splits):
    result = {}
    for name, (images, truth) in splits.items():
        given = run.predict(images)
        ious, accuracy = measure(truth, given, torch.ones_like(truth, dtype=torch.bool))
        result[f"{name} mIoU"] = ious.nanmean().item()
        if name != "training":
            result[f"{name} boundary mIoU"] = measure(truth, given, near_boundary(truth))[0].nanmean().item()
        if name == "test":
            result["test pixel accuracy"] = accuracy
        if name == "validation":
            result.update({f"IoU: {label}": iou.item() for label, iou in zip(NAMES, ious)})
    result["parameters"] = sum(weight.numel() for weight in run.net.parameters())
    return result


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", required=True, help="folder with Fashion-MNIST's four IDX files")
    options.add_argument("--train", type=int, default=400_000, help="number of training scenes")
    options.add_argument("--output", required=True, help="folder of segment.csv; runs that it holds are not done again")
    options.add_argument("--epochs", type=int, default=1)
    options.add_argument("--depth", type=int, default=2, choices=range(1, len(WIDTHS)), help="levels of pooling less one")
    options.add_argument("--first-seed", type=int, default=1)
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--only", nargs="+", choices=list(PAIRS), default=list(PAIRS), metavar="NAME", help="; ".join(PAIRS))
    options.add_argument("--limit", type=float, default=math.inf, help="begin no pairs after so many seconds")
    args = options.parse_args()
    if not torch.cuda.is_available():
        raise SystemExit("There is no CUDA device; samples/Experiments trains the same on processors.")

    start = time.time()
    garments = [tuple(part.cuda() for part in split) for split in fashion(args.data, 10**6, 0, VALIDATION)]
    validation, test = (Composer(garments[i], 1_000_000 + i).scenes(2000) for i in (1, 2))
    seeds = range(args.first_seed, args.first_seed + args.seeds)
    data = {seed: Composer(garments[0], seed).scenes(args.train) for seed in seeds}
    depth = f", depth {args.depth}" * (args.depth > 1)
    settings = f"fashion-mnist {args.train}/{len(validation[1])}/{len(test[1])} x {args.epochs}{depth}, PyTorch"
    print(f"{settings}: composed in {time.time() - start:.0f} s", flush=True)
    results = Results(args.output, "segment", settings)
    for first in range(0, len(args.only), TOGETHER):
        left = [(pair, seed) for pair in args.only[first:first + TOGETHER] for seed in seeds if (pair, seed) not in results.done]
        if not left or time.time() - start > args.limit:
            continue
        began, runs = time.time(), []
        for pair, seed in left:
            torch.manual_seed(seed)
            runs.append(Run(SegNet(pair, args.depth).cuda(), data[seed], seed, BATCH, args.epochs))
        curves = train(runs, args.epochs, lambda run: mean_iou(run, tuple(part[:100] for part in validation)))
        for (pair, seed), run, curve in zip(left, runs, curves):
            training = tuple(part[:2000] for part in data[seed])
            measured = results_of(run, {"training": training, "validation": validation, "test": test})
            results.add(pair, seed, measured, curve)
            print(f"{pair}, {seed}: mIoU {measured['validation mIoU']:.4f} validation, {measured['training mIoU']:.4f} training", flush=True)
        print(f"{len(left)} runs, {time.time() - began:.0f} s", flush=True)
        del runs
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
