using System.Globalization;

namespace LiftPool.Tests;

/// <summary>A complaint's numbers are written with a point and a plain minus where the culture has other signs.</summary>
public sealed class MessageCultureTests
{
    private static readonly Dictionary<string, (Action Call, string Got)> Complaints = new()
    {
        ["a penalty's weight"] = (() => new LiftRegularizer(lambda_u: -0.5).Dispose(), "got -0.5."),
        ["a gain"] = (() => new LiftingScheme([LiftingStep.Predict(new Times(0.5))], approximation_gain: double.NegativeInfinity).Dispose(), "got -Infinity."),
        ["taps"] = (() => new LiftDownPool2d(channels: 2, kernel_size: -3).Dispose(), "got -3."),
        ["channels"] = (() => new LiftDownPool2d(channels: -2).Dispose(), "got channels -2."),
        ["groups"] = (() => new LiftDownPool2d(channels: 2, groups: -2).Dispose(), "got -2."),
        ["bands"] = (() => new LiftDownPool2d(channels: 2, bands: (Bands2d)(-2)).Dispose(), "got bands -2."),
        ["an axis"] = (() => HandSchemes.Haar().lift(ones(1, 1, 4), -7), "got -7 for [1, 1, 4]."),
        ["an input's shape"] = (() => new LiftBands([ones(1, 1, 4), ones(1, 1, 4)], [-1, 1, 8]).Dispose(), "got [-1, 1, 8]."),
        ["an integer"] = (
            () => LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true, dtype: ScalarType.Float64)
                .lift(full([1, 1, 8], 1.5 * (1L << 60), dtype: ScalarType.Float64), 2),
            "got 1.7293822569102705E+18 in a half"),
    };

    public static TheoryData<string> Names => [.. Complaints.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Numbers_follow_no_culture(string of)
    {
        using var scope = NewDisposeScope();
        var before = CultureInfo.CurrentCulture;
        var strange = (CultureInfo)CultureInfo.GetCultureInfo("de-DE").Clone();
        strange.NumberFormat.NegativeSign = "minus";
        strange.NumberFormat.NegativeInfinitySymbol = "less than all";
        try
        {
            CultureInfo.CurrentCulture = strange;

            Complaints[of].Call.Should().Throw<ArgumentException>().Which.Message.Should().Contain(Complaints[of].Got);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
