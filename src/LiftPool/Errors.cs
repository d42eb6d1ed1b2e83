using System.Globalization;

namespace LiftPool;

/// <summary>One wording for every complaint: who complains, what it wanted, what it got.</summary>
internal static class Errors
{
    internal static ArgumentException Wrong(string layer, Words wanted, Words got, string parameter)
        => new($"{layer}: expected {wanted}, got {got}.", parameter);

    internal static string Shape(Tensor tensor) => Shape(tensor.shape);

    internal static string Shape(ReadOnlySpan<long> shape)
        => $"[{string.Join(", ", Array.ConvertAll(shape.ToArray(), length => length.ToString(CultureInfo.InvariantCulture)))}]";
}
