using System.Text.Json;
using Xunit.Abstractions;

namespace LiftPool.Tests.PyTorch;

/// <summary>Each layer of <see cref="Layers"/> has the same keys, defaults and numbers in both languages.</summary>
public class LayerTests(ITestOutputHelper output)
{
    [PythonFact]
    public void Every_layer_gives_the_same_in_Python()
    {
        using var folder = new TemporaryFolder();
        List<string> layers = [];
        foreach (var dtype in new[] { ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16 })
        {
            foreach (var (python, make) in Layers.All)
            {
                using var scope = NewDisposeScope();
                using var pool = make(dtype);
                using var record = new Record(Everything(pool, dtype));
                record.save(folder[$"{layers.Count}.dat"]);
                layers.Add(python.Trim());
            }
        }

        File.WriteAllText(folder["layers.json"], JsonSerializer.Serialize(layers));

        output.WriteLine(Python.Run("layers.py", folder.Name));
    }

    /// <summary>All that a layer holds and computes, by a name that layers.py knows.</summary>
    private static Dictionary<string, Tensor> Everything(LiftDownPool pool, ScalarType dtype)
    {
        using (no_grad())
        {
            foreach (var parameter in pool.parameters())
            {
                parameter.add_(randn_like(parameter), alpha: 0.1);
            }
        }

        // Odd and even lengths.
        var dimensions = pool switch { LiftDownPool1d => 1, LiftDownPool2d => 2, _ => 3 };
        long[] lengths = [2, 4, .. new long[] { 8, 7, 10 }.Take(dimensions)];
        var x = randn(lengths, dtype: dtype).requires_grad_();
        using var penalty = new LiftRegularizer(norm: PenaltyNorm.L2);
        var (y, bands) = pool.forward_with_bands(x);
        using LiftUpPool up = dimensions switch
        {
            1 => new LiftUpPool1d(pool),
            2 => new LiftUpPool2d(pool),
            _ => new LiftUpPool3d(pool),
        };

        var everything = pool.state_dict().ToDictionary(pair => $"state/{pair.Key}", pair => pair.Value);
        everything["x"] = x;
        everything["y"] = y;
        everything["restored"] = up.forward(bands);
        (everything["c_u"], everything["c_p"]) = (penalty.c_u, penalty.c_p);
        foreach (var (name, band) in bands)
        {
            everything[$"band/{name}"] = band;
        }

        for (var i = 0; i < bands.Cropped.Count; i++)
        {
            everything[$"cropped/{i}"] = bands.Cropped[i];
        }

        (y.to(dtype == ScalarType.BFloat16 ? ScalarType.Float32 : dtype).square().sum() + penalty.loss()).backward();
        everything["gradient/x"] = x.grad!;
        foreach (var (name, parameter) in pool.named_parameters())
        {
            everything[$"gradient/{name}"] = parameter.grad ?? zeros_like(parameter);
        }

        return everything.ToDictionary(pair => pair.Key, pair => pair.Value.detach());
    }

    /// <summary>Tensors by name, to be saved as a module is.</summary>
    private sealed class Record : nn.Module
    {
        internal Record(Dictionary<string, Tensor> tensors)
            : base(nameof(Record))
        {
            foreach (var (name, tensor) in tensors)
            {
                register_buffer(name, tensor.clone());
            }
        }
    }
}
