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
        Converters = { new JsonStringEnumConverter<Wavelet>() },
    };

    private static readonly Lazy<FixtureFile> Known = new(() => Read<FixtureFile>("fixture.json.gz"));

    internal static FixtureFile Content => Known.Value;

    /// <summary>A file of the reference's, which the test assembly carries.</summary>
    internal static TContent Read<TContent>(string name)
    {
        using var packed = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var text = new GZipStream(packed, CompressionMode.Decompress);
        return JsonSerializer.Deserialize<TContent>(text, Json)!;
    }

    internal static FixtureCase Case(string name) => Content.Cases.Single(one => one.Name == name);
}

/// <summary>A tensor: row-major numbers.</summary>
internal sealed record FixtureTensor(long[] Shape, double[] Data)
{
    internal Tensor ToTensor(ScalarType dtype) => tensor(Data, ScalarType.Float64).reshape(Shape).to(dtype);

    internal FixtureTensor Repeated(int axis, int times)
    {
        using var scope = NewDisposeScope();
        long[] counts = [.. Shape.Select((_, i) => i == axis ? (long)times : 1)];
        var repeated = ToTensor(ScalarType.Float64).repeat(counts);
        return new(repeated.shape, [.. repeated.data<double>()]);
    }
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

    /// <summary>How often <see cref="Repeated"/> has repeated the reference's channels.</summary>
    internal int Times { get; init; } = 1;

    /// <summary>Whether the reference's channels know nothing of each other, and each output channel is one of them.</summary>
    internal bool HasSeparateChannels => Groups == Channels && ProjGroups == Channels && Settings.Reduction != BandReduction.Concat;

    /// <summary>
    /// The weight of a penalty for which everything is the reference's but that the channels are repeated: a mean over all of
    /// them feels each so many times less, a norm the root of that.
    /// </summary>
    internal double PenaltyFactor(PenaltyNorm norm) => norm == PenaltyNorm.L2 ? Math.Sqrt(Times) : Times;

    /// <summary>The same with each channel, its weights and all that comes of it several times: enough for a vector's lanes.</summary>
    internal FixtureCase Repeated(int times)
    {
        HasSeparateChannels.Should().BeTrue();
        return this with
        {
            Times = times,
            Channels = times * Channels,
            Groups = times * Groups,
            ProjGroups = times * ProjGroups,
            State = All(State),
            Input = Signal(Input),
            Output = Signal(Output),
            AllBands = AllBands.ToDictionary(pair => pair.Key, pair => Signal(pair.Value)),
            UpdatePenalty = Scaled(UpdatePenalty),
            PredictPenalty = Scaled(PredictPenalty),
            Cotangents = new(Signal(Cotangents.Output), Cotangents.Bands.ToDictionary(pair => pair.Key, pair => Signal(pair.Value))),
            Loss = Loss.ToDictionary(pair => pair.Key, pair => times * pair.Value),
            Gradients = Gradients.ToDictionary(pair => pair.Key, pair => All(pair.Value)),
            SecondOrder = SecondOrder?.ToDictionary(pair => pair.Key, pair => new FixtureSecondOrder(times * pair.Value.Value, All(pair.Value.Gradients))),
        };

        FixtureTensor Signal(FixtureTensor signal) => signal.Repeated(signal.Shape.Length - 1 - Dims, times);

        Dictionary<string, FixtureTensor> All(Dictionary<string, FixtureTensor> tensors) => tensors.ToDictionary(
            pair => pair.Key,
            pair => pair.Key == "input" ? Signal(pair.Value) : pair.Value.Repeated(pair.Key == "gain" ? 1 : 0, times));

        // A mean stays; a sum of squares grows by the number of channels.
        Dictionary<PenaltyNorm, double> Scaled(Dictionary<PenaltyNorm, double> penalties)
            => penalties.ToDictionary(pair => pair.Key, pair => pair.Key == PenaltyNorm.L2 ? Math.Sqrt(times) * pair.Value : pair.Value);
    }

    /// <summary>The layer with the reference's weights, which come in through the state dict as a user's would.</summary>
    internal LiftDownPool NewPool(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var pool = Settings.NewDownPool(dtype);
        pool.load_state_dict(State.ToDictionary(pair => pair.Key, pair => pair.Value.ToTensor(dtype)));
        return pool;
    }
}
