using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// What happens where something goes wrong, beside what happens to TorchSharp's own convolution. All in child processes: some of it could
/// end one, and of the convolution some does.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class FaultTests(ITestOutputHelper output)
{
    public static TheoryData<string> Subjects => ["Conv2d", "LiftDownPool2d", "on tensor operations", "LiftUpPool2d"];

    [Fact]
    public void Each_fault_is_answered_as_the_documents_say_beside_a_convolution()
    {
        var table = Said(ChildProcess.Run([FaultTable.Argument], _ => { }));

        table.Should().NotContain("WRONG");
        string.Join('\n', DocumentTable.After(FaultTable.Argument)).Should().Be(table);

        // Where a convolution throws a layer of ours does, and where it goes on ours does, but for what the documents explain.
        var differing = Rows(table).Where(cells => cells[1..].Select(Throws).Distinct().Count() > 1).Select(cells => cells[0]);
        differing.Should().Equal(
            "backward twice, the graph not retained", "module disposed before backward", "module in float32 before backward",
            "own operator returns another shape", "own operator returns another type");
    }

    [Fact]
    public void A_damaged_file_leaves_a_layer_as_it_leaves_a_convolution()
    {
        var table = Said(ChildProcess.Run([StateFileTable.Argument], _ => { }));

        table.Should().NotContain("NOT");
        string.Join('\n', DocumentTable.After(StateFileTable.Argument)).Should().Be(table);
        foreach (var cells in Rows(table).Where(cells => cells[0] != "of each other model"))
        {
            cells[3..].Should().AllBe(cells[2], "{0}", cells[0]);
        }
    }

    [Fact]
    public void Whatever_is_disposed_in_whatever_order_each_call_is_right_or_says_what_is_gone()
    {
        var said = Said(ChildProcess.Run([DisposalOrders.Argument], _ => { }));

        said.Should().MatchRegex("^\\d{4} orders, \\d{4} with a call that names what was disposed, all others right$");
        output.WriteLine(said);
    }

    [Theory]
    [MemberData(nameof(Subjects))]
    public void Where_memory_runs_out_it_can_be_caught_and_the_next_step_is_right(string subject)
    {
        if (!OperatingSystem.IsLinux())
        {
            // Nobody else can be given less.
            return;
        }

        var ended = ChildProcess.Run([MemoryTable.Argument, subject], MemoryTable.Prepare);
        output.WriteLine($"{subject}: {ended.ExitCode}, {ended.Output} {Tail(ended.Error)}");
        if (subject != "Conv2d")
        {
            Said(ended).Split('\n')[^1].Should().MatchRegex("^forward: .*no memory.*; backward: .*no memory.*; right with memory again$");
        }
    }

    [Fact]
    public void Where_a_kernels_worker_gets_no_memory_it_can_be_caught_and_the_next_step_is_right()
    {
        var said = Said(ChildProcess.Run([MemoryTable.HeapArgument], MemoryTable.PrepareHeap));

        output.WriteLine(said);
        said.Split('\n')[^1].Should().MatchRegex(
            "^forward: (nothing|OutOfMemoryException); "
            + "backward: ExternalException; `BackwardFault`: OutOfMemoryException; right with memory again$");
    }

    private static string Said((int? ExitCode, string Output, string Error) ended)
    {
        ended.ExitCode.Should().Be(0, "after {0} {1}", Plain(Tail(ended.Output)), Plain(Tail(ended.Error)));
        return ended.Output.ReplaceLineEndings("\n").TrimEnd();
    }

    private static string Tail(string text) => text[^Math.Min(text.Length, 2000)..];

    private static string Plain(string text) => text.Replace('{', '(').Replace('}', ')');

    private static bool Throws(string cell) => cell.Contains("Exception", StringComparison.Ordinal);

    private static string[][] Rows(string table)
        => [.. table.Split('\n').Skip(2).Select(line => line.Trim('|', ' ').Split(" | "))];
}
