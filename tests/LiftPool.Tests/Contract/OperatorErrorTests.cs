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
        ["another device"] = (x => x.to(device("meta")), signals => $"Float64 [{signals}, 2, 4] on meta"),
        ["nothing"] = (_ => null!, _ => "null"),
        ["what it disposed"] = (Disposed, _ => "a disposed tensor"),
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_that_disposes_its_input_is_as_good_as_any(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = AnyPool.Down(axes, new LiftingScheme(new Operator(Disposing), new Operator(Disposing)));
        using var plain = AnyPool.Down(axes, new LiftingScheme(new Times(0.5), new Times(0.5)));
        using var up = AnyPool.Up(axes, pool);
        var x = randn(AnyPool.Eights(axes, 3, 2), ScalarType.Float64);

        var (y, bands) = pool.forward_with_bands(x);

        y.IsExactly(plain.forward(x)).Should().BeTrue();
        up.forward(bands).LargestErrorTo(x).Should().BeLessThan(1e-14);

        static Tensor Disposing(Tensor input)
        {
            using (input)
            {
                return input.mul(0.5);
            }
        }
    }

    private static Tensor Disposed(Tensor input)
    {
        var output = input.clone();
        output.Dispose();
        return output;
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
        parts[0].Should().EndWith($"Float64 [{signals}, 2, 4]{(change == "another device" ? " on cpu" : "")}");
        parts[1].Should().Be($"{Changes[change].Got(signals)}.");
    }

    private sealed class Operator(Func<Tensor, Tensor> change) : Module<Tensor, Tensor>(nameof(Operator))
    {
        public override Tensor forward(Tensor input) => change(input);
    }
}
