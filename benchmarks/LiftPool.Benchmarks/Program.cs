// Compares LiftPool with the layers it stands for: `compare` side by side in one table, other arguments by BenchmarkDotNet.
// `soak` and `stress` see whether long runs stay right, `peaks` what memory large inputs take.
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LiftPool.Benchmarks;
using Quickstart;

if (args is [PeakMemory.Command, var pool])
{
    // Its parent chose the allocator's settings.
    return PeakMemory.RunChild(Enum.Parse<PoolKind>(pool));
}

if (args is [Peaks.Command, var row, var layer])
{
    return Peaks.RunChild(int.Parse(row, CultureInfo.InvariantCulture), layer);
}

// The allocator is the same for every side, and idle OpenMP threads are as the environment has them, as in a user's program.
NativeSettings.KeepFreedMemory();

if (args is not ["compare" or "soak" or "stress" or "peaks" or "--help" or "-h" or "-?" or "--version", ..] and not [])
{
    // Its own projects would be built without the rule of eng/package/Libstdcxx.targets, and measured under another allocator.
    var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
    BenchmarkSwitcher.FromAssembly(typeof(PoolBenchmarks).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
    return 0;
}

var output = new Option<DirectoryInfo>("--output")
{
    Description = "Folder of performance.md, whose tables are replaced, and of images/performance.png",
    HelpName = "DIR",
    DefaultValueFactory = _ => new DirectoryInfo("docs"),
};
var quick = new Option<bool>("--quick")
{
    Description = "Only see that it runs: one round of each comparison. The numbers mean little",
};
var print = new Option<bool>("--print")
{
    Description = "Only print the tables: page and picture stay as they are",
};
var only = new Option<string[]>("--only")
{
    Description = "Only measure and print the targets whose name or input contains TEXT; of several TEXTs, all of them",
    HelpName = "TEXT",
    Arity = ArgumentArity.OneOrMore,
    DefaultValueFactory = _ => [],
};
only.Validators.Add(result =>
{
    if (result.GetValueOrDefault<string[]>() is { Length: > 0 } texts && Cell.Named(texts) is [])
    {
        result.AddError($"--only: no target's name contains {string.Join(" and ", texts)}. The names:\n{Cell.Names}");
    }
});
var compare = new Command("compare", "Prints how long LiftPool and other layers take and what memory, side by side, in under five minutes")
{
    output, quick, print, only,
};
compare.SetAction(parsed =>
{
    // Below five rounds a median says little; on a quiet machine the budgets allow for more.
    var (rounds, budget) = parsed.GetValue(quick) ? (1, 0) : (5, 1);
    var clock = Stopwatch.StartNew();
    if (parsed.GetRequiredValue(only) is { Length: > 0 } texts)
    {
        var text = new Markdown();
        text.Line(Machine.Heading);
        text.Gap();
        CellTable.Write(text, Compare.Run(rounds, Cell.Named(texts), budget, Say));
        Console.Write(text);
        return;
    }

    if (parsed.GetValue(print))
    {
        Console.WriteLine(new Tables(Compare.Run(rounds, budget, Say)).Write());
        return;
    }

    var folder = parsed.GetRequiredValue(output).FullName;
    var page = Path.Combine(folder, "performance.md");
    var picture = Path.Combine(folder, "images", "performance.png");

    // What can be wrong with the arguments is found before the long work.
    Directory.CreateDirectory(Path.GetDirectoryName(picture)!);
    Page.Check(page);

    var results = Compare.Run(rounds, budget, Say);
    var tables = new Tables(results).Write();
    Console.WriteLine(tables);
    Page.Replace(page, tables);
    Chart.Save(picture, results);

    void Say(string what) => Console.Error.WriteLine($"{clock.Elapsed:mm\\:ss} {what}");
});

var steps = new Option<int>("--steps") { Description = "Training steps", DefaultValueFactory = _ => 100_000 };
steps.Validators.Add(result => AtLeast(10, result));
var soak = new Command("soak", "Trains step after step and sees whether memory grows or tensors stay alive")
{
    steps,
};
soak.SetAction(parsed => Verdict(Endurance.Soak(parsed.GetRequiredValue(steps))));

var seconds = new Option<int>("--seconds") { Description = "How long", DefaultValueFactory = _ => 60 };
seconds.Validators.Add(result => AtLeast(1, result));
var stress = new Command("stress", "Calls one module from many threads, another making garbage, and sees whether every value is right")
{
    seconds,
};
stress.SetAction(parsed => Verdict(Endurance.Stress(TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)))));

var peaks = new Command("peaks", "Prints the most memory that a call on large inputs takes, as a multiple of the input, in about two minutes and 8 GiB");
peaks.SetAction(_ => Verdict(Peaks.Run()));


var command = new RootCommand("Compares LiftPool with the layers it stands for. Arguments other than these go to BenchmarkDotNet: --filter '*Forward*'")
{
    compare, soak, stress, peaks,
};
var line = command.Parse(args is [] ? ["--help"] : args);
if (line.Errors.Count > 0)
{
    Console.Error.WriteLine(line.Errors[0].Message);
    return 2;
}

try
{
    return line.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}

static int Verdict(bool right)
{
    Console.WriteLine(right ? "all right" : "WRONG");
    return right ? 0 : 1;
}

static void AtLeast(int least, OptionResult result)
{
    if (result.GetValueOrDefault<int>() < least)
    {
        result.AddError($"{result.IdentifierToken?.Value ?? result.Option.Name}: expected at least {least}");
    }
}
