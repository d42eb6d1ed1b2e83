using System.Globalization;
using LiftPool.Calls;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// The layers against the Python reference, which was written from the mathematics alone: outputs, bands, penalties, gradients of
/// both orders, by every way to have them.
/// </summary>
public sealed class FixtureTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. FixtureFile.Content.Cases.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Float64_equals_the_reference(string name) => ShouldAgree(name, ScalarType.Float64);

    [Theory]
    [MemberData(nameof(Names))]
    public void Float32_equals_the_reference(string name) => ShouldAgree(name, ScalarType.Float32);

    // As they stand, the cases have too few channels for any but the narrowest vectors.
    [Theory]
    [MemberData(nameof(KernelTests.Paths), MemberType = typeof(KernelTests))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Every_kernel_equals_the_reference_on_channels_repeated_until_they_fill_its_vectors(string path)
    {
        using var forced = ComputePath.Force(path);
        var cases = FixtureFile.Content.Cases.Where(one => one.HasSeparateChannels && one.Input.Data.Length > 0).ToList();
        cases.Should().HaveCountGreaterThan(50);
        foreach (var dtype in new[] { ScalarType.Float64, ScalarType.Float32 })
        {
            foreach (var one in cases)
            {
                var differences = FixtureComparison.Compare(one.Repeated(16), dtype);

                ComputePath.Last.Should().Be(path);
                differences.Where(difference => difference.IsTooLarge).Should().BeEmpty("{0} in {1} is the reference's", one.Name, dtype);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void State_dict_has_the_keys_and_shapes_of_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var expected = FixtureFile.Case(name);
        using var pool = expected.NewPool(ScalarType.Float32);

        var shapes = pool.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.shape);

        shapes.Should().BeEquivalentTo(expected.State.ToDictionary(pair => pair.Key, pair => pair.Value.Shape));
    }

    [Fact]
    public void The_worst_differences_are_within_their_bounds()
    {
        var cases = FixtureFile.Content.Cases;
        cases.Should().HaveCountGreaterThanOrEqualTo(103);
        var differences = new[] { ScalarType.Float64, ScalarType.Float32 }
            .SelectMany(dtype => cases.SelectMany(one => FixtureComparison.Differences(one, dtype).Select(d => (dtype, one.Name, d))));

        output.WriteLine($"{cases.Length} cases, {cases.Count(one => one.SecondOrder is not null)} of them with second derivatives");
        foreach (var group in differences.GroupBy(one => (one.dtype, one.d.Kind)))
        {
            var (dtype, name, worst) = group.MaxBy(one => one.d.Size / one.d.Bound);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{dtype,-8} {worst.Kind,-13} {group.Count(),5} values, worst {worst.Size:0.0e+00} of {worst.Bound:0e+00}"
                + $" ({name}: {worst.Name})"));
            worst.IsTooLarge.Should().BeFalse(Reason(dtype));
        }
    }

    private static void ShouldAgree(string name, ScalarType dtype)
    {
        manual_seed(0);

        var differences = FixtureComparison.Differences(FixtureFile.Case(name), dtype);

        differences.Should().NotBeEmpty();
        differences.Where(difference => difference.IsTooLarge).Should().BeEmpty(Reason(dtype));
    }

    private static string Reason(ScalarType dtype) => dtype == ScalarType.Float32 ? ConvolutionCanary.Verdict : "float64 is exact";
}
