"""Writes a trained network as ONNX, for a server that runs ONNX Runtime: trained in C#, say, and deployed without TorchSharp.

    python3 to_onnx.py network.pt network.onnx          or network.dat, TorchSharp's own format
    python3 to_onnx.py network.pt network.onnx --pair FOLDER        also down.onnx, its first pool, and up.onnx, which undoes it

Any number of images is taken; their height and width are those of the example, since odd sizes choose other operations.
"""

import argparse
import inspect
import warnings
from pathlib import Path

import torch
from torch import nn

import network
from liftpool import LiftBands


class Down(nn.Module):
    """A pool that gives tensors: the output, the bands in their order, the cropped samples."""

    def __init__(self, pool):
        super().__init__()
        self.pool = pool

    def forward(self, x):
        y, bands = self.pool.call_with_bands(x)
        return y, *bands.tensors.values(), *bands.cropped


class Up(nn.Module):
    """An up-pool that takes tensors: the bands in their order, the cropped samples. ``like``: bands of the same shapes."""

    def __init__(self, up, pool, like):
        super().__init__()
        self.up, self.like = up, like
        self.pool = pool  # whose operators it shares: tracing has to know their weights

    def forward(self, *tensors):
        bands, cropped = tensors[: len(self.like)], tensors[len(self.like) :]
        return self.up(LiftBands(dict(zip(self.like, bands)), self.like.input_shape, cropped, self.like.axes))


def export(model, example, file, inputs, outputs):
    # That sizes became constants, and that slices of step 2 are not folded.
    warnings.filterwarnings("ignore")
    # By tracing, which every version of torch can do.
    traced = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(
        model.eval(),
        example,
        str(file),
        opset_version=13,
        input_names=inputs,
        output_names=outputs,
        dynamic_axes={name: {0: "count"} for name in (*inputs, *outputs)},
        **traced,
    )


def export_pair(pool, up, example, folder):
    folder.mkdir(parents=True, exist_ok=True)
    _, bands = pool.forward_with_bands(example)
    names = [*bands, *(f"cropped{i}" for i in range(len(bands.cropped)))]
    export(Down(pool), example, folder / "down.onnx", ["input"], ["output", *names])
    export(Up(up, pool, bands), (*bands.tensors.values(), *bands.cropped), folder / "up.onnx", names, ["restored"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("onnx")
    parser.add_argument("--pair", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    trained = network.load(arguments.weights)
    images = network.known_input()
    export(trained, images, arguments.onnx, ["images"], ["scores"])
    if arguments.pair:
        with torch.no_grad():
            export_pair(trained.pool1, trained.up1, trained.norm1(trained.conv1(images)).relu(), arguments.pair)


if __name__ == "__main__":
    main()
