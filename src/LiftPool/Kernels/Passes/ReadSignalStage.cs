namespace LiftPool.Kernels;

/// <summary>Reads the signal, or its gradient, and splits it.</summary>
internal sealed unsafe class ReadSignalStage<V, T> : SignalStage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly TensorPlanes planes;
    private readonly LineBuffer<V> buffer;
    private readonly PlaneReader<V>[] readers;
    private readonly DenseRows<V, T>[] dense;
    private readonly bool isGradient;

    /// <param name="context">The worker's.</param>
    /// <param name="tensor">What is read.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="isGradient">Whether what repeated samples stand for is zero: an up-pool cropped them.</param>
    internal ReadSignalStage(PassContext<V, T> context, TensorMemory tensor, LineBuffer<V> buffer, bool isGradient)
        : base(context)
    {
        this.isGradient = isGradient;
        planes = Planes(tensor);
        this.buffer = buffer;
        var isDense = Geometry.Dense != DenseWindow.None;
        dense = new DenseRows<V, T>[isDense ? PlanesInPair : 0];
        readers = new PlaneReader<V>[isDense ? 0 : PlanesInPair];
        for (var i = 0; i < PlanesInPair; i++)
        {
            if (isDense)
            {
                dense[i] = new(context, planes, throughDepth: true);
            }
            else
            {
                readers[i] = Storages.NewReader<V, T>(context.Call.Storage, context.Arena);
            }
        }
    }

    internal override void Run(int plane, int from, int to)
    {
        for (var i = 0; i < PlanesInPair; i++)
        {
            if (i == 1 && RepeatsPlane(plane))
            {
                RepeatPlane(plane, from, to);
                continue;
            }

            var slice = ((plane + Geometry.PlaneOffset) * PlanesInPair) + i;
            if (from == 0 && dense.Length > 0)
            {
                dense[i].Open(slice);
            }
            else if (from == 0)
            {
                var ahead = planes.BytesAhead(Context.Block, Context.Next, slice, PlanesInPair);
                readers[i].Open(planes.Address(Context.Block, slice), planes.Layout, ahead);
                readers[i].Skip(Geometry.RowOffset * RowsInPair * Geometry.Width);
            }

            for (var y = from; y < to; y++)
            {
                for (var row = 0; row < RowsInPair; row++)
                {
                    ReadRow(plane, i, y, row);
                }
            }
        }
    }

    private void ReadRow(int plane, int i, int y, int row)
    {
        var line = LineOf(i, row);
        V* approximation = buffer.Line(line, plane, y), detail = buffer.Line(line | HorizontalDetail, plane, y);
        if (row == 1 && RepeatsRow(y))
        {
            Repeat(buffer.Line(LineOf(i, 0), plane, y), approximation);
            Repeat(buffer.Line(LineOf(i, 0) | HorizontalDetail, plane, y), detail);
            return;
        }

        if (dense.Length > 0)
        {
            Split(dense[i].Next(), detail, approximation);
        }
        else if (SplitsRows)
        {
            readers[i].ReadSplit(detail, approximation, PairedWidth);
            readers[i].Skip(Geometry.Width - PairedWidth);
        }
        else
        {
            readers[i].Read(approximation, Geometry.Width);
        }

        if (RepeatsColumn)
        {
            approximation[Geometry.Columns - 1] = isGradient ? default : detail[Geometry.Columns - 1];
        }
    }

    private void Split(V* samples, V* detail, V* approximation)
    {
        if (!SplitsRows)
        {
            new ReadOnlySpan<V>(samples, Geometry.Width).CopyTo(new Span<V>(approximation, Geometry.Width));
            return;
        }

        var pairs = PairedWidth / 2;
        for (var j = 0; j < pairs; j++)
        {
            detail[j] = samples[2 * j];
            approximation[j] = samples[(2 * j) + 1];
        }

        if (RepeatsColumn)
        {
            detail[pairs] = samples[2 * pairs];
        }
    }

    private void RepeatPlane(int plane, int from, int to)
    {
        for (var y = from; y < to; y++)
        {
            // The letter of depth is the last.
            for (var line = 0; line < Geometry.Bands; line += 2)
            {
                Repeat(buffer.Line(line | Geometry.LetterOf(2), plane, y), buffer.Line(line, plane, y));
            }
        }
    }

    private void Repeat(V* from, V* to)
    {
        var target = new Span<V>(to, Geometry.Columns);
        if (isGradient)
        {
            target.Clear();
        }
        else
        {
            new ReadOnlySpan<V>(from, Geometry.Columns).CopyTo(target);
        }
    }
}
