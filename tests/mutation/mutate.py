#!/usr/bin/env python3
"""Mutation testing, room by room: Stryker changes a place of the library, the tests should notice.

    dotnet tool restore
    python3 tests/mutation/mutate.py Lifting                     # some files of the room, drawn by seed 1: about 300 mutants
    python3 tests/mutation/mutate.py Kernels --path 256          # on one path of computation
    python3 tests/mutation/mutate.py Surgery --all               # each file
    python3 tests/mutation/mutate.py root --files LiftBands.cs BandChecks.cs --tests "FullyQualifiedName~Band"

Prints the mutants that survive and the score: of those that a test covers, the share that a test kills (a time-out kills too). The work
is done on a copy, in which Stryker is told to leave all other files alone: it would put switches into them, which slow every loop. So a
score is one of files, not of mutants, drawn. docs/testing.md has the scores, the hours and the survivors.
"""
import argparse
import collections
import json
import os
from pathlib import Path
import random
import shutil
import subprocess
import sys
import tempfile
import time

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = Path("src/LiftPool")
LINES = 600  # hold about 300 mutants
# What takes long, starts processes or trains. It judges what the other tests leave alive.
SLOW = ["ChosenAxesTests", "EveryLayerTests", "FixtureTests", "GradientTests", "HookedOperatorTests", "LongSumTests", "PieceTests", "UnusedWeightTests", "WaveletTests"]
NEVER = ["CanaryTests", "FaultTests", "Fuzz", "GuardPageTests", "MemoryTests", "ThreadingTests"]
QUICK = "&".join(f"FullyQualifiedName!~.{name}" for name in SLOW + NEVER)
REST = "|".join(f"FullyQualifiedName~.{name}" for name in SLOW)
FIRST = {"Surgery": "FullyQualifiedName~Surgery"}


def files_of(room):
    folder = REPOSITORY / LIBRARY
    found = folder.glob("*.cs") if room == "root" else (folder / room).rglob("*.cs")
    return sorted(file.relative_to(folder).as_posix() for file in found)


def drawn(files, seed, lines):
    """Files in a drawn order, until they have so many lines."""
    order, taken = random.Random(seed).sample(files, len(files)), []
    while order and lines > 0:
        taken.append(order.pop(0))
        lines -= len((REPOSITORY / LIBRARY / taken[-1]).read_text().splitlines())
    return sorted(taken)


def copy_to(folder, mutated):
    """The files that git knows or does not ignore; all sources but the mutated ones closed to Stryker."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE)
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = REPOSITORY / name, folder / name
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        if target.suffix == ".cs" and LIBRARY in Path(name).parents and Path(name).relative_to(LIBRARY).as_posix() not in mutated:
            target.write_text("// Stryker disable all\n" + target.read_text(encoding="utf-8-sig"))


def spans_of_survivors(report, file):
    """Where they are, as Stryker's patterns have it: {first..last character}."""
    found = [one for name, one in report["files"].items() if name.endswith(f"{LIBRARY}/{file}")]
    spans = []
    for one in found:
        starts = [0]
        for line in one["source"].splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        for mutant in one["mutants"]:
            if mutant["status"] == "Survived":
                start, end = (mutant["location"][side] for side in ("start", "end"))
                spans.append((starts[start["line"] - 1] + start["column"] - 1, starts[end["line"] - 1] + end["column"] - 1))
    return "".join(f"{{{start}..{end}}}" for start, end in sorted(set(spans)))


def stryker(folder, patterns, tests, processes):
    settings = {"stryker-config": {
        "project": "LiftPool.csproj",
        "configuration": "Release",
        "mutate": [f"**/{LIBRARY}/{pattern}" for pattern in patterns],
        "test-case-filter": tests,
        "concurrency": processes,
        "reporters": ["json", "progress"],
        "additional-timeout": 20_000,
    }}
    place = folder / "tests/LiftPool.Tests"
    (place / "stryker-config.json").write_text(json.dumps(settings))
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MSBUILDTERMINALLOGGER": "off"}
    command = ["dotnet", "stryker", "--output", str(folder / "report"), "--skip-version-check"]
    subprocess.run(command, cwd=place, env=environment, check=True, stdout=sys.stderr)
    return json.loads((folder / "report/reports/mutation-report.json").read_text())


def text_at(source, location):
    """The first line of what was there."""
    start, end = location["start"], location["end"]
    line = source.splitlines()[start["line"] - 1]
    return line[start["column"] - 1:end["column"] - 1 if start["line"] == end["line"] else None]


def print_report(report):
    count = collections.Counter()
    for name, file in sorted(report["files"].items()):
        for mutant in file["mutants"]:
            status = mutant["status"]
            count[status] += 1
            if status in ("Survived", "NoCoverage"):
                before, after = text_at(file["source"], mutant["location"]), mutant["replacement"].strip().splitlines() or [""]
                place = f"{name.split(str(LIBRARY) + '/')[-1]}:{mutant['location']['start']['line']}"
                print(f"{status}  {place}  {mutant['mutatorName']}  {before.strip()}  ->  {after[0].strip()}")
    killed, covered = count["Killed"] + count["Timeout"], count["Killed"] + count["Timeout"] + count["Survived"]
    print(f"{covered} mutants covered, {killed} killed ({count['Timeout']} by time), {count['Survived']} survive, "
          f"{count['NoCoverage']} not covered: {100 * killed / max(covered, 1):.1f} %")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("room", choices=["root", "Calls", "Kernels", "Lifting", "Surgery"])
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--lines", type=int, default=LINES, help=f"draw files until they have so many lines [{LINES}]")
    options.add_argument("--all", action="store_true", help="each file of the room")
    options.add_argument("--files", nargs="+", help="these instead")
    options.add_argument("--survivors", type=Path, help="those of this report instead, by the tests that take longer")
    options.add_argument("--tests", help="a filter of `dotnet test` instead of the room's")
    options.add_argument("--path", help="a path of computation, as LIFTPOOL_KERNEL names it")
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--report", type=Path, help="where to keep Stryker's JSON")
    args = options.parse_args()

    files = files_of(args.room)
    mutated = files if args.all else args.files or drawn(files, args.seed, args.lines)
    if unknown := set(mutated) - set(files):
        raise SystemExit(f"no files of {args.room}: {', '.join(sorted(unknown))}")
    if args.path:
        os.environ["LIFTPOOL_KERNEL"] = args.path
    patterns = mutated
    if args.survivors:
        before = json.loads(args.survivors.read_text())
        spans = {file: spans_of_survivors(before, file) for file in files}
        patterns = [file + spans[file] for file in files if spans[file]]
        mutated = [file for file in files if spans[file]]
    began = time.time()
    print(f"{args.room}, {len(mutated)} of {len(files)} files: {' '.join(mutated)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        copy_to(Path(folder), mutated)
        report = stryker(Path(folder), patterns, args.tests or (REST if args.survivors else FIRST.get(args.room, QUICK)), args.processes)
    if args.report:
        args.report.write_text(json.dumps(report))
    print_report(report)
    print(f"{(time.time() - began) / 60:.0f} minutes")


if __name__ == "__main__":
    main()
