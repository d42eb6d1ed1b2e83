using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LiftPool.Tests;

/// <summary>
/// What the Python reference computed; <c>tests/reference/generate.py</c> wrote it and describes the format.
/// </summary>
internal sealed record FixtureFile(double LambdaU, double LambdaP, FixtureCase[] Cases)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
    };

    private static readonly Lazy<FixtureFile> Read = new(() =>
    {
        using var packed = Assembly.GetExecutingAssembly().GetManifestResourceStream("fixture.json.gz")!;
        using var text = new GZipStream(packed, CompressionMode.Decompress);
        return JsonSerializer.Deserialize<FixtureFile>(text, Json)!;
    });

    internal static FixtureFile Content => Read.Value;

    internal static FixtureCase Case(string name) => Content.Cases.Single(one => one.Name == name);
}

/// <summary>A tensor: row-major numbers.</summary>
internal sealed record FixtureTensor(long[] Shape, double[] Data)
{
    internal Tensor ToTensor(ScalarType dtype) => tensor(Data, ScalarType.Float64).reshape(Shape).to(dtype);
}

/// <summary>Gradients of gradients: of the sum of squares of the input's gradient.</summary>
internal sealed record FixtureSecondOrder(double Value, Dictionary<string, FixtureTensor> Gradients);

/// <summary>What the outputs are multiplied with before they are summed to a loss.</summary>
internal sealed record FixtureCotangents(FixtureTensor Output, Dictionary<string, FixtureTensor> Bands);

/// <summary>One layer, one input, and all that the reference knows about them.</summary>
internal sealed record FixtureCase(
    string Name,
    int Dims,
    long Channels,
    long KernelSize,
    long Groups,
    long ProjGroups,
    bool Bias,
    string PaddingMode,
    bool CeilMode,
    string[] Bands,
    string Reduction,
    Dictionary<string, FixtureTensor> State,
    FixtureTensor Input,
    FixtureTensor Output,
    Dictionary<string, FixtureTensor> AllBands,
    [property: JsonPropertyName("c_u")] Dictionary<PenaltyNorm, double> UpdatePenalty,
    [property: JsonPropertyName("c_p")] Dictionary<PenaltyNorm, double> PredictPenalty,
    FixtureCotangents Cotangents,
    Dictionary<PenaltyNorm, double> Loss,
    Dictionary<PenaltyNorm, Dictionary<string, FixtureTensor>> Gradients,
    Dictionary<PenaltyNorm, FixtureSecondOrder>? SecondOrder)
{
    private PoolSettings Settings => new(Dims)
    {
        Channels = Channels,
        KernelSize = KernelSize,
        Groups = Groups,
        ProjGroups = ProjGroups,
        Bias = Bias,
        PaddingMode = Enum.Parse<PaddingModes>(PaddingMode, ignoreCase: true),
        CeilMode = CeilMode,
        Bands = AnyPool.BandsCalled(Dims, Bands),
        Reduction = Enum.Parse<BandReduction>(Reduction),
    };

    /// <summary>The layer with the reference's weights, which come in through the state dict as a user's would.</summary>
    internal LiftDownPool NewPool(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var pool = Settings.NewDownPool(dtype);
        pool.load_state_dict(State.ToDictionary(pair => pair.Key, pair => pair.Value.ToTensor(dtype)));
        return pool;
    }
}
