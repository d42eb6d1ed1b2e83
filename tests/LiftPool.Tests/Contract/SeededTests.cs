namespace LiftPool.Tests;

/// <summary>No test's numbers depend on the tests that ran before it.</summary>
public sealed class SeededTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_test_draws_the_same_numbers(int time)
    {
        using var drawn = rand(1);
        (First ??= drawn.item<float>()).Should().Be(drawn.item<float>(), "time {0} draws what the other does", time);
    }

    private static float? First { get; set; }
}
