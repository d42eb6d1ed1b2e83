namespace LiftPool.Benchmarks;

/// <summary>The size of an input: <c>[N, C, L]</c>, <c>[N, C, H, W]</c> or <c>[N, C, D, H, W]</c>, and its type.</summary>
internal sealed record Shape(params long[] Size)
{
    /// <summary>The one whose kernel is compared with the machine's floor, and whose training memory is measured.</summary>
    public static readonly Shape First = new(16, 64, 56, 56);

    public static readonly Shape Narrow = new(32, 128, 14, 14);

    public static readonly Shape Odd = new(8, 256, 7, 7);

    /// <summary>A call on it is overhead and nothing else.</summary>
    public static readonly Shape Smallest = new(1, 8, 8, 8);

    /// <summary>What networks have, from the first pool to the last; odd sizes; one axis.</summary>
    public static readonly IReadOnlyList<Shape> All =
    [
        First, new(1, 64, 224, 224), new(128, 32, 28, 28), Narrow, new(8, 256, 8, 8), Odd, Smallest, new(32, 64, 1024),
    ];

    public static readonly IReadOnlyList<Shape> Volumes = [new(2, 32, 32, 32, 32), new(1, 16, 64, 64, 64), new(8, 64, 8, 8, 8)];

    /// <summary>Planes of the types of 16 bits.</summary>
    public static readonly IReadOnlyList<Shape> Halves =
    [
        .. from type in (ScalarType[])[ScalarType.BFloat16, ScalarType.Float16]
           from shape in (Shape[])[First, Narrow]
           select shape with { Type = type },
    ];

    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>The type where it is another than float32.</summary>
    public string Name => string.Join('x', Size) + (IsFloat ? "" : $" {Type.ToString().ToLowerInvariant()}");

    public bool IsFloat => Type == ScalarType.Float32;

    public int Axes => Size.Length - 2;

    public long Channels => Size[1];

    public long Elements => Size.Aggregate(1L, (product, length) => product * length);

    public long Bytes => Elements * (IsFloat ? sizeof(float) : sizeof(short));

    /// <summary>The targets treat planes from 14 x 14 up apart from smaller ones; a line of 1024 counts as large.</summary>
    public bool IsLarge => Size.AsSpan(2).ToArray().Min() >= 14;

    public bool IsSmallest => ReferenceEquals(this, Smallest);

    public override string ToString() => Name;
}
