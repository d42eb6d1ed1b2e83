using System.Globalization;

namespace LiftPool.Tests;

/// <summary>A generated call as a reader would type it.</summary>
internal static class FuzzText
{
    internal static string Of(FuzzCase one)
    {
        var (pool, signal) = (one.Pool, one.Signal);
        var dims = $"{pool.Dimensions}d";
        string[] lines =
        [
            FormattableString.Invariant($"manual_seed({one.Seed});"),
            $"var scheme = {SchemeOf(one)};"
                + $"{(one.Scheme.WeightScale == 1 ? "" : $" // its parameters times {Number(one.Scheme.WeightScale)}")}",
            $"var pool = new LiftDownPool{dims}(scheme, (Bands{dims})0b{Convert.ToString(pool.Bands, 2)}, BandReduction.{pool.Reduction}, "
                + $"channels: {pool.Channels}, ceil_mode: {Bool(pool.Ceil)}, DenseMax.{pool.DenseMax}"
                + $"{(pool.Dimensions == 1 ? "" : $", {Axes(pool.Axes)}")})"
                + $"{(pool.Recompute ? " { recompute = true }" : "")};",
            $"var x = {Content(signal)}([{string.Join(", ", one.Shape)}]).to(ScalarType.{pool.Dtype}); "
                + $"// {signal.Layout}, times {Number(signal.Magnitude)}",
            Call(one),
        ];
        return string.Join(Environment.NewLine, lines);
    }

    private static string SchemeOf(FuzzCase one)
    {
        var scheme = one.Scheme;
        var channels = scheme.PerChannel ? $"channels: {one.Pool.Channels}, " : "";
        var rest = $"padding_mode: PaddingModes.{scheme.Padding}, dtype: ScalarType.{one.Pool.Dtype}";
        return scheme.Kind switch
        {
            FuzzSchemeKind.Paper => $"new LiftingScheme({one.Pool.Channels}, {Learned(scheme)}, {rest})",
            FuzzSchemeKind.Wavelet
                => $"LiftingScheme.Wavelet(Wavelet.{scheme.Wavelet}, learnable: {Bool(scheme.Learnable)}, {channels}"
                    + $"lossless: {Bool(scheme.Lossless)}, {rest})",
            FuzzSchemeKind.MaxLifting or FuzzSchemeKind.Mean
                => $"LiftingScheme.{scheme.Kind}(learnable: {Bool(scheme.Learnable)}, {channels}kernel_size: {scheme.KernelSize}, {rest})",
            _ => $"new LiftingScheme([{string.Join(", ", scheme.Steps.Select(step => $"LiftingStep.{step.Kind}({Operator(step)})"))}], "
                + $"{Number(scheme.ApproximationGain)}, {Number(scheme.DetailGain)})",
        };

        string Operator(FuzzStep step) => step.Operator switch
        {
            FuzzOperatorKind.Learned => $"LiftingOperators.Learned({one.Pool.Channels}, {Learned(scheme)}, {rest})",
            FuzzOperatorKind.Own => $"new FuzzOperator({Number(step.Taps[0])}, ScalarType.{one.Pool.Dtype})",
            _ => $"LiftingOperators.{step.Operator}([{string.Join(", ", step.Taps.Select(Number))}], "
                + $"{(step.Operator == FuzzOperatorKind.Rectified ? "0.75, " : "")}{Bool(scheme.Learnable)}, {channels}{rest})",
        };
    }

    private static string Learned(FuzzScheme scheme)
        => $"kernel_size: {scheme.KernelSize}, groups: {scheme.Groups}, "
            + $"proj_groups: {scheme.ProjGroups}, bias: {Bool(scheme.Bias)}, tanh: {Bool(scheme.Tanh)}";

    private static string Content(FuzzSignal signal) => signal.Content switch
    {
        FuzzContent.Normal => "randn",
        FuzzContent.Zeros => "zeros",
        FuzzContent.Integers => "integers",
        _ => "randn with NaN and infinity",
    };

    private static string Call(FuzzCase one) => one.Call switch
    {
        FuzzCall.Forward => "pool.forward(x);",
        FuzzCall.ForwardWithBands
            => $"pool.forward_with_bands(x);{(one.Pool.Norm is { } norm ? $" // in a LiftRegularizer of {norm}" : "")}",
        FuzzCall.Penalties => $"pool.penalties(x, PenaltyNorm.{one.Pool.Norm ?? PenaltyNorm.MeanSquare});",
        FuzzCall.Up => "up.forward(features, bands);",
        FuzzCall.Refused => $"{FuzzFaults.NameOf(one)} // is to be refused",
        _ => $"// {one.Call}, choice {one.Choice}",
    };

    private static string Axes(LiftAxes axes) => string.Join(" | ", $"{axes}".Split(", ").Select(name => $"LiftAxes.{name}"));

    private static string Bool(bool value) => value ? "true" : "false";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
