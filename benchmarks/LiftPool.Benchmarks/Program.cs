// Compares LiftPool with the layers it stands for: `compare` side by side in one table, anything else by BenchmarkDotNet.
using System.CommandLine;
using System.Diagnostics;
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

// The allocator is the same for every side, and idle OpenMP threads are as the environment has them, as in a user's program.
NativeSettings.KeepFreedMemory();

if (args is not ["compare" or "--help" or "-h" or "-?" or "--version", ..] and not [])
{
    // Its own projects would be built without the rule of eng/LiftPool.targets, and measured under another allocator.
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
var compare = new Command("compare", "Prints how long LiftPool and other layers take and what memory, side by side, in under three minutes")
{
    output, quick,
};
compare.SetAction(parsed =>
{
    var folder = parsed.GetRequiredValue(output).FullName;
    var page = Path.Combine(folder, "performance.md");
    var picture = Path.Combine(folder, "images", "performance.png");

    // What can be wrong with the arguments is found before the long work.
    Directory.CreateDirectory(Path.GetDirectoryName(picture)!);
    Page.Check(page);

    // Below five rounds a median says little; on a quiet machine the budgets allow for more.
    var isQuick = parsed.GetValue(quick);
    var clock = Stopwatch.StartNew();
    var results = Compare.Run(isQuick ? 1 : 5, isQuick ? 0 : 1, say: what => Console.Error.WriteLine($"{clock.Elapsed:mm\\:ss} {what}"));
    var tables = new Tables(results).Write();
    Console.WriteLine(tables);
    Page.Replace(page, tables);
    Chart.Save(picture, results);
});

var command = new RootCommand("Compares LiftPool with the layers it stands for. Arguments other than these go to BenchmarkDotNet: --filter '*Forward*'")
{
    compare,
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
