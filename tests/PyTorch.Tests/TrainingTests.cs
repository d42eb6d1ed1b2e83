using Xunit.Abstractions;

namespace LiftPool.Tests.PyTorch;

/// <summary>Training that one machine is too small for: two processes of PyTorch's DistributedDataParallel.</summary>
public class TrainingTests(ITestOutputHelper output)
{
    [PythonFact]
    public void Two_processes_train_as_one_and_what_they_trained_predicts_the_same_here()
    {
        using var folder = new TemporaryFolder();

        // The script checks the gradients against the full batch's.
        var printed = Python.Run("ddp.py", "--output", folder.Name);

        output.WriteLine(printed);
        printed.Split('\n').Count(line => line.Contains("gradients differ from the full batch's", StringComparison.Ordinal)).Should().Be(4);
        using var network = new Network();
        StateDictTests.Load(network, folder["network.pt"]);
        var difference = network.Predictions().From(Python.Numbers(File.ReadAllText(folder["predictions.json"])));
        output.WriteLine($"predictions in C# differ by {difference:0.0e+00}");
        difference.Should().BeLessThan(2e-6f);
    }
}
