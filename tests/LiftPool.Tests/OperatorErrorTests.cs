namespace LiftPool.Tests;

/// <summary>An operator of one's own has to keep shape and dtype; one that does not is told in which step, what was expected and what came.</summary>
public sealed class OperatorErrorTests
{
    private static readonly int[] Dimensions = [1, 2, 3];
    private static readonly string[] Steps = ["predict", "update"];

    private static readonly Dictionary<string, (Func<Tensor, Tensor> Change, Func<long, string> Got)> Changes = new()
    {
        ["a sample less"] = (x => x.narrow(2, 1, 3), signals => $"Float64 [{signals}, 2, 3]"),
        ["a channel less"] = (x => x.narrow(1, 0, 1), signals => $"Float64 [{signals}, 1, 4]"),
        ["twice the batch"] = (x => cat([x, x]), signals => $"Float64 [{2 * signals}, 2, 4]"),
        ["another rank"] = (x => x.flatten(), signals => $"Float64 [{signals * 2 * 4}]"),
        ["another dtype"] = (x => x.to(ScalarType.Float32), signals => $"Float32 [{signals}, 2, 4]"),
    };

    public static IEnumerable<object[]> Cases =>
        from axes in Dimensions
        from step in Steps
        from change in Changes.Keys
        select new object[] { axes, step, change };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Going_down(int axes, string step, string change)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, Changing(step, Changes[change].Change));
        var x = ones(AnyPool.Eights(axes, 3, 2), ScalarType.Float64);

        Refused(() => pool.forward(x), axes, step, change);
        Refused(() => pool.forward_with_bands(x), axes, step, change);
        Refused(() => pool.penalties(x), axes, step, change);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Going_up(int axes, string step, string change)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, HandSchemes.Haar());
        using var up = AnyPool.Up(axes, Changing(step, Changes[change].Change));
        var (y, bands) = pool.forward_with_bands(ones(AnyPool.Eights(axes, 3, 2), ScalarType.Float64));

        Refused(() => up.forward(bands), axes, step, change);
        Refused(() => up.forward(y, bands), axes, step, change);
    }

    private static LiftingScheme Changing(string step, Func<Tensor, Tensor> change)
        => step == "predict" ? new(new Operator(change), Identity()) : new(Identity(), new Operator(change));

    private static void Refused(Action call, int axes, string step, string change)
    {
        // Half of eight samples, and all positions on the other axes.
        var signals = 3 * (long)Math.Pow(8, axes - 1);
        var message = call.Should().ThrowExactly<InvalidOperationException>().Which.Message;

        message.Should().Match($"LiftingScheme: expected the {step} operator *, got *.").And.Contain(nameof(Operator));
        var parts = message.Split(", got ");
        parts[0].Should().EndWith($"Float64 [{signals}, 2, 4]");
        parts[1].Should().Be($"{Changes[change].Got(signals)}.");
    }

    private sealed class Operator(Func<Tensor, Tensor> change) : Module<Tensor, Tensor>(nameof(Operator))
    {
        public override Tensor forward(Tensor input) => change(input);
    }
}
