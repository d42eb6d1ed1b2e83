using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>Tells a fault of LibTorch from one of LiftPool; see <see cref="ConvolutionCanary"/>.</summary>
public sealed class CanaryTests(ITestOutputHelper output)
{
    [Fact]
    public void The_canary_says_which_kind_of_machine_this_is()
    {
        var verdict = ConvolutionCanary.Verdict;

        output.WriteLine(verdict);
        verdict.Should().MatchRegex($"^Without the run settings ({ConvolutionCanary.Sound}|{ConvolutionCanary.Faulty}).*\\.$");
    }

    [Fact]
    public void Float32_convolution_is_right_in_the_test_process()
    {
        using var scope = NewDisposeScope();

        var here = ConvolutionCanary.Compare();

        here.Should().StartWith(ConvolutionCanary.Sound, "dense float32 tests cannot be trusted otherwise. {0}", ConvolutionCanary.Verdict);
    }
}
