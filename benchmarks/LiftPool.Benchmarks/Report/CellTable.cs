using static LiftPool.Benchmarks.Markdown;

namespace LiftPool.Benchmarks;

/// <summary>Targets, a line each.</summary>
internal static class CellTable
{
    public static void Write(Markdown text, IReadOnlyList<CellResult> cells)
    {
        text.Row(["ratio", "input", "target", "measured", "the first of the two", "the second"], header: true);
        foreach (var one in cells)
        {
            var (target, shape) = one.Cell;
            text.Row([
                target.What, shape.Name, target.LimitOn(shape), one.Verdict,
                Amount(target.Part, one.Measured[target.Side]), Amount(target.Part, one.Measured[target.Against])]);
        }
    }

    private static string Amount(Part part, double value) => part == Part.Alive
        ? Invariant($"{Mebibytes(value)} MiB")
        : Invariant($"{Milliseconds(value)} ms");
}
