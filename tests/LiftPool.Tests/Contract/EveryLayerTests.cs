using LiftPool.Calls;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>
/// Every layer, every check: PyTorch's list of what a module owes its users, in every dtype on every path of computation.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class EveryLayerTests(ITestOutputHelper output) : IClassFixture<OneThread>
{
    public static TheoryData<string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string>();
            foreach (var row in TableRow.All)
            {
                foreach (var check in TableCheck.All.Where(check => check.WhyNot(row) is null))
                {
                    cells.Add(row.Name, check.Name);
                }
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void The_layer_passes_the_check(string layer, string check)
    {
        var (row, column) = (TableRow.All.Single(row => row.Name == layer), TableCheck.All.Single(one => one.Name == check));

        var (count, failure) = CheckTable.Of(row, column);

        failure?.Message.Should().BeNull();
        count.Should().BePositive();
    }

    [Fact]
    public void The_table_says_what_ran_as_the_page_has_it()
    {
        string[] lines = [.. CheckTable.Lines()];
        output.WriteLine(string.Join(Environment.NewLine, lines));

        // A machine with other vectors has another number of paths.
        var isAsThere = ComputePath.Paths.Count == 5;
        string OnEachMachine(string line) => isAsThere ? line : CheckTable.Words(line);
        DocumentTable.After("checks").Select(OnEachMachine).Should().Equal(lines.Select(OnEachMachine));
    }
}
