namespace LiftPool.Kernels;

/// <summary>
/// The lists of stages that are down, up and their gradients, and where each step finds its lines:
/// <code>
/// Down          Read, per axis (the steps; penalties where asked; the gains), Write
/// Up            ReadBands, per axis backwards (the gains, the steps undone), Write
/// DownGradient  Down without Write, ReadGradients, per axis backwards (each step's gradient), Write
/// UpGradient    Up without Write, ReadGradient, per axis (each undone step's gradient), Write
/// </code>
/// </summary>
/// <remarks>
/// A gradient's pass keeps what the steps read: a line whose value is still needed gets another slot when it is changed. To take the
/// steps back instead, x = (x - f) + f, would lose the digits of x where f is larger by far.
/// What nobody needs is not in the list: lines that lead to no band, gradients of weights that are frozen, that of an input that
/// wants none.
/// </remarks>
internal sealed partial class PassList<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly PassContext<V, T> context;
    private readonly KernelCall call;
    private readonly Geometry geometry;
    private readonly LineBuffer<V> values;
    private readonly LineBuffer<V> kept;
    private readonly LineBuffer<V> gradients;

    private readonly LineSlots slots;

    // The gradient's stages, the last first.
    private readonly Stack<Action> back = [];

    // Where no gradient depends on the values, as of a fixed filter, the signal is not read.
    private bool readsValues = true;

    // The lines whose gradients somebody wants, as a bit mask, at the place of the forward's list that is in work.
    private int wantedGradients;

    internal PassList(PassContext<V, T> context)
    {
        this.context = context;
        call = context.Call;
        geometry = call.Geometry;

        // What a border's samples bring back comes from twice as far.
        var hasBorder = geometry.BorderOf(0) != Border.Zeros;
        var reach = hasBorder ? 2 * geometry.Margin : geometry.Margin;
        values = new(geometry.Columns, geometry.Margin, isPadded: hasBorder);
        kept = new(geometry.Columns, reach, isPadded: false);
        gradients = new(geometry.Columns, reach, isPadded: false);
        slots = new(geometry.Bands);
        ScalesOnce = !call.HasPenalties && Array.TrueForAll(geometry.Steps, step => step is { IsLinear: true, Rounding: Rounding.None });
    }

    internal List<Stage> Stages { get; } = [];

    /// <summary>The sums of squares for the penalties, if somebody collects them.</summary>
    internal PenaltySquares<V, T>? Squares { get; private set; }

    private bool IsGradient => call.Task is KernelTask.DownGradient or KernelTask.UpGradient;

    private int AllLines => (1 << geometry.Bands) - 1;

    /// <summary>
    /// Whether the gains of all axes are multiplied into the bands at once, which steps that are linear let through. The penalties are of
    /// what each axis gives.
    /// </summary>
    private bool ScalesOnce { get; }

    internal void Down()
    {
        Stages.Add(new ReadSignalStage<V, T>(context, call.Signal, values, isGradient: false));
        Lift();
        Stages.Add(new WriteBandsStage<V, T>(context, call.Sinks, values, slots.OfLines));
    }

    internal void Up()
    {
        Stages.Add(new ReadBandsStage<V, T>(context, values));
        Unlift();
        Stages.Add(new WriteSignalStage<V, T>(context, call.Signal, values, slots.OfLines, isGradient: false));
    }

    internal void DownGradient()
    {
        context.Sums = call.HasWeightSums ? new(geometry, context.Arena) : null;
        wantedGradients = call.SignalGradient.Data != 0 ? AllLines : 0;
        Stages.Add(new ReadSignalStage<V, T>(context, call.Signal, values, isGradient: false));
        Lift();
        var needsSigns = Array.Exists(call.SinkGradients, sink => sink.Magnitudes != 0);
        DropForwardUnlessRead(call.PenaltyFactors is not null || call.GainGradients != 0 || needsSigns);
        Stages.Add(new ReadOutputGradientsStage<V, T>(context, values, slots.OfLines, gradients));
        TakeBack();
        if (call.SignalGradient.Data != 0)
        {
            var lines = new LineSlots(geometry.Bands).OfLines;
            Stages.Add(new WriteSignalStage<V, T>(context, call.SignalGradient, gradients, lines, isGradient: true));
        }
    }

    internal void UpGradient()
    {
        context.Sums = call.HasWeightSums ? new(geometry, context.Arena) : null;
        wantedGradients = call.BandGradients.Length > 0 ? AllLines : 0;
        Stages.Add(new ReadBandsStage<V, T>(context, values));
        Unlift();
        DropForwardUnlessRead(false);
        Stages.Add(new ReadSignalStage<V, T>(context, call.SignalGradient, gradients, isGradient: true));
        TakeBack();
        if (call.BandGradients.Length > 0)
        {
            var sinks = new BandSink[geometry.Bands];
            for (var band = 0; band < sinks.Length; band++)
            {
                sinks[band] = new(call.BandGradients[band], geometry.Channels, 0, 1 << band, 0, 1);
            }

            Stages.Add(new WriteBandsStage<V, T>(context, sinks, gradients, new LineSlots(geometry.Bands).OfLines));
        }
    }

    /// <summary>Takes the buffers' memory, for windows of so many row pairs and planes.</summary>
    internal void TakeMemory(int rowWindow, int planeWindow)
    {
        var (margin, zeros) = (2 * geometry.Margin, Border.Zeros);
        values.Slots = readsValues ? slots.Count : 0;
        var rows = geometry.Lifts(1) ? geometry.BorderOf(1) : zeros;
        var planes = geometry.Lifts(2) ? geometry.BorderOf(2) : zeros;
        values.TakeMemory(
            context.Arena,
            new(geometry.Rows, rowWindow, geometry.Margin, rows),
            new(geometry.Planes, planeWindow, geometry.Margin, planes));
        if (IsGradient)
        {
            gradients.Slots = geometry.Bands;
            var zeroRows = new Ring(geometry.Rows, rowWindow, margin, zeros);
            var zeroPlanes = new Ring(geometry.Planes, planeWindow, margin, zeros);
            gradients.TakeMemory(context.Arena, zeroRows, zeroPlanes);
            kept.TakeMemory(context.Arena, zeroRows, zeroPlanes);
        }
    }

    private void DropForwardUnlessRead(bool isRead)
    {
        if (!isRead && !Stages.Exists(stage => stage is LiftStage<V, T> { IsRead: true }))
        {
            Stages.Clear();
            readsValues = false;
        }
    }

    private void TakeBack()
    {
        while (back.TryPop(out var add))
        {
            add();
        }
    }
}
