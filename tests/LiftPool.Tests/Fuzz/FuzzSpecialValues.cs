namespace LiftPool.Tests;

/// <summary>
/// NaN and infinity, and integers that no formula gives: every path beside LiftPool's own composition of tensor operations.
/// </summary>
internal static class FuzzSpecialValues
{
    internal static void Check(Dictionary<string, Tensor> found, Dictionary<string, Tensor> wanted, Func<string, bool> areExact)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, value) in wanted)
        {
            if (!found.TryGetValue(name, out var own))
            {
                throw new FuzzFailure($"there is no {name}");
            }

            if (areExact(name) ? !own.IsExactly(value) : !IsAlike(own.detach(), value.detach()))
            {
                throw new FuzzFailure($"{name} is not what tensor operations give");
            }
        }
    }

    // Finite where the other is, and there as near as two paths are; elsewhere both are NaN, or infinite, or one of each kind.
    private static bool IsAlike(Tensor own, Tensor other)
    {
        if (own.dtype != other.dtype || !own.shape.AsSpan().SequenceEqual(other.shape))
        {
            return false;
        }

        var isFinite = other.isfinite();
        if (!own.isfinite().eq(isFinite).all().item<bool>() || !own.isnan().eq(other.isnan()).all().item<bool>())
        {
            return false;
        }

        var bound = own.dtype switch { ScalarType.Float64 => 1e-11, ScalarType.Float32 => 4e-6, ScalarType.Float16 => 1e-3, _ => 8e-3 };
        return own.masked_select(isFinite).ErrorTo(other.masked_select(isFinite)) <= bound;
    }
}
