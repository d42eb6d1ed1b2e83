"""Trains on two processes with DistributedDataParallel, penalties included, and shows that it is the full batch's training.

    python3 ddp.py --output FOLDER      network.pt, network.dat and predictions.json, for C# to load

Each process takes half of every batch. DistributedDataParallel averages the gradients; cross entropy and penalties are means
over the batch, so the average is the gradient of the whole batch, to rounding: printed for both norms of the penalties, and
checked. gloo runs on CPUs; on several machines torchrun starts the processes and the rest is the same.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import torch
from torch import distributed, multiprocessing
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

import liftpool
import network
from liftpool import LiftRegularizer

WORLD, BATCH = 2, 32
BOUNDS = {torch.float64: 1e-12, torch.float32: 1e-5}


def gratings(count, seed):
    """Ten classes: two frequencies at five angles, in noise."""
    torch.manual_seed(seed)
    labels = torch.randint(10, (count,))
    angles, frequencies = (labels % 5) * torch.pi / 5, torch.where(labels < 5, 0.8, 1.7)
    rows, columns = torch.meshgrid(torch.arange(14.0), torch.arange(11.0), indexing="ij")
    along = torch.cos(angles)[:, None, None] * columns + torch.sin(angles)[:, None, None] * rows
    images = torch.sin(frequencies[:, None, None] * along + 6.3 * torch.rand(count, 1, 1))
    return (images + 0.3 * torch.randn_like(images)).unsqueeze(1), labels


def loss_of(model, images, labels, norm="MeanSquare"):
    with LiftRegularizer(lambda_u=0.001, lambda_p=0.01, norm=norm) as regularizer:
        return F.cross_entropy(model(images), labels) + regularizer.loss()


def share(batch, rank):
    return [part.chunk(WORLD)[rank] for part in batch]


def compare(rank, dtype, norm):
    """The largest difference of a gradient from the full batch's, relative to the largest of its tensor.

    Batch normalisation is given its running means: in training each process has those of its share, with any pool.
    """
    torch.manual_seed(1)
    alone = network.Network().to(dtype).eval()
    together = network.Network().to(dtype).eval()
    together.load_state_dict(alone.state_dict())
    images, labels = gratings(BATCH, seed=2)
    batch = images.to(dtype), labels
    loss_of(alone, *batch, norm).backward()
    parallel = DistributedDataParallel(together)
    loss_of(parallel, *share(batch, rank), norm).backward()
    pairs = zip(alone.parameters(), together.parameters())
    differences = torch.stack([(p.grad - q.grad).abs().max() / p.grad.abs().max() for p, q in pairs])
    return differences.max().item()  # of which NaN is the largest


def train(rank, steps, output):
    torch.manual_seed(3)
    model = DistributedDataParallel(network.Network())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(steps):
        loss = loss_of(model, *share(gratings(BATCH, seed=step), rank))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if rank == 0 and step in (0, steps - 1):
            print(f"step {step + 1}: loss {loss.item():.3f}", flush=True)
    if rank == 0:
        model.eval()
        images, labels = gratings(500, seed=1000)
        with torch.no_grad():
            print(f"accuracy on 500 more: {(model.module(images).argmax(1) == labels).float().mean().item():.3f}", flush=True)
        network.save(model.module, output)


def work(rank, rendezvous, steps, output):
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=WORLD)
    for dtype, bound in BOUNDS.items():
        for norm in liftpool.NORMS:
            found = compare(rank, dtype, norm)
            if rank == 0:
                print(f"{str(dtype)[6:]}, {norm}: gradients differ from the full batch's by {found:.1e}", flush=True)
            assert found <= bound, f"expected at most {bound}, got {found}"
    train(rank, steps, output)
    distributed.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    if sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # both processes are here
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(work, (Path(folder) / "rendezvous", arguments.steps, arguments.output), nprocs=WORLD)


if __name__ == "__main__":
    main()
