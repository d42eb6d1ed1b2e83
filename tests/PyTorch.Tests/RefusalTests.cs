using System.Text.Json;

namespace LiftPool.Tests.PyTorch;

/// <summary>What one language refuses the other refuses, what one takes the other takes: ArgumentException and ValueError.</summary>
public sealed class RefusalTests : IDisposable
{
    private const string Given = """
        import json, sys, torch
        from liftpool import *
        x = torch.ones(2, 4, 6, 5)
        pool = LiftDownPool2d(4)
        y, bands = pool.forward_with_bands(x)
        up, low, tap = LiftUpPool2d(pool), bands.LL, LiftingOperators.Filter([1])
        def outcome(call):
            try:
                eval(call)
                return "taken"
            except Exception as error:
                return type(error).__name__
        print(json.dumps([outcome(call) for call in json.load(open(sys.argv[1]))]))
        """;

    private readonly Tensor x = ones(2, 4, 6, 5);
    private readonly LiftDownPool2d pool = new(4);
    private readonly nn.Module<Tensor, Tensor> tap = LiftingOperators.Filter([1]);
    private readonly LiftUpPool2d up;
    private readonly Tensor y;
    private readonly LiftBands bands;
    private readonly Tensor low;

    public RefusalTests()
    {
        up = new LiftUpPool2d(pool);
        (y, bands) = pool.forward_with_bands(x);
        low = bands.LL;
    }

    public void Dispose()
    {
        up.Dispose();
        pool.Dispose();
        tap.Dispose();
        bands.Dispose();
        x.Dispose();
        y.Dispose();
    }

    [PythonFact]
    public void What_is_refused_here_is_a_ValueError_there() => Compare(Refused(), refused: true);

    [PythonFact]
    public void What_is_taken_here_is_taken_there() => Compare(Taken(), refused: false);

    private static void Compare((string Python, Action Here)[] calls, bool refused)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["calls.json"], JsonSerializer.Serialize(calls.Select(call => call.Python)));

        var there = JsonSerializer.Deserialize<string[]>(Python.Run("-c", Given, folder["calls.json"]))!;

        var here = calls.Select(call => Outcome(call.Here)).ToArray();
        string[] Wanted(string outcome) => [.. calls.Select(call => $"{call.Python}: {outcome}")];
        string[] Found(string[] outcomes) => [.. calls.Zip(outcomes, (call, outcome) => $"{call.Python}: {outcome}")];
        Found(here).Should().Equal(Wanted(refused ? nameof(ArgumentException) : "taken"));
        Found(there).Should().Equal(Wanted(refused ? "ValueError" : "taken"));
    }

    private static string Outcome(Action call)
    {
        using var scope = NewDisposeScope();
        try
        {
            call();
            return "taken";
        }
        catch (ArgumentException)
        {
            return nameof(ArgumentException);
        }
        catch (InvalidOperationException)
        {
            // An operator of one's own that does not keep the shape.
            return nameof(ArgumentException);
        }
    }

    private (string Python, Action Here)[] Refused() =>
    [
        ("LiftDownPool2d(0)", () => _ = new LiftDownPool2d(0)),
        ("LiftDownPool2d(4, 4)", () => _ = new LiftDownPool2d(4, 4)),
        ("LiftDownPool2d(4, -1)", () => _ = new LiftDownPool2d(4, -1)),
        ("LiftDownPool2d(4, groups=3)", () => _ = new LiftDownPool2d(4, groups: 3)),
        ("LiftDownPool2d(4, groups=0)", () => _ = new LiftDownPool2d(4, groups: 0)),
        ("LiftDownPool2d(4, proj_groups=8)", () => _ = new LiftDownPool2d(4, proj_groups: 8)),
        ("LiftDownPool2d(4, padding_mode='constant')", () => _ = new LiftDownPool2d(4, padding_mode: PaddingModes.Constant)),
        ("LiftDownPool2d(4, dtype=torch.int32)", () => _ = new LiftDownPool2d(4, dtype: ScalarType.Int32)),
        ("LiftDownPool2d(4, bands=())", () => _ = new LiftDownPool2d(4, bands: 0)),
        ("LiftDownPool2d(4, axes='Width', bands='LH')", () => _ = new LiftDownPool2d(4, axes: LiftAxes.Width, bands: Bands2d.LH)),
        ("LiftDownPool2d(4, axes='Depth')", () => _ = new LiftDownPool2d(4, axes: LiftAxes.Depth)),
        ("LiftDownPool2d(4, axes=())", () => _ = new LiftDownPool2d(4, axes: LiftAxes.None)),
        ("LiftDownPool2d(LiftingScheme.Mean(), reduction='Learned')",
            () => _ = new LiftDownPool2d(LiftingScheme.Mean(), reduction: BandReduction.Learned)),
        ("LiftDownPool2d(8, scheme=LiftingScheme(4))", () => _ = new LiftDownPool2d(new LiftingScheme(4), channels: 8)),
        ("LiftDownPool2d(0, scheme=LiftingScheme.Mean())", () => _ = new LiftDownPool2d(LiftingScheme.Mean(), channels: 0)),
        ("LiftDownPool2d(pool.scheme)", () => _ = new LiftDownPool2d(pool.Scheme)),
        ("LiftUpPool1d(LiftDownPool3d(4, axes='Depth'))", () => _ = new LiftUpPool1d(new LiftDownPool3d(4, axes: LiftAxes.Depth))),

        ("LiftingOperators.Filter([1, 2])", () => _ = LiftingOperators.Filter([1, 2])),
        ("LiftingOperators.Rectified([])", () => _ = LiftingOperators.Rectified([])),
        ("LiftingOperators.Filter([1], channels=0)", () => _ = LiftingOperators.Filter([1], channels: 0)),
        ("LiftingScheme.MaxLifting(kernel_size=2)", () => _ = LiftingScheme.MaxLifting(kernel_size: 2)),
        ("LiftingScheme.Wavelet('Haar', channels=-1)", () => _ = LiftingScheme.Wavelet(Wavelet.Haar, channels: -1)),
        ("LiftingScheme.Wavelet('Haar', lossless=True, dtype=torch.bfloat16)",
            () => _ = LiftingScheme.Wavelet(Wavelet.Haar, lossless: true, dtype: ScalarType.BFloat16)),
        ("LiftingScheme.Wavelet('Haar', lossless=True).bfloat16()",
            () => _ = LiftingScheme.Wavelet(Wavelet.Haar, lossless: true).to(ScalarType.BFloat16)),
        ("LiftingScheme(predict=tap, update=tap)", () => _ = new LiftingScheme(tap, tap)),
        ("LiftingScheme(predict=None, update=tap)", () => _ = new LiftingScheme(null!, tap)),
        ("LiftingScheme(steps=[LiftingStep.Predict(LiftingOperators.Learned(4)), LiftingStep.Update(LiftingOperators.Learned(8))])",
            () => _ = new LiftingScheme(
                [LiftingStep.Predict(LiftingOperators.Learned(4)), LiftingStep.Update(LiftingOperators.Learned(8))])),
        ("LiftingScheme(steps=[], detail_gain=0)", () => _ = new LiftingScheme([], detail_gain: 0)),
        ("LiftingScheme(steps=[], approximation_gain=float('nan'))", () => _ = new LiftingScheme([], approximation_gain: double.NaN)),
        ("LiftingScheme(steps=[LiftingStep.Predict(tap, 'Down')], detail_gain=2)",
            () => _ = new LiftingScheme([LiftingStep.Predict(tap, StepRounding.Down)], detail_gain: 2)),

        ("LiftingScheme(4).lift(x)", () => _ = new LiftingScheme(4).lift(x)),
        ("LiftingScheme(4).lift(x, 1)", () => _ = new LiftingScheme(4).lift(x, 1)),
        ("LiftingScheme(4).lift(x, 4)", () => _ = new LiftingScheme(4).lift(x, 4)),
        ("LiftingScheme(4).lift(x[0, 0])", () => _ = new LiftingScheme(4).lift(x[0, 0])),
        ("LiftingScheme(4).lift(x[:, :, :0], 2)", () => _ = new LiftingScheme(4).lift(x.narrow(2, 0, 0), 2)),
        ("LiftingScheme(4).lift(x[:, :3], 2)", () => _ = new LiftingScheme(4).lift(x.narrow(1, 0, 3), 2)),
        ("LiftingScheme(4).lift(x.double(), 2)", () => _ = new LiftingScheme(4).lift(x.to(ScalarType.Float64), 2)),
        ("LiftingScheme(4, 7, padding_mode='reflect').lift(x, 2)",
            () => _ = new LiftingScheme(4, 7, padding_mode: PaddingModes.Reflect).lift(x, 2)),
        ("LiftingScheme(4).unlift(x, x[:1], 2)", () => _ = new LiftingScheme(4).unlift(x, x.narrow(0, 0, 1), 2)),
        ("LiftingScheme(steps=[]).unlift(x, x.double(), 2)", () => _ = new LiftingScheme([]).unlift(x, x.to(ScalarType.Float64), 2)),
        ("LiftDownPool2d(LiftingScheme(predict=torch.nn.Conv1d(4, 4, 1, padding=1), update=tap))(x)",
            () => _ = new LiftDownPool2d(new LiftingScheme(nn.Conv1d(4, 4, 1, padding: 1), tap)).forward(x)),

        ("pool(x[0, 0])", () => _ = pool.forward(x[0, 0])),
        ("pool(x[:, :3])", () => _ = pool.forward(x.narrow(1, 0, 3))),
        ("pool(x.int())", () => _ = pool.forward(x.to(ScalarType.Int32))),
        ("pool(x + 0j)", () => _ = pool.forward(x.to(ScalarType.ComplexFloat32))),
        ("pool(x.double())", () => _ = pool.forward(x.to(ScalarType.Float64))),
        ("pool(x[..., :1])", () => _ = pool.forward(x.narrow(3, 0, 1))),
        ("LiftDownPool2d(LiftingScheme.Mean())(x[:, :0])", () => _ = new LiftDownPool2d(LiftingScheme.Mean()).forward(x.narrow(1, 0, 0))),
        ("LiftDownPool2d(4, dense_max='Valid')(x[..., :2])",
            () => _ = new LiftDownPool2d(4, dense_max: DenseMax.Valid).forward(x.narrow(3, 0, 2))),
        ("LiftDownPool2d(4, axes='Width')(x[:, :, :0])",
            () => _ = new LiftDownPool2d(4, axes: LiftAxes.Width).forward(x.narrow(2, 0, 0))),
        ("LiftDownPool2d(4, 7, padding_mode='circular')(x)",
            () => _ = new LiftDownPool2d(4, 7, padding_mode: PaddingModes.Circular).forward(x)),

        ("up(x, bands)", () => _ = up.forward(x, bands)),
        ("up(y.double(), bands)", () => _ = up.forward(y.to(ScalarType.Float64), bands)),
        ("up(bands.to(torch.float64))", () => _ = up.forward(bands.to(ScalarType.Float64))),
        ("LiftUpPool2d(8)(bands)", () => _ = new LiftUpPool2d(8).forward(bands)),
        ("LiftUpPool2d(4, axes='Width')(bands)", () => _ = new LiftUpPool2d(4, axes: LiftAxes.Width).forward(bands)),
        ("up(LiftDownPool3d(4, axes=('Width', 'Height')).forward_with_bands(x.transpose(0, 1))[1])",
            () =>
            {
                var planes = new LiftDownPool3d(4, axes: LiftAxes.Width | LiftAxes.Height);
                _ = up.forward(planes.forward_with_bands(x.transpose(0, 1)).bands);
            }),

        ("LiftBands({})", () => _ = new LiftBands(new Dictionary<string, Tensor>())),
        ("LiftBands(dict(L=low))", () => _ = new LiftBands(new Dictionary<string, Tensor> { ["L"] = low })),
        ("LiftBands(dict(L=low, H=low))", () => _ = new LiftBands([low, low])),
        ("LiftBands(dict(L=low, H=low), axes=('Width', 'Height'))",
            () => _ = new LiftBands([low, low], axes: LiftAxes.Width | LiftAxes.Height)),
        ("LiftBands(dict(L=low[0], H=low[0]), axes='Depth')", () => _ = new LiftBands([low[0], low[0]], axes: LiftAxes.Depth)),
        ("LiftBands({**bands.tensors, 'HH': low[:1]})", () => _ = bands.With("HH", low.narrow(0, 0, 1))),
        ("LiftBands({**bands.tensors, 'HH': low.double()})", () => _ = bands.With("HH", low.to(ScalarType.Float64))),
        ("LiftBands(bands.tensors, (2, 4, 6, 8))", () => _ = new LiftBands([low, low, low, low], [2, 4, 6, 8])),
        ("LiftBands(bands.tensors, (1, 4, 6, 4))", () => _ = new LiftBands([low, low, low, low], [1, 4, 6, 4])),
        ("LiftBands(bands.tensors, (2, 4, 5, 5), [x[..., 4:]])",
            () => _ = new LiftBands([low, low, low, low], [2, 4, 5, 5], [x.narrow(3, 4, 1)])),
        ("LiftBands(bands.tensors, (2, 4, 6, 5))", () => _ = new LiftBands([low, low, low, low], [2, 4, 6, 5])),
        ("LiftBands(bands.tensors, (2, 4, 6, 4), [x[..., 4:]])",
            () => _ = new LiftBands([low, low, low, low], [2, 4, 6, 4], [x.narrow(3, 4, 1)])),
        ("LiftBands(bands.tensors, (2, 4, 6, 5), [x[..., 3:]])",
            () => _ = new LiftBands([low, low, low, low], [2, 4, 6, 5], [x.narrow(3, 3, 2)])),
        ("bands.map(lambda band: band[..., :1])", () => _ = bands.Map(band => band.narrow(3, 0, 1))),
        ("bands.map(torch.sum)", () => _ = bands.Map(band => band.sum())),

        ("LiftRegularizer(lambda_u=-1)", () => new LiftRegularizer(lambda_u: -1).Dispose()),
        ("LiftRegularizer(lambda_p=float('inf'))", () => new LiftRegularizer(lambda_p: double.PositiveInfinity).Dispose()),
    ];

    private (string Python, Action Here)[] Taken() =>
    [
        ("LiftDownPool2d(4, groups=2, proj_groups=1)(x)", () => _ = new LiftDownPool2d(4, groups: 2, proj_groups: 1).forward(x)),
        ("LiftDownPool2d(4, 5, padding_mode='reflect')(x.repeat(1, 1, 1, 2))",
            () => _ = new LiftDownPool2d(4, 5, padding_mode: PaddingModes.Reflect).forward(x.repeat(1, 1, 1, 2))),
        ("LiftDownPool2d(4, 5, padding_mode='circular')(x)",
            () => _ = new LiftDownPool2d(4, 5, padding_mode: PaddingModes.Circular).forward(x)),
        ("LiftDownPool2d(4, 7, padding_mode='reflect', axes='Width')(x.repeat(1, 1, 1, 2))",
            () => _ = new LiftDownPool2d(4, 7, padding_mode: PaddingModes.Reflect, axes: LiftAxes.Width).forward(x.repeat(1, 1, 1, 2))),
        ("LiftDownPool2d(4, ceil_mode=True)(x[..., :1])", () => _ = new LiftDownPool2d(4, ceil_mode: true).forward(x.narrow(3, 0, 1))),
        ("LiftDownPool2d(4, dense_max='Valid')(x[..., :3])",
            () => _ = new LiftDownPool2d(4, dense_max: DenseMax.Valid).forward(x.narrow(3, 0, 3))),
        ("LiftDownPool2d(4, axes='Width')(x[:, :, :1])", () => _ = new LiftDownPool2d(4, axes: LiftAxes.Width).forward(x.narrow(2, 0, 1))),
        ("pool(x[:0])", () => _ = pool.forward(x.narrow(0, 0, 0))),
        ("pool(x[0])", () => _ = pool.forward(x[0])),
        ("LiftDownPool2d(16, scheme=LiftingScheme.Mean(), reduction='Learned')",
            () => _ = new LiftDownPool2d(LiftingScheme.Mean(), channels: 16, reduction: BandReduction.Learned)),
        ("LiftingScheme(steps=[], detail_gain=-0.5).lift(x, 2)", () => _ = new LiftingScheme([], detail_gain: -0.5).lift(x, 2)),
        ("LiftingScheme(4).lift(x, -2)", () => _ = new LiftingScheme(4).lift(x, -2)),
        ("LiftingScheme(4).lift(x[:0], 2)", () => _ = new LiftingScheme(4).lift(x.narrow(0, 0, 0), 2)),
        ("LiftingScheme(4).unlift(x, x)", () => _ = new LiftingScheme(4).unlift(x, x)),
        ("LiftingScheme.Wavelet('Haar', lossless=True).half()",
            () => _ = LiftingScheme.Wavelet(Wavelet.Haar, lossless: true).to(ScalarType.Float16)),
        ("LiftBands(dict(L=low, H=low), axes='Height')", () => _ = new LiftBands([low, low], axes: LiftAxes.Height)),
        ("LiftBands(dict(L=low, H=low), axes='Depth')", () => _ = new LiftBands([low, low], axes: LiftAxes.Depth)),
        ("LiftBands(bands.tensors, (2, 4, 5, 3))", () => _ = new LiftBands([low, low, low, low], [2, 4, 5, 3])),
        ("LiftBands(bands.tensors, (2, 4, 7, 5), [torch.ones(2, 4, 7, 1), torch.ones(2, 4, 1, 4)])",
            () => _ = new LiftBands([low, low, low, low], [2, 4, 7, 5], [ones(2, 4, 7, 1), ones(2, 4, 1, 4)])),
        ("bands.map(lambda band: band[:1])", () => _ = bands.Map(band => band.narrow(0, 0, 1))),
        ("bands.map(torch.Tensor.double)", () => _ = bands.Map(band => band.to(ScalarType.Float64))),
        ("up(y[:, :], bands)", () => _ = up.forward(y, bands)),
        ("up(bands.map(lambda band: band[:0]))", () => _ = up.forward(bands.Map(band => band.narrow(0, 0, 0)))),
        ("up(LiftBands(bands.tensors))", () => _ = up.forward(new LiftBands([low, low, low, low]))),
        ("LiftRegularizer(0, 0)", () => new LiftRegularizer(0, 0).Dispose()),
    ];
}
