using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>
/// The trait of tests that force each path of computation in turn. Where the whole suite runs once more on another path, they would do the
/// same again: <c>--filter "Paths!=each"</c> leaves them out.
/// </summary>
internal static class EachPath
{
    internal const string Name = "Paths";
    internal const string Value = "each";

    /// <summary>The kernels that this machine has.</summary>
    internal static string[] Kernels { get; } = [.. ComputePath.Paths.Where(path => path != "tensor")];
}
