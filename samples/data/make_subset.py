#!/usr/bin/env python3
"""Remakes samples/data/fashion-mnist from the four original Fashion-MNIST files.

    python3 make_subset.py DIR [OUT]

DIR holds the originals (Debian: package dataset-fashion-mnist, in
/usr/share/datasets/fashion-mnist). OUT defaults to fashion-mnist beside this script.

The rule: from each split the first N images of each of the ten classes, in the order
of the original file; N is 1,000 for training and 200 for testing.
"""
import gzip
import struct
import sys
from pathlib import Path

CLASSES = 10
PER_CLASS = {"train": 1000, "t10k": 200}


def read(path, magic, header):
    data = gzip.decompress(path.read_bytes())
    found, *sizes = struct.unpack(">" + "I" * header, data[: 4 * header])
    if found != magic:
        sys.exit(f"{path}: magic number {found}, expected {magic}")
    return sizes, data[4 * header :]


def write(path, header, body):
    # No file name and no time stamp in the gzip header: the same bytes at each run.
    packed = gzip.compress(struct.pack(">" + "I" * len(header), *header) + body, 9, mtime=0)
    path.write_bytes(packed)
    print(f"{path.name}: {len(packed):,} bytes")


def subset(source, target, split, per_class):
    images = f"{split}-images-idx3-ubyte.gz"
    labels = f"{split}-labels-idx1-ubyte.gz"
    (count, rows, columns), pixels = read(source / images, 2051, 4)
    _, classes = read(source / labels, 2049, 2)

    taken = [0] * CLASSES
    chosen = []
    for index in range(count):
        if taken[classes[index]] < per_class:
            taken[classes[index]] += 1
            chosen.append(index)
    if taken != [per_class] * CLASSES:
        sys.exit(f"{images}: fewer than {per_class} images in some class: {taken}")

    size = rows * columns
    body = b"".join(pixels[index * size : (index + 1) * size] for index in chosen)
    write(target / images, (2051, len(chosen), rows, columns), body)
    write(target / labels, (2049, len(chosen)), bytes(classes[index] for index in chosen))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    source = Path(sys.argv[1])
    target = Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).parent / "fashion-mnist"
    target.mkdir(parents=True, exist_ok=True)
    for split, per_class in PER_CLASS.items():
        subset(source, target, split, per_class)


main()
