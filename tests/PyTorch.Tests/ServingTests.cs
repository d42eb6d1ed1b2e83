using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit.Abstractions;

namespace LiftPool.Tests.PyTorch;

/// <summary>A network that was trained in C# is served as ONNX.</summary>
public class ServingTests(ITestOutputHelper output)
{
    [PythonFact]
    public void What_ONNX_Runtime_computes_is_what_the_network_computes()
    {
        using var folder = new TemporaryFolder();
        using var network = Network.Trained();
        StateDictTests.Save(network, folder["network.pt"]);
        Python.Run("to_onnx.py", folder["network.pt"], folder["network.onnx"]);

        // The export's example has four images; any number goes.
        foreach (var count in new[] { 1, 4, 7 })
        {
            using var scope = NewDisposeScope();
            var images = Network.KnownInput(count);
            var pixels = images.data<float>().ToArray();
            var file = folder["network.onnx"];

            // DOCS: serve
            using var session = new InferenceSession(file);
            var input = new DenseTensor<float>(pixels, [count, 1, 14, 11]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("images", input)]);
            float[] scores = [.. results[0].AsTensor<float>()];
            // DOCS end

            using var unrecorded = no_grad();
            float[] wanted = [.. network.forward(images).data<float>()];
            var difference = scores.From(wanted);
            output.WriteLine($"{count} images: ONNX Runtime differs by {difference:0.0e+00}");
            difference.Should().BeLessThan(1e-5f);
        }
    }
}
