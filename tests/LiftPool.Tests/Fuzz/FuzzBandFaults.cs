namespace LiftPool.Tests;

/// <summary>Bands that are none, and changes of bands that are none.</summary>
internal static class FuzzBandFaults
{
    internal static IReadOnlyList<FuzzFault> All { get; } =
    [
        Up("no features", (bands, up) => () => up.forward(null!, bands)),
        Up("no bands", (bands, up) => () => up.forward(null!)),
        Up("features without bands", (bands, up) =>
        {
            var features = ones_like(First(bands));
            return () => up.forward(features, null!);
        }),
        Up("features of another shape", (bands, up) =>
        {
            var features = First(bands).unsqueeze(0);
            return () => up.forward(features, bands);
        }),
        Up("features of another length", (bands, up) =>
        {
            var features = cat([First(bands), First(bands)], -1);
            return () => up.forward(features, bands);
        }),
        Up("features of another dtype", (bands, up) =>
        {
            var features = First(bands).to(First(bands).dtype == ScalarType.Float64 ? ScalarType.Float32 : ScalarType.Float64);
            return () => up.forward(features, bands);
        }),
        Up("disposed bands", (bands, up) =>
        {
            bands.Dispose();
            return () => up.forward(bands);
        }),
        new("bands of another dimension", subject =>
        {
            var other = subject.Case.Pool.Dimensions % 3 + 1;
            var up = AnyPool.Up(other, subject.Case.Pool.Channels, dtype: subject.Case.Pool.Dtype);
            var bands = Bands(subject);
            return () => up.forward(bands);
        }),
        new("bands of other channels", subject =>
        {
            var up = AnyPool.Up(subject.Case.Pool.Dimensions,
                LiftingScheme.Mean(channels: subject.Case.Pool.Channels + 1, dtype: subject.Case.Pool.Dtype));
            var bands = Bands(subject);
            return () => up.forward(bands);
        }),
        On("a name that there is not", bands => () => _ = bands["X"]),
        On("a name of a letter too many", bands => () => _ = bands[$"{bands.Names[0]}L"]),
        On("a name in small letters", bands => () => _ = bands[bands.Names[0].ToLowerInvariant()]),
        On("no name", bands => () => _ = bands[null!]),
        On("a disposed set of bands", bands =>
        {
            bands.Dispose();
            return () => _ = bands[bands.Names[0]];
        }),
        On("a band for a name that there is not", bands => () => bands.With("Q", First(bands))),
        On("no band", bands => () => bands.With(bands.Names[0], null!)),
        On("a band of another shape", bands =>
        {
            var band = First(bands).narrow(-1, 0, First(bands).size(-1) - 1);
            return () => bands.With(bands.Names[1], band);
        }),
        On("a band of another dtype", bands =>
        {
            var band = First(bands).to(ScalarType.Int32);
            return () => bands.With(bands.Names[1], band);
        }),
        On("a disposed band", bands =>
        {
            var band = First(bands).clone();
            band.Dispose();
            return () => bands.With(bands.Names[1], band);
        }),
        On("cropped samples too many", bands =>
        {
            Tensor[] cropped = [.. bands.Cropped, First(bands)];
            return () => bands.WithCropped(cropped);
        }),
        On("null for the cropped samples", bands => () => bands.WithCropped(null!)),
        On("no map", bands => () => bands.Map((Func<Tensor, Tensor>)null!)),
        On("a map to null", bands => () => bands.Map(_ => null!), MayCompute: true),
        On("a map of one band to another shape", bands => ()
            => bands.Map((name, band) => name == bands.Names[1] ? band.narrow(-1, 0, 1) : band), MayCompute: true),
        On("a map to another rank", bands => () => bands.Map(band => band.sum()), MayCompute: true),
        On("a map of one band to another dtype", bands => ()
            => bands.Map((name, band) => name == bands.Names[1] ? band.to(ScalarType.Int64) : band), MayCompute: true),
        On("no device", bands => () => bands.to((Device)null!)),
        On("three bands", bands => () => _ = new LiftBands([First(bands), First(bands), First(bands)])),
        On("null for the bands", bands => () => _ = new LiftBands((IReadOnlyList<Tensor>)null!)),
        On("a null among the bands", bands => () => _ = new LiftBands([.. bands.Values.Skip(1), null!])),
        On("an input shape that does not belong to the bands", bands => ()
            => _ = new LiftBands([.. bands.Values], [.. bands.InputShape.Select(length => length + 2)])),
        On("a dictionary that lacks a band", bands => () => _ = new LiftBands(bands.Skip(1).ToDictionary())),
        On("bands along no axis", bands => () => _ = new LiftBands([.. bands.Values], axes: LiftAxes.None)),
        On("bands along an unknown axis", bands => () => _ = new LiftBands([.. bands.Values], axes: (LiftAxes)16)),
        On("a pyramid's bands of no levels", bands => () => _ = new LiftPyramidBands([])),
        On("a null among a pyramid's levels", bands => () => _ = new LiftPyramidBands([bands, null!])),
        On("levels that do not follow each other", bands => () => _ = new LiftPyramidBands([bands, bands])),
    ];

    /// <summary>Bands of the pool of a subject, of an input that is long enough for it.</summary>
    internal static LiftBands Bands(FuzzSubject subject)
    {
        using var grad = no_grad();
        return subject.Pool.forward_with_bands(FuzzInputFaults.Good(subject)).bands;
    }

    private static Tensor First(LiftBands bands) => bands[bands.Names[0]];

    private static FuzzFault On(string name, Func<LiftBands, Action> make, bool MayCompute = false)
        => new(name, subject => make(Bands(subject)), MayCompute);

    private static FuzzFault Up(string name, Func<LiftBands, LiftUpPool, Action> make)
        => new(name, subject => make(Bands(subject), AnyPool.Up(subject.Case.Pool.Dimensions, subject.Pool)));
}
