using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LiftPool.Calls;

namespace LiftPool.Benchmarks;

/// <summary>What the numbers depend on.</summary>
internal static class Machine
{
    /// <summary>Above the tables, and what tells those of one processor from another's: its name, and how wide its vectors are.</summary>
    public static string Heading { get; } = $"{Processor()}, vectors of {string.Join(", ", VectorBits)} bits";

    // The widths that .NET uses here.
    private static int[] VectorBits =>
    [
        .. Vector128.IsHardwareAccelerated ? [128] : (int[])[],
        .. Vector256.IsHardwareAccelerated ? [256] : (int[])[],
        .. Vector512.IsHardwareAccelerated ? [512] : (int[])[],
    ];

    public static IEnumerable<(string What, string Value)> Describe(string path) =>
    [
        ("processors", $"{Environment.ProcessorCount} logical ones"),
        ("the first shape's kernel", path),
        ("threads", get_num_threads().ToString(CultureInfo.InvariantCulture)),
        (ComputePath.Variable, Variable(ComputePath.Variable)),
        ("OMP_WAIT_POLICY", Variable("OMP_WAIT_POLICY")),
        ("system", RuntimeInformation.OSDescription),
        (".NET", Environment.Version.ToString()),
        ("LibTorch", torch.__version__),
    ];

    /// <summary>Processes that want a processor, averaged over the last minute; null where the system does not count them.</summary>
    public static string? Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : null;

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : "not set";

    // .NET has no name for it; each system has its own place. Some virtual machines call every generation by one name, so that
    // family and model belong to it.
    private static string Processor()
    {
        Dictionary<string, string> fields = [];
        if (File.Exists("/proc/cpuinfo"))
        {
            foreach (var field in File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)))
            {
                fields[field[0].Trim()] = field[^1].Trim();
            }
        }

        var name = fields.GetValueOrDefault("model name")
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
        return fields.TryGetValue("cpu family", out var family) && fields.TryGetValue("model", out var model)
            ? $"{name} (family {family}, model {model})"
            : name;
    }
}
