namespace LiftPool.Benchmarks;

/// <summary>The size of an input: <c>[N, C, L]</c> or <c>[N, C, H, W]</c>.</summary>
internal sealed record Shape(params long[] Size)
{
    /// <summary>The one whose kernel is compared with the machine's floor, and whose training memory is measured.</summary>
    public static readonly Shape First = new(16, 64, 56, 56);

    /// <summary>A call on it is overhead and nothing else.</summary>
    public static readonly Shape Smallest = new(1, 8, 8, 8);

    /// <summary>What networks have, from the first pool to the last; odd sizes; one axis.</summary>
    public static readonly IReadOnlyList<Shape> All =
    [
        First, new(1, 64, 224, 224), new(128, 32, 28, 28), new(32, 128, 14, 14),
        new(8, 256, 8, 8), new(8, 256, 7, 7), Smallest, new(32, 64, 1024),
    ];

    public string Name { get; } = string.Join('x', Size);

    public int Axes => Size.Length - 2;

    public long Channels => Size[1];

    public long Elements => Size.Aggregate(1L, (product, length) => product * length);

    /// <summary>The targets treat planes from 14 x 14 up apart from smaller ones; a line of 1024 counts as large.</summary>
    public bool IsLarge => Size.AsSpan(2).ToArray().Min() >= 14;

    public bool IsSmallest => ReferenceEquals(this, Smallest);

    public override string ToString() => Name;
}
