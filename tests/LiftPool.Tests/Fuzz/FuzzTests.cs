using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// Some thousand random calls, the same ones on every run unless the environment variable LIFTPOOL_FUZZ_SEED names another first
/// seed.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    // So that a change fails by what it changes; a run by hand goes elsewhere each time.
    private const ulong FirstSeed = 100_000;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(40);

    [Fact]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Every_call_has_a_right_answer_or_is_refused() => LiveTensors.CountedOnAThreadOfItsOwn(_ =>
    {
        var text = Environment.GetEnvironmentVariable("LIFTPOOL_FUZZ_SEED");
        var seed = text is null ? FirstSeed : ulong.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        var said = new List<string>();

        var failures = Fuzzer.Run(seed, long.MaxValue, Time, said.Add);

        said.ForEach(output.WriteLine);
        failures.Should().Be(0, "{0}{1}{2}", string.Join(Environment.NewLine, said), Environment.NewLine, ConvolutionCanary.Verdict);
    });
}
