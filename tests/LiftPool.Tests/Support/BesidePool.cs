namespace LiftPool.Tests;

/// <summary>A pool beside the max pool that it is to equal but for rounding.</summary>
internal static class BesidePool
{
    private const double Epsilon = 1.0 / (1 << 23);

    /// <summary>
    /// Lengths of so many axes: on each all up to 40, in three dimensions up to 16, with those on the other axes one and two more.
    /// </summary>
    internal static IEnumerable<long[]> Lengths(int axes, int from)
    {
        for (var length = from; length <= (axes == 3 ? 16 : 40); length++)
        {
            yield return [.. Enumerable.Range(0, axes).Select(axis => (long)length + axis)];
        }
    }

    /// <summary>
    /// Asserts that outputs agree within <c>2 * axes * eps</c> of the largest magnitude, and gradients of the input exactly: no two samples
    /// are so near that rounding could change which is the larger, and whole numbers add without rounding.
    /// </summary>
    internal static void ShouldBe(LiftDownPool pool, Module<Tensor, Tensor> max, long[] shape)
    {
        var count = shape.Aggregate(1L, (product, length) => product * length);
        var x = randperm(count, ScalarType.Float32).sub(0.4 * count).mul(3.7 / count).view(shape);
        var (ours, theirs) = (x.clone().requires_grad_(), x.clone().requires_grad_());
        var (found, wanted) = (pool.forward(ours), max.forward(theirs));

        var bound = 2 * (shape.Length - 2) * Epsilon * x.LargestMagnitude();
        found.LargestErrorTo(wanted).Should().BeLessThanOrEqualTo(bound, "of [{0}]", string.Join(", ", shape));

        var gradient = randint(1, 8, wanted.shape).to(ScalarType.Float32);
        found.backward([gradient]);
        wanted.backward([gradient]);
        ours.grad!.IsExactly(theirs.grad!).Should().BeTrue("gradients of [{0}] go to the same samples", string.Join(", ", shape));
    }
}
