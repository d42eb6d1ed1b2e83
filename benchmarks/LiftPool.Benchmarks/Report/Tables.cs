using LiftPool.Calls;
using static LiftPool.Benchmarks.Markdown;

namespace LiftPool.Benchmarks;

/// <summary>The results as Markdown.</summary>
internal sealed class Tables(Results results)
{
    private readonly Markdown text = new();

    private static IReadOnlyList<PoolKind> Kinds => Enum.GetValues<PoolKind>();

    private IEnumerable<string> ShapeNames => results.Shapes.Select(one => one.Shape.Name);

    public string Write()
    {
        Environment();
        Targets();
        text.Heading("Targets of three axes, half types, odd planes, frozen weights and other schemes");
        CellTable.Write(text, results.Cells);
        Times("Forward, against MaxPool", Part.Forward);
        Times("Forward + backward, against MaxPool", Part.Training);
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
        text.Heading(Machine.Heading, level: 3);
        foreach (var (what, value) in Machine.Describe(results.First.Path))
        {
            text.Line($"- {what}: {value}");
        }

        var load = results.Load ?? "not known";
        text.Line(Invariant($"- measured in {results.Elapsed.TotalSeconds:0} s; load average of the system before: {load}"));
    }

    private void Targets()
    {
        text.Heading("Targets");
        text.Row(["ratio", "target", .. ShapeNames, "small VGG"], header: true);
        foreach (var target in Target.All)
        {
            text.Row([target.What, target.Limits, .. results.Shapes.Select(target.Verdict), ""]);
        }

        var network = Target.Network;
        var verdict = Target.Verdict(network.Ratio(results.Steps), network.Large);
        text.Row([network.What, network.Limits, .. ShapeNames.Select(_ => ""), verdict]);
    }

    private void Times(string title, Part part)
    {
        text.Heading(title);
        text.Row(["", .. ShapeNames], header: true);
        var max = Pools.Title(PoolKind.Max);
        foreach (var side in results.First.Of(part).Keys.Where(side => side != max))
        {
            text.Row([side, .. results.Shapes.Select(one => Ratio(ShapeResult.Ratio(one.Of(part), side, max)))]);
        }

        text.Row([$"{max}, milliseconds", .. results.Shapes.Select(one => Milliseconds(one.Of(part)[max]))]);
    }

    private void Up()
    {
        text.Heading("The way up");
        text.Row(["", .. ShapeNames], header: true);
        foreach (var against in (string[])[UpNames.Down, UpNames.Unpool])
        {
            var ratios = results.Shapes.Select(one => ShapeResult.Ratio(one.Of(Part.Up), UpNames.Up, against));
            text.Row([$"{UpNames.Up}, against {against}", .. ratios.Select(Ratio)]);
        }

        text.Row([$"{UpNames.Up}, milliseconds", .. results.Shapes.Select(one => Milliseconds(one.Of(Part.Up)[UpNames.Up]))]);
    }

    private void Kernels()
    {
        text.Heading("LiftDownPool forward on each path, against MaxPool");
        text.Row(["", .. ShapeNames], header: true);
        text.Row(["auto takes", .. results.Shapes.Select(one => one.Path)]);
        foreach (var path in ComputePath.Paths.Append(Contest.OneThread))
        {
            var ratios = results.Shapes.Select(one => ShapeResult.Ratio(one.Of(Part.Kernels), path, Pools.Title(PoolKind.Max)));
            text.Row([path, .. ratios.Select(Ratio)]);
        }
    }

    private void Wavelets()
    {
        text.Heading(Invariant($"Wavelets on {Shape.First}"));
        text.Row(["ratio", "target", .. results.Wavelets.Keys.Select(wavelet => $"{wavelet}")], header: true);
        foreach (var target in WaveletTarget.All)
        {
            text.Row([target.What, target.Limits, .. results.Wavelets.Values.Select(times => target.Limit is { } limit
                ? Target.Verdict(target.Ratio(times), limit)
                : Ratio(target.Ratio(times)))]);
        }

        text.Gap();
        text.Row(["milliseconds", .. results.Wavelets.Keys.Select(wavelet => $"{wavelet}")], header: true);
        foreach (var side in results.Wavelets.Values.First().Keys)
        {
            text.Row([side, .. results.Wavelets.Values.Select(times => Milliseconds(times[side]))]);
        }
    }

    private void Network()
    {
        text.Heading("A training step of the small VGG");
        text.Row(["pool", "against MaxPool", "milliseconds"], header: true);
        foreach (var (pool, seconds) in results.Steps)
        {
            text.Row([pool, Ratio(ShapeResult.Ratio(results.Steps, pool, Pools.Title(PoolKind.Max))), Milliseconds(seconds)]);
        }
    }

    private void Memory()
    {
        text.Heading("Bytes alive between forward and backward, in parts of the input's");
        text.Row(["", .. ShapeNames], header: true);
        foreach (var side in results.First.Of(Part.Alive).Keys)
        {
            var bytes = results.Shapes.Select(one => one.Of(Part.Alive).GetValueOrDefault(side, double.NaN) / one.Shape.Bytes);
            text.Row([side, .. bytes.Select(part => Ratio(part))]);
        }

        text.Heading("Peak memory of a training step, beyond what is there before it");
        text.Row(["pool", $"alone, {Shape.First}: MiB", "against MaxPool", "small VGG: MiB", "against MaxPool"], header: true);
        var max = results.Peaks[PoolKind.Max];
        foreach (var kind in Kinds)
        {
            var peak = results.Peaks[kind];
            text.Row([
                Pools.Title(kind),
                Mebibytes(peak?.Alone), Ratio((double?)peak?.Alone / max?.Alone),
                Mebibytes(peak?.Network), Ratio((double?)peak?.Network / max?.Network)]);
        }
    }

    private void Floor()
    {
        var floor = results.Floor;
        var time = results.First.Of(Part.Forward)[Pools.Title(PoolKind.Lift)];
        text.Heading(Invariant($"The floor of a forward on {Shape.First}"));
        text.Row(["", "rate", "milliseconds", "LiftDownPool takes"], header: true);
        FloorRow($"{LiftPool.Benchmarks.Floor.Bytes / 1e6:0.0} MB at the speed of a copy beyond the caches", $"{floor.FarCopy / 1e9:0.0} GB/s", floor.FarSeconds);
        FloorRow($"the same at the speed of a copy of that size", $"{floor.NearCopy / 1e9:0.0} GB/s", floor.NearSeconds);
        FloorRow($"arithmetic at the vector units' rate", $"{floor.MultiplyAdds / 1e9:0} G multiply-adds/s, {floor.Divisions / 1e9:0} G divisions/s", floor.OperationSeconds);
        text.Row(["LiftDownPool", "", Milliseconds(time), ""]);

        void FloorRow(FormattableString what, FormattableString rate, double seconds)
            => text.Row([Invariant(what), Invariant(rate), Milliseconds(seconds), Invariant($"{time / seconds:0.0} times as long")]);
    }
}
