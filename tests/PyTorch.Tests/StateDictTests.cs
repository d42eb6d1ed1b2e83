using TorchSharp.PyBridge;
using Xunit.Abstractions;

namespace LiftPool.Tests.PyTorch;

/// <summary>Weights go from C# to Python and back, in PyTorch's format and in TorchSharp's, and predict the same there.</summary>
public class StateDictTests(ITestOutputHelper output)
{
    private const float Bound = 2e-6f;

    [PythonFact]
    public void What_PyBridge_saves_predicts_the_same_in_Python() => ShouldPredictTheSameInPython("network.pt");

    [PythonFact]
    public void What_TorchSharp_saves_predicts_the_same_in_Python() => ShouldPredictTheSameInPython("network.dat");

    [PythonFact]
    public void What_Python_saves_predicts_the_same_here()
    {
        using var folder = new TemporaryFolder();
        Python.Run("network.py", "make", folder.Name);
        var wanted = Python.Numbers(File.ReadAllText(folder["predictions.json"]));
        foreach (var file in new[] { "network.pt", "network.dat" })
        {
            using var network = new Network();
            network.Predictions().From(wanted).Should().BeGreaterThan(0.01f, "its own weights are others");

            Load(network, folder[file]);

            var difference = network.Predictions().From(wanted);
            output.WriteLine($"{file} of Python's: predictions differ by {difference:0.0e+00}");
            difference.Should().BeLessThan(Bound);
        }
    }

    internal static void Load(Network network, string path)
    {
        var file = path;
        if (path.EndsWith(".pt", StringComparison.Ordinal))
        {
            // DOCS: from Python
            network.load_py(file);      // torch.save(network.state_dict(), file)
            // DOCS end
        }
        else
        {
            // DOCS: from torchsharp.py
            network.load(file);         // torchsharp.save(network.state_dict(), file)
            // DOCS end
        }
    }

    internal static void Save(Network network, string path)
    {
        var file = path;
        if (path.EndsWith(".pt", StringComparison.Ordinal))
        {
            // DOCS: to Python
            network.save_py(file);      // network.load_state_dict(torch.load(file, weights_only=True))
            // DOCS end
        }
        else
        {
            // DOCS: to torchsharp.py
            network.save(file);         // network.load_state_dict(torchsharp.load(file))
            // DOCS end
        }
    }

    private void ShouldPredictTheSameInPython(string file)
    {
        using var folder = new TemporaryFolder();
        using var network = Network.Trained();
        Save(network, folder[file]);

        var predicted = Python.Numbers(Python.Run("network.py", "predict", folder[file]));

        var difference = predicted.From(network.Predictions());
        output.WriteLine($"{file} of C#'s: predictions differ by {difference:0.0e+00}");
        difference.Should().BeLessThan(Bound);
    }
}
