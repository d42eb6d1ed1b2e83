using System.Globalization;
using System.Text;
using LiftPool.Calls;

namespace LiftPool.Benchmarks;

/// <summary>The results as Markdown.</summary>
internal sealed class Tables(Results results)
{
    private const string Nothing = "–";

    private readonly StringBuilder text = new();

    private static IReadOnlyList<PoolKind> Kinds => Enum.GetValues<PoolKind>();

    private IEnumerable<string> ShapeNames => results.Shapes.Select(one => one.Shape.Name);

    public string Write()
    {
        Environment();
        Targets();
        Times("Forward, against MaxPool", one => one.Forward);
        Times("Forward + backward, against MaxPool", one => one.Training);
        Up();
        Kernels();
        Wavelets();
        Network();
        Memory();
        Floor();
        return text.ToString();
    }

    private void Environment()
    {
        foreach (var (what, value) in Machine.Describe(results.First.Path))
        {
            Line($"- {what}: {value}");
        }

        Line($"- measured in {results.Elapsed.TotalSeconds:0} s; load average of the system before: {results.Load ?? "not known"}");
    }

    private void Targets()
    {
        Heading("Targets");
        Row(["ratio", "target", .. ShapeNames, "small VGG"], header: true);
        foreach (var target in Target.All)
        {
            Row([target.What, target.Limits, .. results.Shapes.Select(target.Verdict), ""]);
        }

        var network = results.Steps[PoolKind.Lift] / results.Steps[PoolKind.Max];
        Row(["training step, against MaxPool", Invariant($"at most {Target.NetworkLimit:0.0}"), .. ShapeNames.Select(_ => ""), Target.Verdict(network, Target.NetworkLimit)]);
    }

    private void Times(string title, Func<ShapeResult, Dictionary<string, double>> times)
    {
        Heading(title);
        Row(["", .. ShapeNames], header: true);
        var max = Pools.Title(PoolKind.Max);
        foreach (var side in times(results.First).Keys.Where(side => side != max))
        {
            Row([side, .. results.Shapes.Select(one => Ratio(ShapeResult.Ratio(times(one), side, max)))]);
        }

        Row([$"{max}, milliseconds", .. results.Shapes.Select(one => Milliseconds(times(one)[max]))]);
    }

    private void Up()
    {
        Heading("The way up");
        Row(["", .. ShapeNames], header: true);
        foreach (var against in (string[])[UpNames.Down, UpNames.Unpool])
        {
            Row([$"{UpNames.Up}, against {against}", .. results.Shapes.Select(one => Ratio(ShapeResult.Ratio(one.Up, UpNames.Up, against)))]);
        }

        Row([$"{UpNames.Up}, milliseconds", .. results.Shapes.Select(one => Milliseconds(one.Up[UpNames.Up]))]);
    }

    private void Kernels()
    {
        Heading("LiftDownPool forward on each path, against MaxPool");
        Row(["", .. ShapeNames], header: true);
        Row(["auto takes", .. results.Shapes.Select(one => one.Path)]);
        foreach (var path in ComputePath.Paths.Append(Contest.OneThread))
        {
            Row([path, .. results.Shapes.Select(one => Ratio(one.Kernels[path] / one.Kernels[Pools.Title(PoolKind.Max)]))]);
        }
    }

    private void Wavelets()
    {
        Heading($"Wavelets on {Shape.First}");
        Row(["ratio", "target", .. results.Wavelets.Keys.Select(wavelet => $"{wavelet}")], header: true);
        foreach (var target in WaveletTarget.All)
        {
            Row([target.What, target.Limits, .. results.Wavelets.Values.Select(times => target.Limit is { } limit
                ? Target.Verdict(target.Ratio(times), limit)
                : Ratio(target.Ratio(times)))]);
        }

        text.Append('\n');
        Row(["milliseconds", .. results.Wavelets.Keys.Select(wavelet => $"{wavelet}")], header: true);
        foreach (var side in results.Wavelets.Values.First().Keys)
        {
            Row([side, .. results.Wavelets.Values.Select(times => Milliseconds(times[side]))]);
        }
    }

    private void Network()
    {
        Heading("A training step of the small VGG");
        Row(["pool", "against MaxPool", "milliseconds"], header: true);
        foreach (var (kind, seconds) in results.Steps)
        {
            Row([Pools.Title(kind), Ratio(seconds / results.Steps[PoolKind.Max]), Milliseconds(seconds)]);
        }
    }

    private void Memory()
    {
        Heading("Bytes alive between forward and backward, in parts of the input's");
        Row(["", .. ShapeNames], header: true);
        foreach (var side in results.First.Alive.Keys)
        {
            Row([side, .. results.Shapes.Select(one => Ratio((double?)one.Alive.GetValueOrDefault(side) / (one.Shape.Elements * sizeof(float))))]);
        }

        Heading("Peak memory of a training step, beyond what is there before it");
        Row(["pool", $"alone, {Shape.First}: MiB", "against MaxPool", "small VGG: MiB", "against MaxPool"], header: true);
        var max = results.Peaks[PoolKind.Max];
        foreach (var kind in Kinds)
        {
            var peak = results.Peaks[kind];
            Row([
                Pools.Title(kind),
                Mebibytes(peak?.Alone), Ratio((double?)peak?.Alone / max?.Alone),
                Mebibytes(peak?.Network), Ratio((double?)peak?.Network / max?.Network)]);
        }
    }

    private void Floor()
    {
        var floor = results.Floor;
        var time = results.First.Forward[Pools.Title(PoolKind.Lift)];
        Heading($"The floor of a forward on {Shape.First}");
        Row(["", "rate", "milliseconds", "LiftDownPool takes"], header: true);
        FloorRow($"{LiftPool.Benchmarks.Floor.Bytes / 1e6:0.0} MB at the speed of a copy beyond the caches", $"{floor.FarCopy / 1e9:0.0} GB/s", floor.FarSeconds);
        FloorRow($"the same at the speed of a copy of that size", $"{floor.NearCopy / 1e9:0.0} GB/s", floor.NearSeconds);
        FloorRow($"arithmetic at the vector units' rate", $"{floor.MultiplyAdds / 1e9:0} G multiply-adds/s, {floor.Divisions / 1e9:0} G divisions/s", floor.OperationSeconds);
        Row(["LiftDownPool", "", Milliseconds(time), ""]);

        void FloorRow(FormattableString what, FormattableString rate, double seconds)
            => Row([Invariant(what), Invariant(rate), Milliseconds(seconds), Invariant($"{time / seconds:0.0} times as long")]);
    }

    private void Heading(FormattableString title) => Heading(Invariant(title));

    private void Heading(string title) => text.Append('\n').Append("### ").Append(title).Append("\n\n");

    private void Line(FormattableString line) => text.Append(Invariant(line)).Append('\n');

    private void Row(IReadOnlyList<string> cells, bool header = false)
    {
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        if (header)
        {
            text.Append("|---|").Append(string.Concat(Enumerable.Repeat("---:|", cells.Count - 1))).Append('\n');
        }
    }

    private static string Ratio(double? ratio) => ratio is { } value ? value.ToString("0.00", CultureInfo.InvariantCulture) : Nothing;

    private static string Milliseconds(double seconds) => (seconds * 1e3).ToString(seconds < 1e-4 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);

    private static string Mebibytes(long? bytes) => bytes is { } value ? Invariant($"{value / 1048576.0:0.0}") : "not measured";

    private static string Invariant(FormattableString value) => FormattableString.Invariant(value);
}
