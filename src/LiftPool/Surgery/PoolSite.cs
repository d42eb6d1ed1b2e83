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

    internal Module<Tensor, Tensor>? Lift { get; set; }

    /// <summary>The lift in words.</summary>
    internal string Text { get; set; } = "";

    internal double? Difference { get; set; }

    /// <summary>How often the pool was called, and how often through a place that is known.</summary>
    internal int Calls { get; set; }

    internal int KnownCalls { get; private set; }

    /// <summary>What came there: one input for each number of channels.</summary>
    internal IReadOnlyList<Tensor> Inputs => inputs;

    internal IReadOnlyList<long> Channels
        => Pool is Convolution convolution ? [convolution.out_channels] : [.. inputs.Select(ChannelsOf)];

    internal void Keep(string why) => Close(LiftSurgeryOutcome.Kept, why);

    internal void Refuse(string why) => Close(LiftSurgeryOutcome.NotPossible, why);

    internal void Note(Tensor input)
    {
        KnownCalls++;
        if (!inputs.Exists(known => ChannelsOf(known) == ChannelsOf(input) && known.dtype == input.dtype))
        {
            inputs.Add(input.alias().DetachFromDisposeScope());
        }
    }

    /// <summary>Puts a module in every place of the pool.</summary>
    internal void Put(Module module)
    {
        foreach (var slot in Slots)
        {
            slot.Put(module);
        }
    }

    internal LiftSite Describe() => new()
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

    public void Dispose() => inputs.ForEach(input => input.Dispose());

    private void Close(LiftSurgeryOutcome outcome, string why) => (Outcome, Why) = (outcome, why);

    private long ChannelsOf(Tensor input) => input.size(-Window.Dimensions - 1);
}
