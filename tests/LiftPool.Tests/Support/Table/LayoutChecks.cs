using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>How tensors lie in memory changes no value; with and without a batch, and with an empty one.</summary>
internal static class LayoutChecks
{
    private static readonly (string Name, Func<Tensor, Tensor> Of)[] Strided =
    [
        ("every second sample", x => x.repeat_interleave(2, -1).slice(-1, 0, 2 * x.size(-1), 2)),
        ("channels and last axis swapped", x => x.transpose(1, -1).contiguous().transpose(1, -1)),
        ("a part of a batch", x => cat([x, x], 0).narrow(0, x.size(0), x.size(0))),
    ];

    /// <summary>Strided inputs give what their dense copies give, gradients too.</summary>
    internal static void Views(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        var dense = row.Inputs(dtype);
        var wanted = Values(layer, dense);
        foreach (var (name, of) in Strided)
        {
            var views = Array.ConvertAll(dense, input => of(input));
            row.ShouldAgree(Values(layer, views), wanted, name);
        }
    }

    /// <summary>Strided gradients of the outputs give what their dense copies give.</summary>
    internal static void ViewsOfGradients(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        Tensor[] inputs = [.. row.Inputs(dtype).Select(input => input.requires_grad_())];
        Tensor[] variables = [.. inputs, .. layer.Weights];
        foreach (var output in layer.Forward(inputs))
        {
            var gradient = randn_like(output.detach());
            foreach (var (name, of) in Strided.Append(("expanded", x => x.narrow(-1, 0, 1).expand_as(x))))
            {
                var view = of(gradient);
                row.ShouldAgree(
                    Derivative.Of(output, variables, createGraph: false, view),
                    Derivative.Of(output, variables, createGraph: false, view.clone().contiguous()),
                    name);
            }
        }
    }

    /// <summary>Channels-last inputs give channels-last outputs with the same values, gradients too.</summary>
    internal static void ChannelsLast(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        var inputs = row.Inputs(dtype);
        var last = Array.ConvertAll(inputs, input => MemoryLayout.Dense(input, channelsLast: true));

        layer.Forward(last).Should().OnlyContain(output => IsChannelsLast(output), "the inputs are channels-last");
        layer.Forward(inputs).Should().OnlyContain(output => output.is_contiguous(), "the inputs are contiguous");
        row.ShouldAgree(Values(layer, last), Values(layer, inputs), "channels-last");
    }

    /// <summary>One sample without a batch axis gives what it gives as a batch of one, gradients too.</summary>
    internal static void NoBatch(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        var one = row.Inputs(dtype, batch: 1);

        var found = Values(layer, Array.ConvertAll(one, input => input.squeeze(0)));
        var wanted = Values(layer, one);
        var weights = layer.Weights.Length;
        row.ShouldAgree(found, [.. wanted[..^weights].Select(value => value.squeeze(0)), .. wanted[^weights..]], "without a batch axis");
    }

    /// <summary>A batch of none gives none, and the weights gradients of zero.</summary>
    internal static void NoSamples(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        var wanted = layer.Forward(row.Inputs(dtype, batch: 1));
        Tensor[] none = [.. row.Inputs(dtype, batch: 0).Select(input => input.requires_grad_())];

        var found = layer.Forward(none);

        found.Should().HaveSameCount(wanted);
        found.Zip(wanted).Should().OnlyContain(
            pair => pair.First.dtype == dtype && pair.First.shape.SequenceEqual(pair.Second.shape.Skip(1).Prepend(0)));
        ValueChecks.Gradients(found, [.. none, .. layer.Weights]).Should().OnlyContain(gradient => gradient.LargestMagnitude() == 0);
    }

    /// <summary>What is written into an output changes no input, no weight and no other output.</summary>
    internal static void Storage(TableRow row, ScalarType dtype)
    {
        using var noGrad = no_grad();
        using var layer = row.New(dtype);
        var inputs = row.Inputs(dtype);
        Tensor[] rest = [.. inputs, .. layer.Owner.state_dict().Values];
        var before = Array.ConvertAll(rest, value => value.detach().clone());
        var outputs = layer.Everything(inputs);
        var copies = Array.ConvertAll(outputs, output => output.clone());
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i].fill_(7);
            TableRow.ShouldBeSame(outputs[(i + 1)..], copies[(i + 1)..], $"after output {i}");
        }

        TableRow.ShouldBeSame(rest, before, "inputs and weights");
    }

    private static bool IsChannelsLast(Tensor x) => x.movedim([1], [-1]).is_contiguous();

    /// <summary>The outputs, and the gradients for the inputs and the weights.</summary>
    private static Tensor[] Values(TableLayer layer, Tensor[] inputs)
    {
        var leaves = Array.ConvertAll(inputs, input => input.detach().requires_grad_());
        var outputs = layer.Forward(leaves);
        return [.. outputs, .. ValueChecks.Gradients(outputs, [.. leaves, .. layer.Weights])];
    }
}
