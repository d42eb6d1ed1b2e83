"""A small classifier in both languages, for what goes from one to the other: its twin is Network.cs of tests/PyTorch.Tests.

    python3 network.py make FOLDER      a network with weights of chance: network.pt (torch.save), network.dat (TorchSharp's
                                        format), predictions.json
    python3 network.py predict FILE     what it predicts with the weights of such a file: [[...], ...] on standard output
"""

import argparse
import json
from pathlib import Path

import torch
from torch import nn

import torchsharp
from liftpool import LiftDownPool2d, LiftingScheme, LiftUpPool2d


class Network(nn.Module):
    """[N, 1, H, W] -> [N, 10]. One pool is the paper's, with its up-pool; one a fixed wavelet; one starts as a max pool of window 3."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(16)
        self.pool1 = LiftDownPool2d(channels=16)
        self.up1 = LiftUpPool2d(self.pool1)
        self.wavelet = LiftDownPool2d(LiftingScheme.Wavelet("Cdf97"), bands="LL")
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(32)
        max_lifting = LiftingScheme.MaxLifting(learnable=True, channels=32, kernel_size=3)
        self.pool2 = LiftDownPool2d(max_lifting, reduction="LearnedMagnitude", dense_max="Ahead")
        self.head = nn.Linear(16 + 32, 10)

    def forward(self, x):
        x, bands = self.pool1.call_with_bands(self.norm1(self.conv1(x)).relu())
        smooth = self.wavelet(self.up1(x, bands))
        x = self.pool2(self.norm2(self.conv2(x)).relu())
        return self.head(torch.cat([smooth.mean((2, 3)), x.mean((2, 3))], 1))


def known_input(count=4, height=14, width=11):
    """The same numbers in both languages."""
    numbers = torch.arange(count * height * width, dtype=torch.float64)
    return (0.37 * numbers).sin().float().reshape(count, 1, height, width)


def load(path):
    """The network with the weights of a file, of PyTorch's or of TorchSharp's format by its ending."""
    network = Network()
    network.load_state_dict(torchsharp.load(path) if str(path).endswith(".dat") else torch.load(path, weights_only=True))
    return network.eval()


def predictions(network):
    with torch.no_grad():
        return network.eval()(known_input()).tolist()


def make(folder):
    torch.manual_seed(1)
    network = Network()
    with torch.no_grad():
        for weight in network.parameters():
            weight += 0.1 * torch.randn_like(weight)
        network(torch.randn(64, 1, 14, 11))  # for the running means and variances
    save(network, folder)


def save(network, folder):
    """network.pt, network.dat and predictions.json."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), folder / "network.pt")
    torchsharp.save(network.state_dict(), folder / "network.dat")
    (folder / "predictions.json").write_text(json.dumps(predictions(network)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("make", "predict"))
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "make":
        make(arguments.path)
    else:
        print(json.dumps(predictions(load(arguments.path))))


if __name__ == "__main__":
    main()
