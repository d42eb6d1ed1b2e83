using System.Diagnostics;

namespace LiftPool.Benchmarks;

/// <summary>The whole comparison, in order.</summary>
internal static class Compare
{
    // A training step of a network takes as long as dozens of calls of a layer.
    private static readonly TimeSpan NetworkBudget = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WaveletBudget = TimeSpan.FromSeconds(2);

    /// <summary>Long enough for .NET to compile what a call runs through a second time, with all optimisations.</summary>
    private static readonly TimeSpan CompileTime = TimeSpan.FromSeconds(1);

    /// <summary>What the tables show of every shape, in the order that it is measured in.</summary>
    private static readonly Part[] Parts = [Part.Training, Part.Alive, Part.Forward, Part.Up, Part.Kernels];

    /// <param name="rounds">The fewest rounds of every comparison.</param>
    /// <param name="budget">The share of the usual time to spend.</param>
    /// <param name="say">Is told what is being measured.</param>
    public static Results Run(int rounds, double budget, Action<string> say)
    {
        var clock = Stopwatch.StartNew();
        var load = Machine.Load();
        random.manual_seed(1);
        var measure = new Rounds(rounds);
        say("compiling");
        WarmUp(Parts.Select(part => (Shape.First, part)));
        WarmUpWavelets();

        List<ShapeResult> shapes = [];
        foreach (var shape in Shape.All)
        {
            say(shape.Name);
            using var contest = new Contest(shape);
            var parts = Parts.ToDictionary(part => part, part => Measure(contest, part, measure, budget));
            shapes.Add(new ShapeResult(shape, contest.Path(), parts));
        }

        var cells = Run(measure, [.. Cell.More], budget, say);
        say("wavelets");
        var wavelets = WaveletContest.Wavelets.ToDictionary(wavelet => wavelet, wavelet => MeasureWavelet(wavelet, measure, WaveletBudget * budget));
        say("training steps of the small VGG");
        var steps = MeasureSteps(Enum.GetValues<PoolKind>(), TrainingStep.Images, measure, budget);
        say("memory of a training step");
        var peaks = Enum.GetValues<PoolKind>().ToDictionary(kind => kind, PeakMemory.Of);
        say("copy bandwidth and vector rate");
        return new Results(shapes, cells, wavelets, steps, peaks, Floor.Measure(), load, clock.Elapsed);
    }

    /// <summary>The same of some cells alone: of each the two sides that it needs, and nothing else.</summary>
    public static IReadOnlyList<CellResult> Run(int rounds, IReadOnlyList<Cell> cells, double budget, Action<string> say)
    {
        random.manual_seed(1);
        return Run(new Rounds(rounds), cells, budget, say);
    }

    private static CellResult[] Run(Rounds measure, IReadOnlyList<Cell> cells, double budget, Action<string> say)
    {
        say("compiling");
        WarmUp(cells.Select(cell => (cell.Shape, cell.Target.Part)));
        Dictionary<(Shape, Part), Dictionary<string, double>> measured = [];
        foreach (var ofShape in cells.GroupBy(cell => cell.Shape))
        {
            say(ofShape.Key.Name);
            var contest = new Lazy<Contest>(() => new Contest(ofShape.Key));
            foreach (var ofPart in ofShape.GroupBy(cell => cell.Target.Part))
            {
                HashSet<string> sides = [.. ofPart.SelectMany(cell => (string[])[cell.Target.Side, cell.Target.Against])];
                var kinds = Enum.GetValues<PoolKind>().Where(kind => sides.Contains(Pools.Title(kind)));
                measured[(ofShape.Key, ofPart.Key)] = ofPart.Key == Part.Network
                    ? MeasureSteps([.. kinds], ofShape.Key, measure, budget)
                    : Measure(contest.Value, ofPart.Key, measure, budget, sides);
            }

            if (contest.IsValueCreated)
            {
                contest.Value.Dispose();
            }
        }

        return [.. cells.Select(cell => new CellResult(cell, measured[(cell.Shape, cell.Target.Part)]))];
    }

    /// <param name="contest">Layers and inputs.</param>
    /// <param name="part">What of them.</param>
    /// <param name="measure">How.</param>
    /// <param name="budget">The share of the usual time.</param>
    /// <param name="only">The sides to measure; null for all.</param>
    private static Dictionary<string, double> Measure(
        Contest contest, Part part, Rounds measure, double budget, HashSet<string>? only = null)
    {
        if (part == Part.Alive)
        {
            return contest.Alive();
        }

        using var noGrad = WithoutGradients(part);
        return measure.Medians([.. contest.Sides(part).Where(side => only?.Contains(side.Name) ?? true)], Budget(part) * budget);
    }

    private static IDisposable? WithoutGradients(Part part)
        => part is Part.Training or Part.SchemesTraining or Part.Backward ? null : no_grad();

    // Beside the rounds that a shape gets whatever they take.
    private static TimeSpan Budget(Part part) => TimeSpan.FromSeconds(part switch
    {
        Part.Training or Part.SchemesTraining => 3,
        Part.Up => 1,
        _ => 2,
    });

    private static Dictionary<string, double> MeasureWavelet(Wavelet wavelet, Rounds measure, TimeSpan budget)
    {
        using var noGrad = no_grad();
        using var contest = new WaveletContest(wavelet, Shape.First);
        return measure.Medians(contest.Sides(), budget);
    }

    private static Dictionary<string, double> MeasureSteps(PoolKind[] kinds, Shape input, Rounds measure, double budget)
    {
        var steps = Array.ConvertAll(kinds, kind => new TrainingStep(kind, input));
        try
        {
            return measure.Medians([.. kinds.Zip(steps, (kind, step) => new Side(Pools.Title(kind), step.Run))], NetworkBudget * budget);
        }
        finally
        {
            Array.ForEach(steps, step => step.Dispose());
        }
    }

    // What is compiled depends on the type and the number of axes, not on the size.
    private static void WarmUp(IEnumerable<(Shape Shape, Part Part)> what)
    {
        var timed = what.Where(one => one.Part is not (Part.Alive or Part.Network));
        foreach (var alike in timed.GroupBy(one => (one.Shape.Axes, one.Shape.Type)))
        {
            // Sixteen channels, so that every vector width has its lanes filled.
            var shape = new Shape([4, 16, .. Enumerable.Repeat(16L, alike.Key.Axes)]) { Type = alike.Key.Type };
            using var contest = new Contest(shape);
            Repeat([.. alike.Select(one => one.Part).Distinct().Select(part =>
            {
                using var noGrad = WithoutGradients(part);
                return (part, contest.Sides(part));
            })]);
        }
    }

    private static void WarmUpWavelets()
    {
        // Kernels are compiled for each number of taps.
        using var noGrad = no_grad();
        var shape = new Shape(4, 16, 16, 16);
        using var haar = new WaveletContest(Wavelet.Haar, shape);
        using var cdf53 = new WaveletContest(Wavelet.Cdf53, shape);
        Repeat([(Part.Forward, [.. haar.Sides(), .. cdf53.Sides()])]);
    }

    private static void Repeat(IReadOnlyList<(Part Part, IReadOnlyList<Side> Sides)> all)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < CompileTime)
        {
            foreach (var (part, sides) in all)
            {
                using var noGrad = WithoutGradients(part);
                foreach (var side in sides)
                {
                    using var around = side.Around?.Invoke();
                    side.Call();
                }
            }
        }
    }
}
