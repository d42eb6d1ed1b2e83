using LiftPool.Lifting;

namespace LiftPool.Surgery;

/// <summary>A pool in a model, where it stands, and what is learned of it.</summary>
internal sealed class PoolSite(Module pool, string name, PoolWindow window, IReadOnlyList<Slot> slots) : IDisposable
{
    private readonly List<Tensor> inputs = [];

    internal Module Pool { get; } = pool;

    internal string Name { get; } = name;

    internal PoolWindow Window { get; } = window;

    internal IReadOnlyList<Slot> Slots { get; } = slots;

    internal Counterpart? Counterpart { get; set; }

    internal LiftSurgeryOutcome Outcome { get; private set; } = LiftSurgeryOutcome.Replaced;

    internal string? Why { get; private set; }

    internal bool IsOpen => Outcome == LiftSurgeryOutcome.Replaced;

    /// <summary>The lift that was made.</summary>
    internal Module<Tensor, Tensor>? Given { get; private set; }

    /// <summary>What comes to the pool's place: the lift; of a convolution one of stride 1 with the lift behind it.</summary>
    internal Module<Tensor, Tensor>? Lift { get; private set; }

    /// <summary>It in words.</summary>
    internal string? Text { get; set; }

    internal double? Difference { get; set; }

    /// <summary>How often the pool was called, and how often through a place that is known.</summary>
    internal int Calls { get; set; }

    internal int KnownCalls { get; private set; }

    /// <summary>What came there: one input for each rank, number of channels, type and device.</summary>
    internal IReadOnlyList<Tensor> Inputs => inputs;

    /// <summary>
    /// The numbers of channels that came there. None if an input has one axis fewer than a batch of maps: <c>[N, F]</c> is a batch of
    /// items without channels, and TorchSharp's pools read it as <c>[C, L]</c>.
    /// </summary>
    internal IReadOnlyList<long> Channels => Pool is Convolution convolution ? [convolution.out_channels]
        : inputs.Exists(input => input.dim() <= Window.Dimensions + 1) ? []
        : [.. inputs.Select(ChannelsOf).Distinct()];

    internal void Keep(string why) => Close(LiftSurgeryOutcome.Kept, why);

    internal void Refuse(string why) => Close(LiftSurgeryOutcome.NotPossible, why);

    internal void Note(Tensor input)
    {
        KnownCalls++;
        if (!inputs.Exists(known => AreAlike(known, input)))
        {
            inputs.Add(input.alias().DetachFromDisposeScope());
        }
    }

    /// <summary>As before the example.</summary>
    internal void Forget()
    {
        inputs.ForEach(input => input.Dispose());
        inputs.Clear();
        (Calls, KnownCalls) = (0, 0);
    }

    /// <summary>Puts a module in every place of the pool, and notes how to take it back.</summary>
    internal void Put(Module module, Stack<Action> undo)
    {
        foreach (var slot in Slots)
        {
            // First: a place may take a module and throw all the same.
            undo.Push(() => slot.Put(Pool));
            slot.Put(module);
        }
    }

    /// <summary>Takes a lift that was made for it, to where its values are.</summary>
    internal void Take(Module<Tensor, Tensor> lift)
    {
        Given = lift;

        // Each part: one that notes another device than its own would not be moved by those around it.
        foreach (var part in new ModuleNames(lift).Modules)
        {
            part.to(inputs[0].device);
        }

        Lift = Pool is Convolution convolution ? new LiftedConvolution(convolution, lift) : lift;
    }

    internal LiftSurgerySite Describe() => new()
    {
        Name = Name,
        Module = Pool,
        Dimensions = Window.Dimensions,
        Channels = Channels.Count == 1 ? Channels[0] : null,
        Device = inputs[0].device,
        Dtype = inputs[0].dtype,
        DenseMax = Counterpart!.DenseMax,
        CeilMode = Counterpart.CeilMode,
        Axes = Counterpart.Axes,
    };

    public void Dispose() => Forget();

    private void Close(LiftSurgeryOutcome outcome, string why) => (Outcome, Why) = (outcome, why);

    private bool AreAlike(Tensor a, Tensor b)
        => a.dim() == b.dim() && ChannelsOf(a) == ChannelsOf(b) && a.dtype == b.dtype && Devices.AreOne(a, b);

    private long ChannelsOf(Tensor input) => input.size(-Window.Dimensions - 1);
}
