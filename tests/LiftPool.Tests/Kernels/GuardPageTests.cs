using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>No kernel reads or writes a byte outside the tensors that it is given. In a child process, which a fault ends.</summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class GuardPageTests(ITestOutputHelper output)
{
    public static TheoryData<string> Sides => [.. GuardedMemory.Sides];

    [Theory]
    [MemberData(nameof(Sides))]
    public void Kernels_stay_within_their_tensors(string side)
    {
        if (!OperatingSystem.IsLinux())
        {
            // The pages are asked for as Linux has them.
            return;
        }

        var (exitCode, said, error) = ChildProcess.Run([GuardedCalls.Argument, side], _ => { });

        var last = said.TrimEnd().Split('\n')[^1];
        exitCode.Should().Be(0, "after \"{0}\" {1}", last, error.Replace('{', '(').Replace('}', ')'));
        last.Should().MatchRegex($"^\\d+ calls on .*: \\d{{4,}} tensors, the guard at the {side} of each$");
        output.WriteLine(last);
    }
}
