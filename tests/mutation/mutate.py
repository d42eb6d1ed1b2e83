#!/usr/bin/env python3
"""Mutation testing, room by room: Stryker changes places of the library, the tests should notice.

    dotnet tool restore
    python3 tests/mutation/mutate.py Lifting Calls root       # three rooms, of each 300 of the mutants that tests reach
    python3 tests/mutation/mutate.py Kernels --path 256 512   # the same mutants on two paths of computation
    python3 tests/mutation/mutate.py Surgery --sample 0       # all of them

Stryker makes the mutants, in a copy in which it leaves all other rooms alone: its switches slow every loop. The tests run here
(tests/LiftPool.Tests/Mutants): first all once, in two processes, for what each reaches; then those that reach a mutant, the shortest
case of each method first, until one fails or they would take more than --seconds. A process goes on with the next mutant. What is in code
that runs once, ends the process or takes too long is tried in a process of its own. Prints survivors and the score: of the mutants that a
test reaches, the share that a test kills. One with which a test takes 10 seconds and five times as long as when it was watched, or that
ends its process, is killed. docs/testing.md tells more.
"""
import argparse
import collections
import concurrent.futures
import json
import os
from pathlib import Path
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = Path("src/LiftPool")
TESTS = Path("tests/LiftPool.Tests")
ROOMS = ["root", "Calls", "Kernels", "Lifting", "Surgery"]
# What starts processes, trains, draws for half a minute, reads the repository or has many threads call for seconds; and what runs longer
# than a minute over cases that other tests partly cover.
NEVER = [
    "ArchitectureTests", "CanaryTests", "ChosenAxesKernelTests", "ChosenAxesTests", "EveryLayerTests", ".FaultTests", "Fuzz",
    "GuardPageTests", "KeepAliveTests", ".KernelTests", "LinkTests", "LongSumTests", ".MemoryTests", "Snippet", "SummaryTests",
    "SurgeryOfModelsTests", "ThreadingTests",
]
# A test of more seconds judges no mutant.
LONGEST = 10
PROCESSES = 2


def files_of(room):
    folder = REPOSITORY / LIBRARY
    found = folder.glob("*.cs") if room == "root" else (folder / room).rglob("*.cs")
    return sorted(file.relative_to(folder).as_posix() for file in found)


def inside(file):
    """The path in the library of one of its files, which may begin anywhere above it."""
    return file.split(f"{LIBRARY.as_posix()}/")[-1]


def room_of(file):
    first, *rest = inside(file).split("/")
    return first if rest else "root"


def copy_to(folder, mutated):
    """The files that git knows or does not ignore; all sources of the library but the mutated ones closed to Stryker."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE).stdout.decode()
    for name in filter(None, listed.split("\0")):
        source, target = REPOSITORY / name, folder / name
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        is_source = target.suffix == ".cs" and LIBRARY in Path(name).parents
        if is_source and Path(name).relative_to(LIBRARY).as_posix() not in mutated:
            target.write_text("// Stryker disable all\n" + target.read_text(encoding="utf-8-sig"))


def mutants_of(folder):
    """Has Stryker make the mutants; returns them by number, and leaves the tests with the mutated library in folder/mutated."""
    settings = {
        "project": "LiftPool.csproj",
        "configuration": "Release",
        "mutate": ["**/*.cs{0..1}"],  # makes the mutants of all open files, and judges none
        "test-case-filter": "FullyQualifiedName~TestCultureTests",
        "reporters": ["json"],
    }
    place, library = folder / TESTS, None
    (place / "stryker-config.json").write_text(json.dumps({"stryker-config": settings}))
    command = ["dotnet", "stryker", "--output", str(folder / "report"), "--skip-version-check"]
    with open(folder / "stryker.log", "w") as log:
        running = subprocess.Popen(command, cwd=place, env=os.environ | {"MSBUILDTERMINALLOGGER": "off"}, stdout=log, stderr=log)
        while running.poll() is None:
            time.sleep(0.1)
            # Stryker puts the library back at its end.
            for file in place.glob("bin/Release/*/*/LiftPool.dll"):
                found = file.read_bytes()
                library = found if b"MutantControl" in found and len(found) >= len(library or b"") else library
    if running.returncode != 0 or library is None:
        raise SystemExit((folder / "stryker.log").read_text())
    built, = place.glob("bin/Release/*/*/LiftPool.dll")
    shutil.copytree(built.parent, folder / "mutated")
    (folder / "mutated/LiftPool.dll").write_bytes(library)

    files = json.loads((folder / "report/reports/mutation-report.json").read_text())["files"]
    return {int(mutant["id"]): (name, mutant, file["source"])
            for name, file in files.items() for mutant in file["mutants"]
            if mutant["statusReason"] == "Removed by mutate filter" and not holds_another(mutant, file["mutants"])}


def holds_another(mutant, others):
    """Whether it takes out a block in which there are other mutants: these say more."""
    def ends(one):
        return [(one["location"][side]["line"], one["location"][side]["column"]) for side in ("start", "end")]
    start, end = ends(mutant)
    return mutant["mutatorName"].startswith("Block") and any(
        start <= ends(one)[0] and ends(one)[1] <= end for one in others if one is not mutant and one["status"] != "CompileError")


def environment():
    """That of the tests, one thread each."""
    settings = xml.etree.ElementTree.parse(REPOSITORY / TESTS / "test.runsettings").getroot().find(".//EnvironmentVariables")
    # Some mutants collect without end: 4 GiB are enough for any test.
    limits = {"OMP_NUM_THREADS": "1", "DOTNET_DbgEnableMiniDump": "0", "DOTNET_GCHeapHardLimit": "0x100000000"}
    return os.environ | {one.tag: one.text for one in settings} | limits


class Judge:
    """A process that runs tests. On two busy processors it is there after some seconds."""

    def __init__(self, folder, *arguments):
        command = ["dotnet", str(folder / "mutated/LiftPool.Tests.dll"), "mutants", *arguments]
        with open(folder / "judges.log", "a") as log:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(command, env=environment(), text=True, stdin=pipe, stdout=pipe, stderr=log)

    def answer(self, line="", seconds=120):
        """Its next line; what became of it where there is none."""
        stop = threading.Timer(seconds, self.process.kill)
        stop.start()
        try:
            if line:
                print(line, file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        late = not stop.is_alive()
        stop.cancel()
        return answer or ("killed by time" if late else "killed by its end")

    def last(self, folder):
        """All that it writes until it ends by itself."""
        text = self.process.communicate()[0].strip()
        if self.process.returncode != 0:
            raise SystemExit((folder / "judges.log").read_text())
        return text

    def end(self):
        self.process.kill()
        self.process.wait()


def judged(folder, numbers, mutants, file, alone):
    """What each of these mutants came to, by number; "unclear" where the process or the test cannot say."""
    left, verdicts = queue.Queue(), {}
    for mutant in numbers:
        left.put(mutant)
    tests = json.loads(file.read_text())

    def verdict_alone(mutant, seconds):
        def answer(*killer):
            judge = Judge(folder, "judge", str(file), str(mutant), *killer)
            found = judge.answer(seconds=seconds + 120)
            judge.end()
            return found
        verdict = answer()
        if verdict == "survives":
            return verdict
        if not answer().startswith("killed"):
            return "unclear"
        test = verdict.split()[1]
        return verdict if test == "by" or answer(test) == "survives" else "unclear"

    def verdict_of(mutant, judge):
        seconds = 20 + 5 * sum(test["Seconds"] for test in tests if mutant in test["Reached"])
        if alone:
            return verdict_alone(mutant, seconds), None
        if judge is None:
            judge = Judge(folder, "judge", str(file))
            if judge.answer() != "ready":
                raise RuntimeError((folder / "judges.log").read_text())
        verdict = judge.answer(str(mutant), seconds)
        if verdict == "unclear" or verdict.startswith("killed by "):
            judge.end()
            return "unclear", None
        return verdict, judge

    def work(_):
        judge = None
        while True:
            try:
                mutant = left.get_nowait()
            except queue.Empty:
                break
            verdicts[mutant], judge = verdict_of(mutant, judge)
            what = verdicts[mutant] if verdicts[mutant].startswith("killed") else f"{verdicts[mutant]}: {described(*mutants[mutant])}"
            print(f"{len(verdicts)} of {len(numbers)}{' alone' * alone}: {mutant} {what}", file=sys.stderr, flush=True)
        if judge:
            judge.end()

    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(work, range(PROCESSES)))
    return verdicts


def tests_of(folder, words):
    """The tests in the order in which they judge, each with what it reaches; and what is reached in code that runs once."""
    def reach_of(part):
        file = folder / f"tests {part}.json"
        print(f"part {part}: {Judge(folder, 'reach', str(file), str(part), str(PROCESSES), *words).last(folder)}", flush=True)
        return json.loads(file.read_text())

    with concurrent.futures.ThreadPoolExecutor() as pool:
        found = list(pool.map(reach_of, range(PROCESSES)))
    tests = sorted((test for part in found for test in part["Tests"] if test["Seconds"] <= LONGEST), key=lambda test: test["Seconds"])
    cases, places = collections.Counter(), {}
    for test in tests:
        method = test["Name"].split("(")[0]
        places[test["Id"]] = cases[method]
        cases[method] += 1
    return sorted(tests, key=lambda test: places[test["Id"]]), {mutant for part in found for mutant in part["Once"]}


def within(seconds, tests, once, sample):
    """The tests, each with those of the sample that it judges in that time. Any test may notice what runs once."""
    spent = collections.Counter()
    chosen = []
    for test in tests:
        judges = [mutant for mutant in sorted((set(test["Reached"]) | once) & sample) if spent[mutant] + test["Seconds"] <= seconds]
        spent.update(dict.fromkeys(judges, test["Seconds"]))
        chosen.append(test | {"Reached": judges})
    return chosen


def drawn(mutants, reached, count, seed):
    """So many of those that are reached, 0 for all. One more that is reached, as on a faster machine, takes one other's place."""
    order = sorted(mutants)
    random.Random(seed).shuffle(order)
    chosen = [mutant for mutant in order if mutant in reached]
    return chosen[:count or None]


def described(file, mutant, source):
    """Where it is and what it changes, each by its first line."""
    start, end = mutant["location"]["start"], mutant["location"]["end"]
    line = source.splitlines()[start["line"] - 1]
    before = line[start["column"] - 1:end["column"] - 1 if start["line"] == end["line"] else None].strip()
    after = (mutant["replacement"].strip().splitlines() or [""])[0]
    return f"{inside(file)}:{start['line']}  {mutant['mutatorName']}: {before}  ->  {after}"


def report(samples, mutants, verdicts, path):
    """Prints of each room the survivors and the score."""
    for room, sample in samples.items():
        killers = collections.Counter()
        for mutant in sorted(sample):
            if verdicts[mutant].startswith("killed"):
                killers[verdicts[mutant] if verdicts[mutant].startswith("killed by ") else "killed by a test"] += 1
            else:
                print(f"{verdicts[mutant]}: {described(*mutants[mutant])}")
        killed = sum(killers.values())
        how = ", ".join(f"{count} {what[7:]}" for what, count in killers.most_common())
        print(f"{room}{f', path {path}' if path else ''}: {len(sample)} judged, {killed} killed ({how}), "
              f"{len(sample) - killed} survive: {100 * killed / max(len(sample), 1):.1f} %")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("rooms", nargs="+", choices=ROOMS, metavar="ROOM", help=", ".join(ROOMS))
    options.add_argument("--sample", type=int, default=300, help="of each room so many of the mutants that tests reach, drawn; 0 for all")
    options.add_argument("--seed", type=int, default=1, help="of the draw")
    options.add_argument("--seconds", type=float, default=60, help="of tests that judge one mutant")
    options.add_argument("--files", nargs="+", help="these of the rooms alone")
    options.add_argument("--tests", nargs="+", default=[], metavar="CLASS", help="classes of tests whose names hold one of these alone")
    options.add_argument("--path", nargs="+", default=[""], help="paths of computation, as LIFTPOOL_KERNEL names them; the first for reach")
    args = options.parse_args()
    files = [file for room in args.rooms for file in files_of(room)]
    mutated = args.files or files
    if unknown := set(mutated) - set(files):
        raise SystemExit(f"no files of {', '.join(args.rooms)}: {', '.join(sorted(unknown))}")
    os.environ["LIFTPOOL_KERNEL"] = args.path[0]

    began = time.time()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_to(folder, mutated)
        mutants = mutants_of(folder)
        print(f"{len(mutants)} mutants after {(time.time() - began) / 60:.0f} minutes", flush=True)
        tests, once = tests_of(folder, args.tests or [f"-{name}" for name in NEVER])
        reached = once.union(*(test["Reached"] for test in tests)) & mutants.keys()
        samples = {}
        for room in args.rooms:
            own = {mutant for mutant in mutants if room_of(mutants[mutant][0]) == room}
            samples[room] = drawn(own, reached, args.sample, args.seed)
            print(f"{room}: {len(own & reached)} mutants reached by a test, {len(samples[room])} judged", flush=True)
        sample = [mutant for chosen in samples.values() for mutant in chosen]
        print(f"{(time.time() - began) / 60:.0f} minutes", flush=True)
        file = folder / "judges.json"
        file.write_text(json.dumps(within(args.seconds, tests, once, set(sample))))
        for path in args.path:
            os.environ["LIFTPOOL_KERNEL"] = path
            verdicts = judged(folder, [mutant for mutant in sample if mutant not in once], mutants, file, alone=False)
            left = [mutant for mutant in sample if verdicts.get(mutant, "unclear") == "unclear"]
            verdicts |= judged(folder, left, mutants, file, alone=True)
            report(samples, mutants, verdicts, path)
            print(f"{(time.time() - began) / 60:.0f} minutes", flush=True)


if __name__ == "__main__":
    main()
