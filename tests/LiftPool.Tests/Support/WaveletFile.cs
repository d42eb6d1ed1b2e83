namespace LiftPool.Tests;

/// <summary>What PyWavelets and an integer JPEG 2000 computed; <c>tests/reference/wavelets.py</c> wrote it and describes the format.</summary>
internal sealed record WaveletFile(WaveletCase[] Wavelets, ReversibleCase Reversible)
{
    private static readonly Lazy<WaveletFile> Known = new(() => FixtureFile.Read<WaveletFile>("wavelets.json.gz"));

    internal static WaveletFile Content => Known.Value;
}

/// <summary>One wavelet's coefficients of a signal and of an image.</summary>
internal sealed record WaveletCase(
    Wavelet Name,
    FixtureTensor Signal,
    Dictionary<string, FixtureTensor> Circular,
    Dictionary<string, FixtureTensor>? Mirrored,
    FixtureTensor Image,
    Dictionary<string, FixtureTensor> Bands);

/// <summary>JPEG 2000's reversible 5/3.</summary>
internal sealed record ReversibleCase(FixtureTensor Signal, FixtureTensor Low, FixtureTensor High, FixtureTensor Image, Dictionary<string, FixtureTensor> Bands);
