namespace LiftPool.Kernels;

/// <summary>
/// Writes the gradient of a signal from that of its dense maximum. Through the planes as <see cref="DensePlaneGradient{V, T}"/> down
/// the columns: a plane is done when both windows that it is in have come.
/// </summary>
internal sealed unsafe class DenseGradient<V, T>
    where V : unmanaged, ILanes<V, T>
    where T : unmanaged
{
    private readonly Geometry geometry;
    private readonly DenseWindows windows;
    private readonly DensePlaneGradient<V, T>[] gradients;
    private readonly DenseRows<V, T>[] lower = [];
    private readonly DenseRows<V, T>[] upper = [];
    private readonly int[] first;
    private readonly int[] next;
    private readonly V* pending;
    private readonly V* done;
    private readonly int width;
    private readonly int height;

    /// <param name="context">The worker's.</param>
    /// <param name="signal">The signal's planes.</param>
    /// <param name="target">Those of its gradient.</param>
    /// <param name="together">Planes that come at the same time: two where depth is lifted.</param>
    internal DenseGradient(PassContext<V, T> context, TensorPlanes signal, TensorPlanes target, int together)
    {
        geometry = context.Geometry;
        windows = new(geometry);
        (width, height) = (windows.Along(0).Windows, windows.Along(1).Windows);
        (first, next) = (new int[together], new int[together]);
        gradients = new DensePlaneGradient<V, T>[together];
        if (geometry.Lifts(2))
        {
            (lower, upper) = (new DenseRows<V, T>[together], new DenseRows<V, T>[together]);
            pending = context.Arena.Take<V>((long)width * height);
            done = context.Arena.Take<V>(width);
        }

        for (var i = 0; i < together; i++)
        {
            gradients[i] = new(context, signal, target);
            if (geometry.Lifts(2))
            {
                lower[i] = new(context, signal, throughDepth: false);
                upper[i] = new(context, signal, throughDepth: false);
            }
        }
    }

    /// <summary>Begins a plane of the maximum, as the one number i of those that come at the same time.</summary>
    internal void Open(int i, int plane)
    {
        (first[i], next[i]) = (windows.First(2, plane), 0);
        if (first[i] >= 0)
        {
            gradients[i].Open(first[i]);
        }

        if (!geometry.Lifts(2))
        {
            return;
        }

        if (plane == 0)
        {
            new Span<V>(pending, width * height).Clear();
        }

        if (HasBoth(i))
        {
            lower[i].Open(first[i]);
            upper[i].Open(first[i] + 1);
        }
    }

    /// <summary>The gradient of the next row of the maximum.</summary>
    internal void Push(int i, V* gradient)
    {
        if (!geometry.Lifts(2))
        {
            gradients[i].Push(gradient);
            return;
        }

        var ofRow = pending + ((nint)next[i]++ * width);
        if (first[i] < 0)
        {
            new ReadOnlySpan<V>(gradient, width).CopyTo(new Span<V>(ofRow, width));
            return;
        }

        windows.Share<V, T>(gradient, HasBoth(i) ? lower[i].Next() : null, HasBoth(i) ? upper[i].Next() : null, ofRow, done, width);
        gradients[i].Push(done);
    }

    /// <summary>After the last row of a plane.</summary>
    internal void Close(int i)
    {
        if (first[i] >= 0)
        {
            gradients[i].Close();
        }
    }

    /// <summary>After the last plane of the maximum, of which the last of the signal may be left.</summary>
    internal void End()
    {
        if (!geometry.Lifts(2) || windows.First(2, windows.Along(2).Windows - 1) + 1 == geometry.SourceLength(2))
        {
            return;
        }

        gradients[0].Open(geometry.SourceLength(2) - 1);
        for (var row = 0; row < height; row++)
        {
            gradients[0].Push(pending + ((nint)row * width));
        }

        gradients[0].Close();
    }

    private bool HasBoth(int i) => first[i] >= 0 && first[i] + 1 < geometry.SourceLength(2);
}
