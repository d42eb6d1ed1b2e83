using System.Runtime.InteropServices;
using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>A down-pool on the fused kernels.</summary>
/// <param name="Down">What is asked for.</param>
/// <param name="Scheme">The steps of the scheme.</param>
/// <param name="Bits">The vector width.</param>
internal sealed record FusedDown(DownRequest Down, FusedScheme Scheme, int Bits) : FusedCall(Down, Scheme, Bits)
{
    internal override PoolResult Forward(PoolInputs inputs)
    {
        var x = inputs.Signals[0]!;
        var channelsLast = MemoryLayout.IsChannelsLast(x);
        var shape = x.shape;
        var geometry = GeometryFor(shape, Down.CeilMode, Down.DenseMax);
        var result = NewResult(x, shape, channelsLast);
        var blocks = geometry.Blocks(KernelRunner.Lanes(StorageOf(x), Bits));
        var sums = Down.Norm is null ? [] : GC.AllocateArray<double>(geometry.Items * blocks * geometry.PenaltySums, pinned: true);
        using var addresses = new Addresses();
        var call = new KernelCall
        {
            Task = KernelTask.Down,
            Geometry = geometry,
            Storage = StorageOf(x),
            Operators = Operators(addresses, inputs.Weights),
            Signal = addresses.Of(x, channelsLast),
            Sinks = Sinks(addresses, geometry, result, inputs.BandWeights, channelsLast),
            NeededBands = Down.Needed.Mask,
            PenaltySums = Down.Norm is null ? 0 : Marshal.UnsafeAddrOfPinnedArrayElement(sums, 0),
        };
        KernelRunner.Run(call, Bits, get_num_threads());
        GC.KeepAlive(sums);
        return WithPenalties(result, x, Down.Norm is { } norm ? [(0, KernelPenalties.OfBlocks(norm, geometry, sums, blocks))] : []);
    }

    internal override PoolResult WithPenalties(PoolResult result, Tensor x, IReadOnlyList<(long Item, KernelPenalties Penalties)> pieces)
    {
        if (Down.Norm is not { } norm)
        {
            return result;
        }

        Penalties = KernelPenalties.OfPieces(norm, GeometryFor(x.shape, Down.CeilMode, Down.DenseMax), pieces);
        var dtype = x.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        return result with
        {
            UpdatePenalty = tensor(Penalties.Total(0), dtype: dtype),
            PredictPenalty = tensor(Penalties.Total(1), dtype: dtype),
        };
    }

    internal override PoolInputs Backward(PoolInputs inputs, PoolResult gradients, bool wantsSignals)
    {
        var (x, weights, bandWeights) = (inputs.Signals[0]!, inputs.Weights, inputs.BandWeights);
        var channelsLast = MemoryLayout.IsChannelsLast(x);
        var geometry = GeometryFor(x.shape, Down.CeilMode, Down.DenseMax);
        var penalized = PenalizedBands(geometry, gradients);
        var factors = penalized != 0 ? Penalties!.Factors(Value(gradients.UpdatePenalty), Value(gradients.PredictPenalty)) : null;
        var dense = gradients.With(gradient => MemoryLayout.Dense(gradient, channelsLast));
        using var addresses = new Addresses();
        var sinks = Sinks(addresses, geometry, dense, bandWeights, channelsLast);
        var needed = sinks.Aggregate(penalized, (bands, sink) => bands | sink.Bands);
        if (needed == 0)
        {
            return None(inputs);
        }

        var xGradient = wantsSignals ? New(x.shape, x, channelsLast) : null;
        var weightGradients = NewGradients(weights, StepsLeadingTo(geometry, needed));
        var bandWeightGradients = bandWeights is { requires_grad: true } && dense.Output is not null ? empty_like(bandWeights) : null;
        if (xGradient is null && bandWeightGradients is null && Array.TrueForAll(weightGradients, gradient => gradient is null))
        {
            return None(inputs);
        }

        var call = new KernelCall
        {
            Task = KernelTask.DownGradient,
            Geometry = geometry,
            Storage = StorageOf(x),
            Operators = Operators(addresses, weights),
            Signal = addresses.Of(x, channelsLast),
            SinkGradients = sinks,
            // A penalty reads both halves of every line along each axis, those that lead to none of its bands too.
            NeededBands = penalized != 0 ? BandSet.All(geometry.Axes).Mask : needed,
            SignalGradient = xGradient is null ? default : addresses.Of(xGradient, channelsLast),
            WeightGradients = Operators(addresses, weightGradients),
            GainGradients = addresses.Of(bandWeightGradients),
            Gains = Down.Output.Count,
            PenaltyFactors = factors,
            Penalized = (gradients.UpdatePenalty is not null, gradients.PredictPenalty is not null),
        };
        KernelRunner.Run(call, Bits, get_num_threads());
        return new([xGradient]) { Weights = weightGradients, BandWeights = bandWeightGradients };
    }

    internal override PoolResult NewResult(PoolInputs inputs)
        => NewResult(inputs.Signals[0]!, inputs.Signals[0]!.shape, MemoryLayout.IsChannelsLast(inputs.Signals[0]!));

    private PoolResult NewResult(Tensor x, long[] shape, bool channelsLast)
    {
        long[] band = [shape[0], shape[1], .. Down.PairsOf(shape)];
        long[] output = [.. band];
        output[1] *= Down.Reduction == BandReduction.Concat ? Down.Output.Count : 1;
        var bands = Down.KeepBands ? new Tensor?[1 << Down.Axes.Count] : [];
        for (var b = 0; b < bands.Length; b++)
        {
            bands[b] = New(band, x, channelsLast);
        }

        return new(Down.Output.IsEmpty ? null : New(output, x, channelsLast)) { Bands = bands };
    }

    /// <summary>How the kernel writes the result, or reads its gradients.</summary>
    private BandSink[] Sinks(Addresses addresses, Geometry geometry, PoolResult result, Tensor? bandWeights, bool channelsLast)
    {
        List<BandSink> sinks = [];
        if (result.Output is { } output)
        {
            var memory = addresses.Of(output, channelsLast);
            var count = Down.Output.Count;
            if (Down.Reduction == BandReduction.Concat)
            {
                var (channels, bands) = (geometry.Channels, Enumerable.Range(0, geometry.Bands).Where(Down.Output.Contains));
                sinks.AddRange(bands.Select((band, i) => new BandSink(memory, count * channels, i * channels, 1 << band, 0, 1)));
            }
            else
            {
                var scale = Down.Reduction == BandReduction.Mean ? 1.0 / count : 1;
                var magnitudes = BandReducer.MagnitudesIn(Down.Output, Down.Reduction).Mask;
                sinks.Add(new BandSink(memory, geometry.Channels, 0, Down.Output.Mask, addresses.Of(bandWeights), scale, magnitudes));
            }
        }

        for (var band = 0; band < result.Bands.Length; band++)
        {
            if (result.Bands[band] is { } own)
            {
                sinks.Add(new BandSink(addresses.Of(own, channelsLast), geometry.Channels, 0, 1 << band, 0, 1));
            }
        }

        return [.. sinks];
    }

    // c_u is made of every step's approximation, c_p of its detail. Those of the last axis are the bands of which the name ends
    // in that letter, and together they have the weights that the penalties of the axes before have.
    private static int PenalizedBands(Geometry geometry, PoolResult gradients)
    {
        const int Approximations = 0b01010101;
        var bands = (gradients.UpdatePenalty is null ? 0 : Approximations) | (gradients.PredictPenalty is null ? 0 : Approximations << 1);
        return bands & BandSet.All(geometry.Axes).Mask;
    }

    /// <summary>Of each step, whether one of these bands needs it along some axis.</summary>
    private static bool[] StepsLeadingTo(Geometry geometry, int bands)
    {
        var (lines, steps) = (geometry.LinesLeadingTo(bands), geometry.Steps.Length);
        return [.. Enumerable.Range(0, steps).Select(k => Enumerable.Range(0, geometry.Axes).Any(axis => lines[(axis * steps) + k] != 0))];
    }

    private static double Value(Tensor? gradient)
    {
        // item() reads memory too.
        using var scope = NewDisposeScope();
        return gradient is null ? 0 : MemoryLayout.Dense(gradient, channelsLast: false).to(ScalarType.Float64).item<double>();
    }
}
