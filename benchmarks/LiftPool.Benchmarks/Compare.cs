using System.Diagnostics;

namespace LiftPool.Benchmarks;

/// <summary>The whole comparison, in order.</summary>
internal static class Compare
{
    // Together with the warm-up, and the rounds that a shape gets whatever they take, under three minutes.
    private static readonly TimeSpan ForwardBudget = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TrainingBudget = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan UpBudget = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KernelBudget = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WaveletBudget = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NetworkBudget = TimeSpan.FromSeconds(20);

    /// <summary>Long enough for .NET to compile what a call runs through a second time, with all optimisations.</summary>
    private static readonly TimeSpan CompileTime = TimeSpan.FromSeconds(1);

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
        WarmUp();

        List<ShapeResult> shapes = [];
        foreach (var shape in Shape.All)
        {
            say(shape.Name);
            shapes.Add(Measure(shape, measure, budget));
        }

        say("wavelets");
        var wavelets = WaveletContest.Wavelets.ToDictionary(wavelet => wavelet, wavelet => MeasureWavelet(wavelet, measure, WaveletBudget * budget));
        say("training steps of the small VGG");
        var steps = MeasureSteps(measure, NetworkBudget * budget);
        say("memory of a training step");
        var peaks = Enum.GetValues<PoolKind>().ToDictionary(kind => kind, PeakMemory.Of);
        say("copy bandwidth and vector rate");
        return new Results(shapes, wavelets, steps, peaks, Floor.Measure(), load, clock.Elapsed);
    }

    private static ShapeResult Measure(Shape shape, Rounds measure, double budget)
    {
        using var contest = new Contest(shape);
        var training = measure.Medians(contest.Training(), TrainingBudget * budget);
        var alive = contest.Alive();
        using var noGrad = no_grad();
        return new ShapeResult(
            shape,
            contest.Path(),
            measure.Medians(contest.Forward(), ForwardBudget * budget),
            training,
            measure.Medians(contest.Up(), UpBudget * budget),
            measure.Medians(contest.Kernels(), KernelBudget * budget),
            alive);
    }

    private static Dictionary<string, double> MeasureWavelet(Wavelet wavelet, Rounds measure, TimeSpan budget)
    {
        using var noGrad = no_grad();
        using var contest = new WaveletContest(wavelet, Shape.First);
        return measure.Medians(contest.Sides(), budget);
    }

    private static Dictionary<PoolKind, double> MeasureSteps(Rounds measure, TimeSpan budget)
    {
        var kinds = Enum.GetValues<PoolKind>();
        TrainingStep[] steps = [.. kinds.Select(kind => new TrainingStep(kind))];
        try
        {
            var times = measure.Medians([.. kinds.Zip(steps, (kind, step) => new Side(Pools.Title(kind), step.Run))], budget);
            return kinds.ToDictionary(kind => kind, kind => times[Pools.Title(kind)]);
        }
        finally
        {
            Array.ForEach(steps, step => step.Dispose());
        }
    }

    private static void WarmUp()
    {
        // Sixteen channels, so that every vector width has its lanes filled.
        var shape = new Shape(4, 16, 16, 16);
        using var contest = new Contest(shape);
        // Kernels are compiled for each number of taps.
        using var haar = new WaveletContest(Wavelet.Haar, shape);
        using var cdf53 = new WaveletContest(Wavelet.Cdf53, shape);
        var training = contest.Training();
        Side[] withoutGradients = [.. contest.Kernels(), .. contest.Up(), .. haar.Sides(), .. cdf53.Sides()];
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < CompileTime)
        {
            foreach (var side in training)
            {
                side.Call();
            }

            using var noGrad = no_grad();
            foreach (var side in withoutGradients)
            {
                using var around = side.Around?.Invoke();
                side.Call();
            }
        }
    }
}
