using LiftPool.Calls;
using LiftPool.Tests;

namespace LiftPool.Benchmarks;

/// <summary>The inputs and layers of one shape, and the calls on them that are timed.</summary>
internal sealed class Contest : IDisposable
{
    private const int AliveCounts = 25;

    // Inputs of one side, together. No training sees an input twice in a row: of a small one that comes again and again
    // the processor's branch prediction learns MaxPool's maxima by heart.
    private const long InputBytes = 16 << 20;
    private const int MostInputs = 64;

    private readonly Shape shape;
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly List<(string Name, Module<Tensor, Tensor> Pool, Tensor[] Inputs)> entries = [];
    private readonly List<Module> others = [];

    public Contest(Shape shape)
    {
        this.shape = shape;
        var count = Math.Clamp(InputBytes / shape.Bytes, 1, MostInputs);
        Tensor[] inputs = [.. Enumerable.Range(0, (int)count).Select(_ => randn(shape.Size, shape.Type))];
        Tensor[] last = shape.Axes == 2 ? Array.ConvertAll(inputs, input => input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)) : [];
        foreach (var kind in Pools.For(shape))
        {
            var pool = Pools.New(kind, shape.Axes, shape.Channels, shape.Type);
            entries.Add((Pools.Title(kind), pool, inputs));
            if (shape.Axes == 2 && kind is PoolKind.Lift or PoolKind.Max)
            {
                entries.Add((ChannelsLast(kind), pool, last));
            }
        }
    }

    public const string OneThread = "one thread";
    public const string Auto = "auto";
    public const string Learning = "learning weights";
    public const string Frozen = "frozen weights";

    public static string ChannelsLast(PoolKind kind) => $"{Pools.Title(kind)}, channels-last";

    private LiftDownPool Lift => (LiftDownPool)Entry(PoolKind.Lift).Pool;

    private Tensor[] Inputs => Entry(PoolKind.Lift).Inputs;

    private (string Name, Module<Tensor, Tensor> Pool, Tensor[] Inputs) Entry(PoolKind kind) => entries.First(entry => entry.Name == Pools.Title(kind));

    /// <summary>What is timed of a part.</summary>
    public IReadOnlyList<Side> Sides(Part part) => part switch
    {
        Part.Forward => Forward(entries),
        Part.Training => Training(entries),
        Part.SchemesForward => Forward(Schemes()),
        Part.SchemesTraining => Training(Schemes()),
        Part.Backward => Backward(),
        Part.Up => Up(),
        Part.Kernels => Kernels(),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "expected a part whose calls are timed"),
    };

    /// <summary>Forward. To be run without gradients.</summary>
    private static IReadOnlyList<Side> Forward(IReadOnlyList<(string Name, Module<Tensor, Tensor> Pool, Tensor[] Inputs)> of)
        => [.. of.Select(entry => ForwardSide(entry.Name, entry.Pool, entry.Inputs))];

    /// <summary>Forward + backward.</summary>
    /// <remarks>
    /// The gradients are handed to the caller, as inside a network the input's is handed to the layer before. In a leaf's
    /// <c>.grad</c> LibTorch would have to copy what a custom function returns, because TorchSharp keeps a handle to it,
    /// and could take over what its own functions return: a difference that no layer inside a network sees.
    /// </remarks>
    private static IReadOnlyList<Side> Training(IReadOnlyList<(string Name, Module<Tensor, Tensor> Pool, Tensor[] Inputs)> of)
        => [.. of.Select(entry =>
        {
            var x = Array.ConvertAll(entry.Inputs, input => input.detach().requires_grad_());
            Tensor[] parameters = [.. entry.Pool.parameters()];
            var gradient = entry.Pool.call(x[0]).detach().clone();
            return new Side(entry.Name, InTurn(x, input =>
            {
                using var step = NewDisposeScope();
                autograd.grad([entry.Pool.call(input)], [input, .. parameters], [gradient]);
            }));
        })];

    private (string Name, Module<Tensor, Tensor> Pool, Tensor[] Inputs)[] Schemes()
    {
        var pools = SchemePools.New(shape);
        others.AddRange(pools.Select(one => one.Pool));
        return [.. pools.Select(one => (one.Name, one.Pool, Inputs))];
    }

    /// <summary>Backward alone, of our layer as it is and of one whose parameters want no gradients.</summary>
    private IReadOnlyList<Side> Backward()
    {
        var frozen = Pools.New(PoolKind.Lift, shape.Axes, shape.Channels, shape.Type);
        others.Add(frozen);
        foreach (var parameter in frozen.parameters())
        {
            parameter.requires_grad = false;
        }

        return [BackwardSide(Learning, Lift), BackwardSide(Frozen, frozen)];
    }

    // The graphs stay, so that a call has no forward.
    private Side BackwardSide(string name, Module<Tensor, Tensor> pool)
    {
        Tensor[] learning = [.. pool.parameters().Where(parameter => parameter.requires_grad)];
        var graphs = Array.ConvertAll(Inputs, input =>
        {
            var x = input.detach().requires_grad_();
            return (X: x, Y: pool.call(x));
        });
        var gradient = graphs[0].Y.detach().clone();
        return new Side(name, InTurn(graphs, graph =>
        {
            using var step = NewDisposeScope();
            autograd.grad([graph.Y], [graph.X, .. learning], [gradient], retain_graph: true);
        }));
    }

    /// <summary>The way up beside the way down. To be run without gradients.</summary>
    public IReadOnlyList<Side> Up()
    {
        LiftUpPool up = shape.Axes switch
        {
            1 => new LiftUpPool1d(Lift),
            2 => new LiftUpPool2d(Lift),
            _ => new LiftUpPool3d(Lift),
        };
        others.Add(up);
        var bands = Array.ConvertAll(Inputs, input => Lift.forward_with_bands(input).bands);
        return
        [
            ForwardSide(UpNames.Down, Lift, Inputs),
            new Side(UpNames.Up, InTurn(bands, own =>
            {
                using var call = NewDisposeScope();
                up.call(own);
            })),
            .. shape.Axes < 3 ? [Unpool()] : (Side[])[],
        ];
    }

    private Side Unpool()
    {
        var pooled = Array.ConvertAll(Inputs, input => shape.Axes == 1
            ? functional.max_pool1d_with_indices(input, 2)
            : functional.max_pool2d_with_indices(input, [2, 2]));
        var unpool2d = MaxUnpool2d(2);
        return new Side(UpNames.Unpool, InTurn(pooled, own =>
        {
            using var call = NewDisposeScope();
            _ = shape.Axes == 1
                ? functional.max_unpool1d(own.Item1, own.Item2, 2)
                : unpool2d.call(own.Item1, own.Item2, shape.Size);
        }));
    }

    /// <summary>Our forward on each path that this machine has, and on one thread. To be run without gradients.</summary>
    public IReadOnlyList<Side> Kernels()
    {
        List<Side> sides =
        [
            ForwardSide(Auto, Lift, Inputs),
            ForwardSide(OneThread, Lift, Inputs) with { Around = () => new Threads(1) },
            ForwardSide(Pools.Title(PoolKind.Max), Entry(PoolKind.Max).Pool, Inputs),
        ];
        sides.AddRange(ComputePath.Paths.Select(path => ForwardSide(path, Lift, Inputs) with { Around = () => ComputePath.Force(path) }));
        return sides;
    }

    /// <summary>
    /// Native bytes that a forward with gradients adds and that live until backward, by the allocator's count; its output is
    /// among them. Not a number where the allocator does not count.
    /// </summary>
    public Dictionary<string, double> Alive() => entries.ToDictionary(entry => entry.Name, entry =>
    {
        var x = entry.Inputs[0].detach().requires_grad_();
        List<double> counts = [];

        // The runtime's own threads allocate and free too, now and then: the median of many is the layer's.
        for (var i = 0; i < AliveCounts; i++)
        {
            using var step = NewDisposeScope();
            var before = Glibc.BytesInUse();
            var y = entry.Pool.call(x);
            if (Glibc.BytesInUse() - before is { } added)
            {
                counts.Add(added);
            }
        }

        return counts is [] ? double.NaN : Rounds.Median(counts);
    });

    /// <summary>The path that our forward takes.</summary>
    public string Path()
    {
        using var call = NewDisposeScope();
        Lift.call(Inputs[0]);
        return ComputePath.Last;
    }

    public void Dispose()
    {
        foreach (var module in entries.Select(entry => entry.Pool).Concat(others).Distinct())
        {
            module.Dispose();
        }

        scope.Dispose();
    }

    private static Side ForwardSide(string name, Module<Tensor, Tensor> pool, Tensor[] inputs) => new(name, InTurn(inputs, input =>
    {
        using var call = NewDisposeScope();
        pool.call(input);
    }));

    /// <summary>Each call takes the next of these.</summary>
    private static Action InTurn<TInput>(TInput[] inputs, Action<TInput> call)
    {
        var next = 0;
        return () => call(inputs[next++ % inputs.Length]);
    }

    private sealed class Threads : IDisposable
    {
        private readonly int before = get_num_threads();

        public Threads(int count) => set_num_threads(count);

        public void Dispose() => set_num_threads(before);
    }
}

/// <summary>The sides of the way up.</summary>
internal static class UpNames
{
    public const string Down = "LiftDownPool";
    public const string Up = "LiftUpPool";
    public const string Unpool = "MaxUnpool";
}
