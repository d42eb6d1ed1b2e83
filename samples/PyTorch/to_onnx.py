"""Writes a trained network as ONNX, for a server that runs ONNX Runtime: trained in C#, say, and deployed without TorchSharp.

    python3 to_onnx.py network.pt network.onnx          or network.dat, TorchSharp's own format

Any number of images is taken; their height and width are those of the example, since odd sizes choose other operations.
"""

import argparse
import inspect
import warnings

import torch

import network


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("onnx")
    arguments = parser.parse_args()
    # That sizes became constants, and that slices of step 2 are not folded.
    warnings.filterwarnings("ignore")
    # By tracing, which every version of torch can do.
    traced = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(
        network.load(arguments.weights),
        network.known_input(),
        arguments.onnx,
        opset_version=13,
        input_names=["images"],
        output_names=["scores"],
        dynamic_axes={"images": {0: "count"}, "scores": {0: "count"}},
        **traced,
    )


if __name__ == "__main__":
    main()
