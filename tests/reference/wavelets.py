"""Writes wavelets.json.gz: what PyWavelets and an integer JPEG 2000 compute, for the C# tests to compare with.

    /usr/bin/python3 wavelets.py            write the fixture
    /usr/bin/python3 wavelets.py --check    compare the committed fixture with a fresh one, to 1e-12

It needs Debian's python3-pywt. Nothing here lifts floating-point numbers: PyWavelets convolves.

Format: gzipped JSON. A tensor is {"shape": [...], "data": [...]}, row-major.

    wavelets    a list; each has
      name        the C# enum's
      signal      [24]; its bands "L" and "H" with circular padding
      circular    {band: tensor}
      mirrored    the same with the signal mirrored about its ends (replicate padding), or null
                  where mirroring is not what the filters see
      image       [6 or more, 8 or more]; with circular padding
      bands       {"LL": tensor, "LH": ..., "HL": ..., "HH": ...}
    reversible  JPEG 2000's reversible 5/3 (ISO/IEC 15444-1, Annex F) of integers
      signal, low, high       1-D, odd origin
      image, bands            2-D, odd origin on both axes

Phase: ours takes x[0::2] as the detail's side. PyWavelets agrees as it stands for Haar, CDF 1/3
and 1/5; for the others on the signal delayed by one sample, where cA begins one later than cD.
"""

import argparse
import gzip
import io
import json
import random
from pathlib import Path

import numpy as np
import pywt

FIXTURE = Path(__file__).with_name("wavelets.json.gz")


def exact_cdf97():
    """CDF 9/7 from the roots of its polynomial; PyWavelets' own table has fewer digits."""
    y = np.roots([20, 10, 4, 1])
    real = y[np.abs(y.imag) < 1e-9].real[0]
    pair = y[y.imag > 1e-9][0]

    # y = (2 - z - 1/z) / 4: the factor (y - root) as a polynomial in z.
    def factor(root):
        return np.array([-0.25, 0.5 - root, -0.25])

    smooth = np.poly1d([1, 1]) ** 4
    nine = (smooth * np.poly1d(np.convolve(factor(pair), factor(pair.conjugate())).real)).coeffs
    seven = (smooth * np.poly1d(factor(real))).coeffs
    nine *= np.sqrt(2) / nine.sum()
    seven *= np.sqrt(2) / seven.sum()
    low, synthesis = np.zeros(10), np.zeros(10)
    low[1:] = nine
    synthesis[1:8] = seven
    signs = (-1.0) ** np.arange(10)
    return pywt.Wavelet("exact cdf9/7", filter_bank=[low, -signs * synthesis, synthesis, signs * low])


WAVELETS = {
    "Haar": ("haar", 0),
    "Cdf53": ("bior2.2", 1),
    "Cdf97": (exact_cdf97(), 1),
    "Cdf24": ("bior2.4", 1),
    "Cdf26": ("bior2.6", 1),
    "Cdf13": ("bior1.3", 0),
    "Cdf15": ("bior1.5", 0),
    "D4": ("db2", 1),
}
MIRRORED = ("Cdf53", "Cdf97")


def circular(x, wavelet, delay):
    """cA and cD of every axis as our bands: dwtn's keys name the first axis first, ours the last."""
    axes = range(x.ndim)
    found = pywt.dwtn(np.roll(x, delay, axis=tuple(axes)), wavelet, "periodization")
    bands = {}
    for key, band in found.items():
        for axis in axes:
            if key[axis] == "a":
                band = np.roll(band, -delay, axis=axis)
        name = key[::-1].replace("a", "L").replace("d", "H")
        bands[name] = band
    return bands


def mirrored(x, wavelet, delay):
    """The middle of the transform of the signal mirrored far beyond both ends (x[1] follows x[0] to the left)."""
    reach = 20 + delay
    y = np.pad(x, (reach, reach + delay), mode="reflect")
    low, high = pywt.dwt(y, wavelet, "periodization")
    first = (reach - delay) // 2
    half = len(x) // 2
    return {"L": low[first + delay : first + delay + half], "H": high[first : first + half]}


def reversible(x):
    """Annex F's 1D_SD for an odd origin: x[0] stands at position 1. Integers, symmetric extension, floor division."""
    n = len(x)

    def at(i):  # position i of the extended signal, the samples at 1 .. n
        period = 2 * (n - 1)
        i = (i - 1) % period
        return x[i if i < n else period - i]

    high = {}
    for i in range(-1, n + 3):
        if i % 2 == 1:
            high[i] = at(i) - (at(i - 1) + at(i + 1)) // 2
    low = {i: at(i) + (high[i - 1] + high[i + 1] + 2) // 4 for i in range(1, n + 1) if i % 2 == 0}
    return [low[i] for i in range(1, n + 1) if i % 2 == 0], [high[i] for i in range(1, n + 1) if i % 2 == 1]


def reversible_2d(image):
    """Rows first, then the columns of both halves."""

    def columns(part):
        pairs = [reversible(list(column)) for column in zip(*part)]
        return ([list(row) for row in zip(*[p[k] for p in pairs])] for k in (0, 1))

    rows = [reversible(row) for row in image]
    ll, lh = columns([low for low, _ in rows])
    hl, hh = columns([high for _, high in rows])
    return {"LL": ll, "LH": lh, "HL": hl, "HH": hh}


def tensor(values):
    array = np.asarray(values)
    return {"shape": list(array.shape), "data": array.ravel().tolist()}


def build():
    random.seed(1)
    numbers = lambda *shape: np.array([random.randrange(-64, 64) / 32 for _ in range(int(np.prod(shape)))]).reshape(shape)
    wavelets = []
    for name, (wavelet, delay) in WAVELETS.items():
        signal, image = numbers(24), numbers(12, 16)
        wavelets.append(
            {
                "name": name,
                "signal": tensor(signal),
                "circular": {k: tensor(v) for k, v in circular(signal, wavelet, delay).items()},
                "mirrored": {k: tensor(v) for k, v in mirrored(signal, wavelet, delay).items()} if name in MIRRORED else None,
                "image": tensor(image),
                "bands": {k: tensor(v) for k, v in circular(image, wavelet, delay).items()},
            }
        )
    signal = [random.randrange(256) for _ in range(18)]
    image = [[random.randrange(256) for _ in range(14)] for _ in range(10)]
    low, high = reversible(signal)
    return {
        "wavelets": wavelets,
        "reversible": {
            "signal": tensor(signal),
            "low": tensor(low),
            "high": tensor(high),
            "image": tensor(image),
            "bands": {k: tensor(v) for k, v in reversible_2d(image).items()},
        },
    }


def numbers_of(node):
    if isinstance(node, dict):
        return [n for key in sorted(node) for n in numbers_of(node[key])]
    if isinstance(node, list):
        return [n for item in node for n in numbers_of(item)]
    return [node] if isinstance(node, (int, float)) else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    fresh = build()
    exact, table = (np.array(w.filter_bank) for w in (WAVELETS["Cdf97"][0], pywt.Wavelet("bior4.4")))
    print("PyWavelets' table of bior4.4 is off by", np.abs(table - exact).max())
    if parser.parse_args().check:
        committed = json.loads(gzip.decompress(FIXTURE.read_bytes()))
        a, b = numbers_of(committed), numbers_of(fresh)
        worst = max(abs(p - q) for p, q in zip(a, b)) if len(a) == len(b) else float("inf")
        print("largest difference", worst)
        raise SystemExit(0 if worst <= 1e-12 else 1)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(json.dumps(fresh).encode())
    FIXTURE.write_bytes(packed.getvalue())
    print("wrote", FIXTURE.name, len(packed.getvalue()), "bytes")


if __name__ == "__main__":
    main()
