using System.Globalization;
using System.Text;

namespace LiftPool.Benchmarks;

/// <summary>Text in Markdown as it grows, and how numbers stand in it.</summary>
internal sealed class Markdown
{
    private readonly StringBuilder text = new();

    /// <param name="title">A heading's text.</param>
    /// <param name="level">The number of its signs.</param>
    public void Heading(string title, int level = 4) => text.Append('\n').Append('#', level).Append(' ').Append(title).Append("\n\n");

    public void Line(string line) => text.Append(line).Append('\n');

    public void Gap() => text.Append('\n');

    public void Row(IReadOnlyList<string> cells, bool header = false)
    {
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        if (header)
        {
            text.Append("|---|").Append(string.Concat(Enumerable.Repeat("---:|", cells.Count - 1))).Append('\n');
        }
    }

    public override string ToString() => text.ToString();

    public static string Ratio(double? ratio)
        => ratio is { } value && double.IsFinite(value) ? value.ToString("0.00", CultureInfo.InvariantCulture) : "–";

    public static string Milliseconds(double seconds)
        => (seconds * 1e3).ToString(seconds < 1e-4 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);

    public static string Mebibytes(double? bytes)
        => bytes is { } value && double.IsFinite(value) ? Invariant($"{value / 1048576.0:0.0}") : "not measured";

    public static string Invariant(FormattableString value) => FormattableString.Invariant(value);
}
