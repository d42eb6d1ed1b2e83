using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LiftPool.Calls;

namespace LiftPool.Benchmarks;

/// <summary>What the numbers depend on.</summary>
internal static class Machine
{
    /// <summary>The widest vectors that .NET uses here, in bits.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    public static IEnumerable<(string What, string Value)> Describe(string path) =>
    [
        ("processor", $"{Processor()}, {Environment.ProcessorCount} logical processors"),
        ("vectors", $"{VectorBits} bits; the first shape's kernel: {path}"),
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

    // .NET has no name for it; each system has its own place.
    private static string Processor()
    {
        const string Field = "model name";
        if (File.Exists("/proc/cpuinfo")
            && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line)
        {
            return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
