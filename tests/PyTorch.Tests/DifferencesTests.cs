namespace LiftPool.Tests.PyTorch;

/// <summary>The measure by which the other tests judge sees what it is there for.</summary>
public class DifferencesTests
{
    [Fact]
    public void It_is_the_largest_of_all_relative_to_the_largest_wanted()
        => new[] { 1f, 2.5f, -4f }.From([1f, 2f, -4f]).Should().Be(0.125f);

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(1f, float.NaN)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(1f, float.NegativeInfinity)]
    public void What_is_no_number_is_never_near(float actual, float wanted)
        => FluentActions.Invoking(() => new[] { actual, 2f }.From([wanted, 2f])).Should().Throw<Xunit.Sdk.XunitException>();
}
