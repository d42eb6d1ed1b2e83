namespace LiftPool.Tests.PyTorch;

/// <summary>How far two lists of numbers are from each other.</summary>
internal static class Differences
{
    /// <summary>The largest difference, relative to the largest magnitude that is wanted.</summary>
    internal static float From(this float[] actual, float[] wanted)
    {
        // A NaN on either side would be lost in the largest.
        actual.Should().HaveSameCount(wanted).And.OnlyContain(value => float.IsFinite(value));
        wanted.Should().OnlyContain(value => float.IsFinite(value));
        return actual.Zip(wanted, (a, w) => float.Abs(a - w)).Max() / wanted.Max(float.Abs);
    }
}
