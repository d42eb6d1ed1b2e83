namespace LiftPool.Kernels;

/// <summary>Merges the lines to the signal and writes it, or its gradient.</summary>
internal sealed unsafe class WriteSignalStage<V, T> : SignalStage<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly TensorPlanes planes;
    private readonly LineBuffer<V> buffer;
    private readonly int[] slots;
    private readonly bool isGradient;
    private readonly PlaneWriter<V>[] writers;
    private readonly CroppedRows<V, T>[] cropped;
    private readonly DenseGradient<V, T>? dense;
    private readonly V* row;
    private readonly V* merged;

    internal WriteSignalStage(PassContext<V, T> context, TensorMemory tensor, LineBuffer<V> buffer, int[] slots, bool isGradient)
        : base(context)
    {
        planes = Planes(tensor);
        (this.buffer, this.slots, this.isGradient) = (buffer, slots, isGradient);
        writers = new PlaneWriter<V>[PlanesInPair];
        cropped = new CroppedRows<V, T>[PlanesInPair];
        for (var i = 0; i < writers.Length; i++)
        {
            writers[i] = Storages.NewWriter<V, T>(context.Call.Storage, context.Arena);
            cropped[i] = new CroppedRows<V, T>(context);
        }

        row = context.Arena.TakeZeros<V>(Geometry.Width + 1);
        if (Geometry.Dense != DenseWindow.None)
        {
            merged = context.Arena.TakeZeros<V>(Geometry.Width);
            dense = new(context, Planes(context.Call.Signal), planes, PlanesInPair);
        }
    }

    // The gradients of samples that were repeated are added up in place.
    internal override bool Changes => isGradient;

    internal override void Run(int plane, int from, int to)
    {
        for (var i = 0; i < PlanesInPair; i++)
        {
            if ((i == 1 && RepeatsPlane(plane)) || (Geometry.Dimensions == 3 && !Geometry.Owns(plane, from)))
            {
                continue;
            }

            if (from == 0)
            {
                Open(i, ((plane + Geometry.PlaneOffset) * PlanesInPair) + i);
            }

            for (var y = from; y < to; y++)
            {
                if (!Geometry.Owns(plane, y))
                {
                    continue;
                }

                if (isGradient && RepeatsPlane(plane))
                {
                    AddPlane(plane, y);
                }

                for (var r = 0; r < RowsInPair; r++)
                {
                    WriteRow(plane, i, y, r);
                }
            }

            if (to == Geometry.Rows)
            {
                Close(i);
            }
        }

        var isLastPlane = plane + Geometry.PlaneOffset == (Geometry.Depth / 2) - 1 && Geometry.Owns(plane, from);
        if (PlanesInPair == 2 && to == Geometry.Rows && isLastPlane && Geometry.Depth > Geometry.PairedLength(2))
        {
            WriteCroppedPlane();
        }
    }

    internal override void End() => dense?.End();

    private void Open(int i, int slice)
    {
        if (dense is not null)
        {
            dense.Open(i, slice);
            return;
        }

        // So much is written before it is read that it has left a core's own cache by then.
        var bytes = (long)Geometry.Items * Geometry.Channels * planes.Depth * planes.Pixels * planes.ElementSize;
        var firstRow = Geometry.Dimensions == 2 ? RowsInPair * (int)Geometry.Stretch.From : 0;
        writers[i].Open(planes.Address(Context.Block, slice, firstRow * Geometry.Width), planes.Layout, bytes > Pass.CacheBytes);
        cropped[i].Open(slice, firstRow);
    }

    private void Close(int i)
    {
        // In floor mode an odd plane has one row more than its pairs.
        if (Geometry.OwnsLastRow && Geometry.PairedLength(1) < Geometry.Height)
        {
            WriteCroppedRow(i, cropped[i].ReadRow(row, PairedWidth));
        }

        if (dense is not null)
        {
            dense.Close(i);
        }
        else
        {
            writers[i].Flush();
        }
    }

    private void WriteCroppedPlane()
    {
        Open(0, Geometry.Depth - 1);
        for (var r = 0; r < Geometry.PairedLength(1); r++)
        {
            WriteCroppedRow(0, cropped[0].ReadPlaneRow(row, PairedWidth));
        }

        Close(0);
    }

    private void WriteRow(int plane, int i, int y, int r)
    {
        if (r == 1 && RepeatsRow(y))
        {
            return;
        }

        var line = LineOf(i, r);
        V* approximation = buffer.Line(slots[line], plane, y), detail = buffer.Line(slots[line | HorizontalDetail], plane, y);
        if (isGradient && RepeatsRow(y))
        {
            Add(buffer.Line(slots[LineOf(i, 1)], plane, y), approximation, Geometry.Columns);
            if (SplitsRows)
            {
                Add(buffer.Line(slots[LineOf(i, 1) | HorizontalDetail], plane, y), detail, Geometry.Columns);
            }
        }

        if (isGradient && RepeatsColumn)
        {
            Add(approximation + Geometry.Columns - 1, detail + Geometry.Columns - 1, 1);
        }

        if (dense is not null)
        {
            dense.Push(i, SplitsRows ? Merged(detail, approximation) : approximation);
            return;
        }

        if (!SplitsRows)
        {
            writers[i].Write(approximation, Geometry.Width);
            return;
        }

        writers[i].WriteMerged(detail, approximation, PairedWidth);
        WriteColumn(i);
    }

    private void WriteCroppedRow(int i, bool isRead)
    {
        if (dense is not null)
        {
            dense.Push(i, row);
            return;
        }

        WriteRest(i, isRead, PairedWidth);
        WriteColumn(i);
    }

    private void WriteColumn(int i)
    {
        var count = Geometry.Width - PairedWidth;
        if (count > 0)
        {
            WriteRest(i, cropped[i].ReadColumn(row), count);
        }
    }

    // What took no part in the bands has a gradient of zeros, as the row has from the start.
    private void WriteRest(int i, bool isRead, int count)
    {
        if (!isRead && !isGradient)
        {
            throw new InvalidOperationException("An up-pool lacks the samples of an odd length.");
        }

        writers[i].Write(row, count);
    }

    private V* Merged(V* detail, V* approximation)
    {
        for (var j = 0; j < PairedWidth; j++)
        {
            merged[j] = j % 2 == 0 ? detail[j / 2] : approximation[j / 2];
        }

        return merged;
    }

    private void AddPlane(int plane, int y)
    {
        for (var line = 0; line < Geometry.Bands; line += 2)
        {
            Add(buffer.Line(slots[line], plane, y), buffer.Line(slots[line | Geometry.LetterOf(2)], plane, y), Geometry.Columns);
        }
    }

    private static void Add(V* terms, V* sums, int count)
    {
        for (var j = 0; j < count; j++)
        {
            sums[j] += terms[j];
        }
    }
}
