using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit.Abstractions;

namespace LiftPool.Tests.PyTorch;

/// <summary>A network that was trained in C# is served as ONNX.</summary>
public class ServingTests(ITestOutputHelper printer)
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
            printer.WriteLine($"{count} images: ONNX Runtime differs by {difference:0.0e+00}");
            difference.Should().BeLessThan(1e-5f);
        }
    }

    [PythonFact]
    public void A_pool_and_its_up_pool_are_each_other_s_inverse_in_ONNX_Runtime_too()
    {
        using var folder = new TemporaryFolder();
        using var network = Network.Trained();
        StateDictTests.Save(network, folder["network.pt"]);
        Python.Run("to_onnx.py", folder["network.pt"], folder["network.onnx"], "--pair", folder.Name);
        using var down = new InferenceSession(folder["down.onnx"]);
        using var up = new InferenceSession(folder["up.onnx"]);
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var x = randn(3, 16, 14, 11);
        var input = OnnxTensor(x);

        // DOCS: the pair
        using var parts = down.Run([NamedOnnxValue.CreateFromTensor("input", input)]);     // output, LL, LH, HL, HH, cropped0
        using var restored = up.Run([.. parts.Skip(1)]);                                   // the input, to 2e-6
        // DOCS end

        var (output, bands) = network.Pool.forward_with_bands(x);
        parts.Select(part => part.Name).Should().Equal("output", "LL", "LH", "HL", "HH", "cropped0");
        torch.Tensor[] wanted = [output, .. bands.Values, .. bands.Cropped];
        foreach (var (part, tensor) in parts.Zip(wanted))
        {
            Numbers(part).From(Numbers(tensor)).Should().BeLessThan(1e-5f, part.Name);
        }

        var difference = Numbers(restored[0]).From(Numbers(x));
        printer.WriteLine($"ONNX Runtime restores to {difference:0.0e+00}");
        difference.Should().BeLessThan(2e-6f);

        // A band that was changed.
        var still = zeros_like(bands.HH);
        using var changed = up.Run([.. parts.Skip(1).Select(
            part => part.Name == "HH" ? NamedOnnxValue.CreateFromTensor("HH", OnnxTensor(still)) : part)]);
        Numbers(changed[0]).From(Numbers(network.Up.forward(bands.With("HH", still)))).Should().BeLessThan(1e-5f);
    }

    private static float[] Numbers(torch.Tensor tensor) => [.. tensor.contiguous().data<float>()];

    private static float[] Numbers(NamedOnnxValue value) => [.. value.AsTensor<float>()];

    private static DenseTensor<float> OnnxTensor(torch.Tensor tensor)
        => new(Numbers(tensor), [.. tensor.shape.Select(length => (int)length)]);
}
