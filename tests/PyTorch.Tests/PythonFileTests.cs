using Xunit.Abstractions;

namespace LiftPool.Tests.PyTorch;

/// <summary>The Python files by themselves.</summary>
public class PythonFileTests(ITestOutputHelper output)
{
    [PythonFact]
    public void The_Python_layers_equal_the_fixtures_the_C_sharp_layers_equal() => output.WriteLine(Python.Run("check.py"));

    [PythonFact]
    public void The_Python_layers_refuse_share_collect_and_round_as_the_C_sharp_layers_do() => Python.Run("contract.py");

    [PythonFact]
    public void The_benchmark_says_in_one_line_that_there_is_no_CUDA_device_or_measures_it()
    {
        var printed = Python.Run("bench.py", "--quick");

        output.WriteLine(printed);
        printed.Should().MatchRegex(@"^torch \S+ sees no CUDA device: nothing is measured\.\n$|max-lifting");
    }
}
