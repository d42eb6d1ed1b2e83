namespace LiftPool.Tests;

/// <summary>An operator that does something wrong.</summary>
internal sealed class FaultyOperator(string fault) : Module<Tensor, Tensor>(nameof(FaultyOperator))
{
    internal const string Words = "the operator's own words";

    public override Tensor forward(Tensor input) => fault switch
    {
        "throws" => throw new NotSupportedException(Words),
        "returns null" => null!,
        "returns another shape" => input.narrow(-1, 0, 2),
        "returns another type" => input.to(ScalarType.Float32),
        "fails natively" => input.add(empty(1L << 50)),
        "has a backward that fails natively" => input.sigmoid().mul_(2),
        _ => throw new InvalidOperationException($"no such fault: {fault}"),
    };
}
