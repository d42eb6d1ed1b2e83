"""Measures the layers of liftpool.py beside MaxPool2d on a CUDA device; says so if there is none.

    python3 bench.py [--quick]

For each size and type: the time of a forward, and of a forward and backward, by CUDA events (median of many, after some to warm
up), the kernels that a forward and backward launch, by torch's profiler, and the memory that they need beside the input at
their peak. "eager" is the layer as it stands, "compiled" torch.compile of it where torch has it, "graph" a captured CUDA graph.
"""

import argparse

import torch
from torch import nn

from liftpool import LiftDownPool2d, LiftingScheme

SIZES = [(32, 64, 56, 56), (32, 128, 28, 28), (8, 64, 224, 224), (128, 64, 32, 32)]
LAYERS = {
    "MaxPool2d(2)": lambda channels: nn.MaxPool2d(2),
    "LiftDownPool2d": lambda channels: LiftDownPool2d(channels),
    "... without tanh": lambda channels: LiftDownPool2d(channels, tanh=False),
    "... dense_max, LearnedMagnitude": lambda channels: LiftDownPool2d(
        channels, tanh=False, dense_max="Ahead", reduction="LearnedMagnitude"
    ),
    "Haar, LL": lambda channels: LiftDownPool2d(LiftingScheme.Wavelet("Haar"), bands="LL"),
    "max-lifting, LL, 3 taps": lambda channels: LiftDownPool2d(
        LiftingScheme.MaxLifting(learnable=True, channels=channels, kernel_size=3), bands="LL"
    ),
}


def milliseconds(run, times):
    """The median by CUDA events."""
    for _ in range(10):
        run()
    taken = []
    for _ in range(times):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        run()
        end.record()
        torch.cuda.synchronize()
        taken.append(start.elapsed_time(end))
    return sorted(taken)[len(taken) // 2]


def kernels(run):
    """How many kernels (copies and fills among them) it launches; None where the profiler sees no device."""
    run()
    torch.cuda.synchronize()
    activities = [torch.profiler.ProfilerActivity.CPU, torch.profiler.ProfilerActivity.CUDA]
    with torch.profiler.profile(activities=activities) as profile:
        run()
        torch.cuda.synchronize()
    return sum(event.device_type == torch.autograd.DeviceType.CUDA for event in profile.events()) or None


def peak_megabytes(run):
    """The most memory beside what was there before."""
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    run()
    torch.cuda.synchronize()
    return (torch.cuda.max_memory_allocated() - before) / 2**20


def captured(run):
    """The run as a CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def measure(layer, size, dtype, times, compiled):
    """A row of numbers; where something cannot be had, its complaint."""
    if compiled:
        torch._dynamo.reset()  # else it gives up after the eighth layer, whose code is that of the first
    x = torch.randn(size, device="cuda", dtype=dtype, requires_grad=True)
    layer = layer.to("cuda", dtype)
    pool = torch.compile(layer) if compiled else layer
    seed = torch.randn_like(layer(x))
    weights = [x, *layer.parameters()]

    def forward():
        with torch.no_grad():
            pool(x)

    def both():
        torch.autograd.grad(pool(x), weights, seed, allow_unused=True)

    row = [milliseconds(forward, times), milliseconds(both, times), kernels(both), peak_megabytes(both)]
    return row if compiled else [*row, milliseconds(captured(both), times)]


def text(numbers):
    return "".join("         -" if number is None else f"{number:10.3f}" for number in numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one size, few repetitions")
    quick = parser.parse_args().quick
    if not torch.cuda.is_available():
        print(f"torch {torch.__version__} sees no CUDA device: nothing is measured.")
        return

    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}")
    for size in SIZES[:1] if quick else SIZES:
        for dtype in (torch.float32, torch.bfloat16):
            print(f"\n{'x'.join(map(str, size))} {str(dtype)[6:]}")
            print(f"{'':42}{'fwd ms':>10}{'both ms':>10}{'kernels':>10}{'MiB':>10}{'graph ms':>10}")
            for (name, make), compiled in ((layer, way) for layer in LAYERS.items() for way in (False, True)):
                if compiled and (not hasattr(torch, "compile") or name == "MaxPool2d(2)"):
                    continue
                title = f"{name}, {'compiled' if compiled else 'eager'}"
                try:
                    print(f"{title:42}{text(measure(make(size[1]), size, dtype, 10 if quick else 50, compiled))}", flush=True)
                except Exception as error:  # of one row: the others are still worth having
                    print(f"{title:42}  {type(error).__name__}: {str(error).splitlines()[0][:80]}", flush=True)


if __name__ == "__main__":
    main()
