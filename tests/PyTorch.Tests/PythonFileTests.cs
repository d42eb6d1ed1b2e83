using Xunit.Abstractions;

namespace LiftPool.Tests.PyTorch;

/// <summary>The Python files by themselves.</summary>
public class PythonFileTests(ITestOutputHelper output)
{
    [PythonFact]
    public void The_Python_layers_equal_the_fixtures_the_C_sharp_layers_equal() => output.WriteLine(Python.Run("check.py"));
}
