namespace LiftPool.Benchmarks;

/// <summary>A ratio of two sides of a <see cref="WaveletContest"/>.</summary>
/// <param name="Side">The side that is looked at.</param>
/// <param name="Against">The side whose time it is divided by.</param>
/// <param name="Limit">What it is to be at most; null where it only stands for comparison.</param>
internal sealed record WaveletTarget(string Side, string Against, double? Limit)
{
    public static readonly IReadOnlyList<WaveletTarget> All =
    [
        new(WaveletContest.Forward, Pools.Title(PoolKind.Max), 0.08),
        new(WaveletContest.Forward, WaveletContest.Copy, 2.0),
        new(WaveletContest.Forward, WaveletContest.Convolution, 0.5),
        new(WaveletContest.Inverse, WaveletContest.Forward, 1.1),
        new(WaveletContest.Low, Pools.Title(PoolKind.Max), null),
        new(WaveletContest.Sum, Pools.Title(PoolKind.Max), null),
    ];

    public string What => $"{Side}, against {Against}";

    public string Limits => Limit is { } limit ? FormattableString.Invariant($"at most {limit:0.0#}") : "";

    public double Ratio(Dictionary<string, double> times) => times[Side] / times[Against];
}
