using System.Diagnostics;
using System.Globalization;

namespace LiftPool.Benchmarks;

/// <summary>
/// The most memory that a training step takes beyond what is there before it: the layer alone, forward + backward, on the
/// first shape, and the small VGG.
/// </summary>
/// <param name="Alone">Bytes.</param>
/// <param name="Network">Bytes.</param>
/// <remarks>
/// Each pool gets a process of its own, in which glibc maps every tensor for itself and gives it back when it is freed.
/// Slow, but the kernel's high-water mark of resident memory, reset before a step, then is that of the tensors, exact to a page.
/// </remarks>
internal sealed record PeakMemory(long Alone, long Network)
{
    public const string Command = "peak-memory";

    /// <summary>Asks a child process; null where the system has no such count, or the child failed.</summary>
    public static PeakMemory? Of(PoolKind kind)
        => Ask([Command, kind.ToString()]) is [var alone, var network] ? new PeakMemory(alone, network) : null;

    /// <summary>The child: measures and prints the two numbers.</summary>
    public static int RunChild(PoolKind kind)
    {
        using var contest = new Contest(Shape.First);
        var alone = Peak(contest.Sides(Part.Training).First(side => side.Name == Pools.Title(kind)).Call);
        using var step = new TrainingStep(kind, TrainingStep.Images);
        var network = Peak(step.Run);
        Console.WriteLine(FormattableString.Invariant($"{alone} {network}"));
        return 0;
    }

    /// <summary>The numbers that this program prints in a process of its own; null where the system has no such count, or it failed.</summary>
    internal static long[]? Ask(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || Environment.ProcessPath is not { } host)
        {
            return null;
        }

        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"{typeof(PeakMemory).Assembly.GetName().Name}.dll"));
        }

        Array.ForEach(arguments, start.ArgumentList.Add);

        // Below glibc's default, and fixed, for it would rise with the first tensor that is freed.
        start.Environment["MALLOC_MMAP_THRESHOLD_"] = "65536";
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = "65536";
        start.Environment["MALLOC_TOP_PAD_"] = "0";

        using var child = Process.Start(start)!;
        child.ErrorDataReceived += (_, _) => { };
        child.BeginErrorReadLine();
        var words = child.StandardOutput.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        child.WaitForExit();
        return child.ExitCode == 0 && words.All(word => long.TryParse(word, CultureInfo.InvariantCulture, out _))
            ? [.. words.Select(word => long.Parse(word, CultureInfo.InvariantCulture))]
            : null;
    }

    /// <summary>The most memory, in bytes, that a step takes beyond what is there before it.</summary>
    internal static long Peak(Action step)
    {
        // The first step makes what stays: gradients, momenta, oneDNN's scratch memory, compiled code.
        step();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // "5" resets the mark to what is resident now (proc(5)). One step is enough: from run to run it differs by a few percent.
        File.WriteAllText("/proc/self/clear_refs", "5");
        var before = Resident("VmRSS:");
        step();
        return Resident("VmHWM:") - before;
    }

    private static long Resident(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        var kibibytes = line[field.Length..].Replace("kB", "", StringComparison.Ordinal);
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }
}
