"""What classify.py and segment.py share: training on a CUDA device by graphs, and their lines of results.

Runs of one form with different seeds go side by side: each has its network and a CUDA graph of one training step, whose batch and
learning rate are read from tables by a counter on the device, so that a step costs one launch.
"""
import csv
import gzip
import math
import os

import torch
import torch.nn.functional as F

RATE = 3e-3


def idx(folder, name):
    """The array of bytes in one of Fashion-MNIST's files."""
    with gzip.open(os.path.join(folder, name + ".gz"), "rb") as file:
        data = file.read()
    dims = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return torch.frombuffer(bytearray(data[4 + 4 * len(dims):]), dtype=torch.uint8).reshape(dims)


def fashion(folder, count, seed, validation):
    """Training, validation and test images and labels; the validation images are those of the C# experiment."""
    def read(name):
        return idx(folder, name + "-images-idx3-ubyte").unsqueeze(1).float() / 255, idx(folder, name + "-labels-idx1-ubyte").long()
    (images, labels), test = read("train"), read("t10k")
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    held, rest = order[:validation], order[validation:]
    chosen = rest[torch.randperm(len(rest), generator=torch.Generator().manual_seed(seed))[:count]]
    return (images[chosen], labels[chosen]), (images[held], labels[held]), test


class Run:
    """A network in training, its step captured as a CUDA graph that runs on a stream of its own."""

    def __init__(self, network, train, seed, batch, epochs):
        self.net = network.train()
        self.images, self.labels = train
        device, count = self.images.device, len(self.labels)
        draw = torch.Generator().manual_seed(seed)
        self.batches = count // batch
        steps = epochs * self.batches
        orders = [torch.randperm(count, generator=draw)[:self.batches * batch].view(-1, batch) for _ in range(epochs)]
        self.order = torch.cat(orders).to(device)
        self.rates = torch.tensor([RATE * (1 + math.cos(math.pi * i / steps)) / 2 for i in range(steps)], device=device)
        self.at = torch.zeros(1, dtype=torch.long, device=device)
        self.losses = torch.zeros(1, device=device)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=torch.tensor(RATE, device=device), capturable=True)
        self.stream = torch.cuda.Stream()
        self.capture()

    def step(self):
        chosen = self.order.index_select(0, self.at)[0]
        self.optimizer.param_groups[0]["lr"].copy_(self.rates.index_select(0, self.at)[0])
        loss = F.cross_entropy(self.net(self.images.index_select(0, chosen)), self.labels.index_select(0, chosen).long())
        loss.backward()
        self.optimizer.step()
        self.losses.add_(loss.detach())
        self.at.add_(1)

    def capture(self):
        before = {name: value.clone() for name, value in self.net.state_dict().items()}
        torch.cuda.synchronize()
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
    def predict(self, images):
        """The class of each image, or of each pixel."""
        self.net.eval()
        classes = torch.cat([self.net(part).argmax(1) for part in images.split(1000)])
        self.net.train()
        return classes


def train(runs, epochs, score):
    """Trains all; for each the points (epoch, mean loss, score) of its curve."""
    curves = [[] for _ in runs]
    for epoch in range(epochs):
        for _ in range(runs[0].batches):
            for run in runs:
                with torch.cuda.stream(run.stream):
                    run.graph.replay()
        torch.cuda.synchronize()
        for run, curve in zip(runs, curves):
            curve.append((epoch + 1, run.losses.item() / run.batches, score(run)))
            run.losses.zero_()
        torch.cuda.synchronize()
    return curves


class Results:
    """NAME.csv and NAME-curves.csv of a folder, to which the C# experiments add their lines, too."""

    def __init__(self, folder, name, settings):
        self.file, self.curves = (os.path.join(folder, name + end) for end in (".csv", "-curves.csv"))
        self.settings = settings
        self.done = set()
        if os.path.exists(self.file):
            with open(self.file, newline="") as lines:
                self.done = {(row["Variant"], int(row["Seed"])) for row in csv.DictReader(lines) if row["Settings"] == settings}

    def add(self, variant, seed, measured, curve):
        self.append(self.curves, ["Epoch", "Loss", "Score"], [[variant, seed, *point] for point in curve])
        self.append(self.file, ["Metric", "Value"], [[variant, seed, *one] for one in measured.items()])

    def append(self, file, header, rows):
        is_new = not os.path.exists(file)
        with open(file, "a", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerows([["Settings", "Variant", "Seed", *header]] if is_new else [])
            writer.writerows([self.settings, *row] for row in rows)
