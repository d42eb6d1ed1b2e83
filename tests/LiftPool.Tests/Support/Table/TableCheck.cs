using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>A column of the table: what is asked of each layer. It throws where the layer is wrong.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Run">Does it for a row in a dtype, on the path that is forced.</param>
internal sealed record TableCheck(string Name, Action<TableRow, ScalarType> Run)
{
    private static readonly ScalarType[] Every = [ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16];

    /// <summary>PyTorch's list, <c>test/test_modules.py</c> and the cases of its ModuleInfo, as far as it has a meaning here.</summary>
    internal static IReadOnlyList<TableCheck> All { get; } =
    [
        new("forward", ValueChecks.Forward),
        new("backward", ValueChecks.Backward),
        new("grad", GradientChecks.First) { Dtypes = [ScalarType.Float64] },
        new("gradgrad", GradientChecks.Second) { Dtypes = [ScalarType.Float64] },
        new("views", LayoutChecks.Views),
        new("views of gradients", LayoutChecks.ViewsOfGradients),
        new("channels-last", LayoutChecks.ChannelsLast) { WhyNot = row => row.Axes == 1 ? "1-D" : null },
        new("no batch", LayoutChecks.NoBatch) { WhyNot = row => row.IsScheme ? "batch only" : null },
        new("no samples", LayoutChecks.NoSamples) { IsOfEachPath = false },
        new("storage", LayoutChecks.Storage),
        new("1, 2, 8 threads", ValueChecks.Threads) { Dtypes = Every[..3] },
        new("hooks", StateChecks.Hooks) { WhyNot = row => row.IsScheme ? "no forward" : null },
        new("refusals", StateChecks.Refusals) { IsOfEachPath = false },
        new("file", StateChecks.File),
        new("state_dict", StateChecks.StateDict),
        new("to(dtype)", StateChecks.To) { IsOfEachPath = false },
        new("dtype, device", StateChecks.Factory) { IsOfEachPath = false },
        new("train, eval", StateChecks.TrainAndEval),
        new("ToString", StateChecks.Text) { IsOfEachPath = false },
    ];

    /// <summary>Those that it is done in.</summary>
    internal ScalarType[] Dtypes { get; private init; } = Every;

    /// <summary>Whether the path of computation matters.</summary>
    internal bool IsOfEachPath { get; private init; } = true;

    /// <summary>A word on why it does not apply to a row; null where it does.</summary>
    internal Func<TableRow, string?> WhyNot { get; private init; } = _ => null;

    /// <summary>Does it in every dtype on every path, and gives how often that was.</summary>
    internal int RunAll(TableRow row)
    {
        var count = 0;
        foreach (var dtype in Dtypes)
        {
            foreach (var path in IsOfEachPath ? row.Paths : ["auto"])
            {
                using var scope = NewDisposeScope();
                using var forced = ComputePath.Force(path);
                try
                {
                    Run(row, dtype);
                    if (IsOfEachPath && row.HasKernels && ComputePath.Last != path)
                    {
                        throw new InvalidOperationException($"it ran on the path {ComputePath.Last}");
                    }
                }
                catch (Exception error)
                {
                    throw new InvalidOperationException($"{row}, {Name}, {dtype}, path {path}: {error.Message}", error);
                }

                count++;
            }
        }

        return count;
    }

    public override string ToString() => Name;
}
