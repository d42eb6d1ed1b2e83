using System.Globalization;
using System.Runtime.InteropServices;

namespace LiftPool.Tests;

/// <summary>
/// What a step of training does where memory runs out, at every limit from next to nothing to what it needs: it throws what can be
/// caught, and once there is memory again the next step is right. Linux only, as a process of its own.
/// </summary>
internal static partial class MemoryTable
{
    /// <summary>The test assembly's argument.</summary>
    internal const string Argument = "memory";

    /// <summary>The argument of the process whose managed heap is small: there the memory of a kernel's workers lies.</summary>
    internal const string HeapArgument = "heap";

    // Of address space: what is left for the runtime's and LibTorch's own small needs. Each limit is half as much again as the one before.
    private const long Spare = 2 << 20;
    private const double Growth = 1.5;
    // Of planes that are in work as a whole, until a backward and where vectors are wide a forward have no room.
    private static readonly long[] Heights = [32, 64, 128, 256];
    private const int MostSteps = 40;
    private const int AddressSpace = 9;

    /// <summary>The environment of the child: memory that is free goes back at once, and no code is compiled while there is none.</summary>
    internal static void Prepare(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => name.StartsWith("MALLOC_", StringComparison.Ordinal)).ToArray())
        {
            environment.Remove(name);
        }

        (environment["MALLOC_TRIM_THRESHOLD_"], environment["MALLOC_TOP_PAD_"], environment["MALLOC_MMAP_THRESHOLD_"]) = ("0", "0", "65536");
        foreach (var setting in new[] { "TieredCompilation", "gcConcurrent", "EnableWriteXorExecute" })
        {
            environment[$"DOTNET_{setting}"] = "0";
        }
    }

    /// <summary>The same with 48 MiB of managed heap.</summary>
    internal static void PrepareHeap(IDictionary<string, string?> environment)
    {
        Prepare(environment);
        environment["DOTNET_GCHeapHardLimit"] = "0x3000000";
    }

    /// <summary>What a subject throws where address space runs out, in forward and in backward, and whether it then serves as before.</summary>
    internal static string OfAddressSpace(string name)
    {
        var subject = FaultSubject.All.Single(one => one.Name == name);
        var thrown = new Thrown();
        manual_seed(1);
        using var module = subject.Make(null);
        using var leaf = randn([4, 4, 256, 512], ScalarType.Float64).requires_grad_();

        // Everything is compiled, and every thread there, before the first limit; the way of a fault too.
        using var wanted = Gradient(subject, module, leaf, limit: null, thrown)!;
        _ = Gradient(subject, module, leaf, limit: Spare, thrown);
        thrown = new Thrown();
        for (var step = 0; step < MostSteps; step++)
        {
            using var found = Gradient(subject, module, leaf, (long)(Spare * Math.Pow(Growth, step)), thrown);
            using var again = Gradient(subject, module, leaf, limit: null, new());
            if (!again!.IsExactly(wanted) || found?.IsExactly(wanted) == false)
            {
                return $"{thrown}; WRONG after {step} limits";
            }

            if (found is not null)
            {
                Console.WriteLine($"{step} limits did not do");
                return $"{thrown}; right with memory again";
            }
        }

        return $"{thrown}; {MostSteps} limits did not do";
    }

    /// <summary>The same of a managed heap that is too small for a large call, and large enough for others.</summary>
    internal static string OfManagedHeap()
    {
        set_num_threads(2);
        using var pool = new LiftDownPool2d(channels: 32, padding_mode: PaddingModes.Circular, dtype: ScalarType.Float64);
        var thrown = new Thrown();
        double? Sum(long height)
        {
            using var scope = NewDisposeScope();
            var x = ones([1, 32, height, 512], ScalarType.Float64).requires_grad_();
            var into = thrown.Forward;
            try
            {
                var y = pool.forward(x);
                into = thrown.Backward;
                y.backward([ones_like(y)]);
                return y.sum().item<double>() + x.grad!.sum().item<double>();
            }
            catch (Exception error)
            {
                into.Add(FaultWords.Of(error));
                return null;
            }
        }

        var wanted = Sum(8);
        foreach (var height in Heights)
        {
            var large = Sum(height);
            Console.WriteLine($"height {height}: {(large is null ? "no memory" : "done")}");
            if (Sum(8) is not { } again || again != wanted)
            {
                return $"{thrown}; WRONG after height {height}";
            }
        }

        return $"{thrown}; right with memory again";
    }

    // null where memory did not do.
    private static Tensor? Gradient(FaultSubject subject, Module module, Tensor leaf, long? limit, Thrown thrown)
    {
        using var scope = NewDisposeScope();
        leaf.grad = null;
        module.zero_grad();
        var into = thrown.Forward;
        try
        {
            var read = subject.Read(leaf);
            if (limit is { } bytes)
            {
                Limit(InUse() + bytes);
            }

            var y = subject.Forward(module, read);
            using var given = ones([], ScalarType.Float64).expand(y.shape);
            into = thrown.Backward;
            y.backward([given]);
            return leaf.grad!.MoveToOuterDisposeScope();
        }
        catch (Exception error) when (limit is not null)
        {
            Limit(null);
            into.Add(FaultWords.Of(error));
            return null;
        }
        finally
        {
            Limit(null);
        }
    }

    private static long InUse()
        => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    private static void Limit(long? bytes)
    {
        var limit = new ResourceLimit { Soft = bytes is { } some ? (nuint)some : nuint.MaxValue, Hard = nuint.MaxValue };
        if (setrlimit(AddressSpace, limit) != 0)
        {
            throw new InvalidOperationException("the limit cannot be set");
        }
    }

    private sealed class Thrown
    {
        internal SortedSet<string> Forward { get; } = new(StringComparer.Ordinal);

        internal SortedSet<string> Backward { get; } = new(StringComparer.Ordinal);

        public override string ToString() => $"forward: {Words(Forward)}; backward: {Words(Backward)}";

        private static string Words(SortedSet<string> thrown) => thrown.Count == 0 ? "nothing" : string.Join(" or ", thrown);
    }

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        internal nuint Soft;
        internal nuint Hard;
    }
}
