using BenchmarkDotNet.Attributes;

namespace LiftPool.Benchmarks;

/// <summary>The same calls under BenchmarkDotNet, for details of one of them: distributions, managed memory, disassembly.</summary>
/// <remarks>One side after the other: for ratios take <c>compare</c>, which measures them side by side.</remarks>
[MemoryDiagnoser]
public class PoolBenchmarks : IDisposable
{
    private Contest? contest;
    private Action call = () => { };

    public static IEnumerable<string> Shapes => Shape.All.Select(shape => shape.Name);

    [ParamsSource(nameof(Shapes))]
    public string Input { get; set; } = "";

    [Params(nameof(PoolKind.Lift), nameof(PoolKind.Max))]
    public string Pool { get; set; } = "";

    private PoolKind Kind => Enum.Parse<PoolKind>(Pool);

    [GlobalSetup(Target = nameof(Forward))]
    public void PrepareForward() => Prepare(contest => contest.Sides(Part.Forward), Pools.Title(Kind));

    [GlobalSetup(Target = nameof(ForwardBackward))]
    public void PrepareForwardBackward() => Prepare(contest => contest.Sides(Part.Training), Pools.Title(Kind));

    [GlobalSetup(Target = nameof(Up))]
    public void PrepareUp()
    {
        using var noGrad = no_grad();
        Prepare(contest => contest.Up(), Kind == PoolKind.Lift ? UpNames.Up : UpNames.Unpool);
    }

    // Gradients are a thread's setting, and the setup may run on another.
    [Benchmark]
    public void Forward()
    {
        using var noGrad = no_grad();
        call();
    }

    [Benchmark]
    public void ForwardBackward() => call();

    [Benchmark]
    public void Up()
    {
        using var noGrad = no_grad();
        call();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        contest?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Prepare(Func<Contest, IReadOnlyList<Side>> sides, string name)
    {
        contest = new Contest(Shape.All.First(shape => shape.Name == Input));
        call = sides(contest).First(side => side.Name == name).Call;
    }
}
