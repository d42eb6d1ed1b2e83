namespace LiftPool.Tests;

/// <summary>Tensors that do not belong together make no bands, and the message says why.</summary>
public sealed class BandMakingErrorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(16)]
    public void Another_number_of_bands(int count)
    {
        using var scope = NewDisposeScope();
        Tensor[] bands = [.. Enumerable.Range(0, count).Select(_ => zeros(1, 3, 2, 2))];
        Refused(() => _ = new LiftBands(bands), "2, 4 or 8 bands", $"{count}", "bands");
    }

    [Theory]
    [InlineData("")]
    [InlineData("LL, LH, HL")]
    [InlineData("LL, LH, HL, hh")]
    [InlineData("L, LH")]
    [InlineData("LL, LH, HL, HH, X")]
    public void Other_names(string names)
    {
        using var scope = NewDisposeScope();
        var band = zeros(1, 3, 2, 2);
        var bands = names.Split(", ", StringSplitOptions.RemoveEmptyEntries).ToDictionary(name => name, _ => band);
        Refused(() => _ = new LiftBands(bands), "the bands L, H or LL, LH, HL, HH or LLL, ", names.Length == 0 ? "none" : names, "bands");
    }

    [Theory]
    [InlineData(2, "1, 3, 2, 2", "[N, C, L] or [C, L]")]
    [InlineData(2, "3", "[N, C, L] or [C, L]")]
    [InlineData(4, "2, 2", "[N, C, H, W] or [C, H, W]")]
    [InlineData(4, "1, 1, 3, 2, 2", "[N, C, H, W] or [C, H, W]")]
    [InlineData(8, "3, 2, 2", "[N, C, D, H, W] or [C, D, H, W]")]
    [InlineData(4, "1, 3, 0, 2", "at least one sample")]
    public void Another_rank_or_no_sample(int count, string shape, string wanted)
    {
        using var scope = NewDisposeScope();
        Tensor[] bands = [.. Enumerable.Range(0, count).Select(_ => zeros(Shape(shape)))];
        Refused(() => _ = new LiftBands(bands), wanted, $"[{shape}]", "bands");
    }

    [Fact]
    public void Bands_that_are_not_alike_gone_or_null()
    {
        using var scope = NewDisposeScope();
        var band = zeros(2, 3, 4, 5);
        void Unlike(Tensor other, string wanted, string got)
        {
            Refused(() => _ = new LiftBands([band, band, other, band]), wanted, got, "bands");
            Dictionary<string, Tensor> byName = new() { ["LL"] = band, ["HL"] = other, ["LH"] = band, ["HH"] = band };
            Refused(() => _ = new LiftBands(byName), wanted, got, "bands");
        }

        Unlike(zeros(2, 3, 5, 4), "band HL of shape [2, 3, 4, 5]", "[2, 3, 5, 4]");
        Unlike(zeros(3, 4, 5), "band HL of shape [2, 3, 4, 5]", "[3, 4, 5]");
        Unlike(zeros(2, 3, 4, 5, ScalarType.Float64), "band HL of Float32 on cpu as the others are", "Float64 on cpu");
        Unlike(zeros(2, 3, 4, 5, device: device("meta")), "band HL of Float32 on cpu as the others are", "Float32 on meta");
        var gone = zeros(2, 3, 4, 5);
        gone.Dispose();
        Unlike(gone, "tensors that are not disposed", "a disposed band HL");

        BadCall.Thrown<ArgumentNullException>(() => _ = new LiftBands([band, band, null!, band])).ParamName.Should().Be("bands");
        BadCall.Thrown<ArgumentNullException>(() => _ = new LiftBands((IReadOnlyList<Tensor>)null!)).ParamName.Should().Be("bands");
        IReadOnlyDictionary<string, Tensor> none = null!;
        BadCall.Thrown<ArgumentNullException>(() => _ = new LiftBands(none)).ParamName.Should().Be("bands");
    }

    [Theory]
    [InlineData("2, 3, 8")]
    [InlineData("3, 8, 10")]
    [InlineData("1, 3, 8, 10")]
    [InlineData("2, 4, 8, 10")]
    [InlineData("2, 3, 6, 10")]
    [InlineData("2, 3, 8, 12")]
    [InlineData("2, 3, 4, 5")]
    [InlineData("2, 3, 9, 9")]
    public void An_input_that_gives_other_bands(string input)
    {
        using var scope = NewDisposeScope();
        Tensor[] bands = [.. Enumerable.Range(0, 4).Select(_ => zeros(2, 3, 4, 5))];
        Refused(() => _ = new LiftBands(bands, Shape(input)), "an input that gives bands [2, 3, 4, 5]", $"[{input}]", "inputShape");
    }

    [Fact]
    public void Cropped_samples_of_another_number_or_kind()
    {
        using var scope = NewDisposeScope();
        Tensor[] bands = [.. Enumerable.Range(0, 4).Select(_ => zeros(2, 3, 4, 5))];
        var (column, row) = (zeros(2, 3, 9, 1), zeros(2, 3, 1, 10));
        void Unfit(Tensor[]? cropped, string wanted, string got)
        {
            Refused(() => _ = new LiftBands(bands, [2, 3, 9, 11], cropped), wanted, got, "cropped");
            if (cropped is not null)
            {
                var whole = new LiftBands(bands, [2, 3, 9, 11], [column, row]);
                Refused(() => whole.WithCropped(cropped), wanted, got, "cropped");
            }
        }

        Unfit(null, "2 tensors of cropped samples, of [2, 3, 9, 1] and [2, 3, 1, 10]", "0");
        Unfit([column], "2 tensors of cropped samples, of [2, 3, 9, 1] and [2, 3, 1, 10]", "1");
        Unfit([row, column], "cropped[0] of shape [2, 3, 9, 1]", "[2, 3, 1, 10]");
        Unfit([column, zeros(2, 3, 1, 11)], "cropped[1] of shape [2, 3, 1, 10]", "[2, 3, 1, 11]");
        Unfit([column, row.to(ScalarType.Float64)], "cropped[1] of Float32", "Float64");
        Refused(() => _ = new LiftBands(bands, [2, 3, 8, 9], [column]), "0 tensors of cropped samples", "1", "cropped");
        Refused(() => _ = new LiftBands(bands, cropped: [column]), "0 tensors of cropped samples", "1", "cropped");
    }

    [Fact]
    public void What_does_not_fit_in_a_bands_place()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(channels: 3);
        var (_, bands) = pool.forward_with_bands(zeros(2, 3, 8, 10));

        foreach (var name in bands.Names)
        {
            var (shorter, wider) = (zeros(2, 3, 4, 4), zeros_like(bands.LL, ScalarType.Float64));
            var far = zeros_like(bands.LL, device: device("meta"));
            Refused(() => bands.With(name, shorter), $"band {name} of shape [2, 3, 4, 5]", "[2, 3, 4, 4]", "band");
            Refused(() => bands.With(name, wider), $"band {name} of Float32", "Float64", "band");
            Refused(() => bands.With(name, far), "on cpu", "on meta", "band");
        }

        Refused(() => bands.With("H", bands.HH), "one of the bands LL, LH, HL, HH", "\"H\"", "name");
        BadCall.Thrown<ArgumentNullException>(() => bands.With("HH", null!)).ParamName.Should().Be("band");
        BadCall.Thrown<ArgumentNullException>(() => bands.WithCropped(null!)).ParamName.Should().Be("cropped");
        BadCall.Thrown<ArgumentNullException>(() => bands.Map((Func<Tensor, Tensor>)null!)).ParamName.Should().Be("map");
        BadCall.Thrown<ArgumentNullException>(() => bands.to((Device)null!)).ParamName.Should().Be("device");

        // These are found when the map has run.
        Map((name, band) => name == "HH" ? band.narrow(3, 0, 4) : band, "band HH of shape [2, 3, 4, 5]");
        Map((name, band) => name == "HH" ? band.to(ScalarType.Float64) : band, "band HH of Float32");
        Map((_, band) => band.narrow(3, 0, 4), "an input that gives bands [2, 3, 4, 4]");
        Map((_, band) => band.sum(), "bands [N, C, H, W] or [C, H, W]");
        void Map(Func<string, Tensor, Tensor> map, string wanted)
        {
            var error = ((Action)(() => bands.Map(map))).Should().Throw<ArgumentException>().Which;
            error.Message.Should().StartWith("LiftBands: expected ").And.Contain(wanted);
            error.ParamName.Should().Be("map");
        }
    }

    [Fact]
    public void Levels_that_do_not_follow_from_each_other()
    {
        using var scope = NewDisposeScope();
        LiftBands Level(long height, ScalarType dtype = ScalarType.Float32, string device = "cpu")
            => new([.. Enumerable.Range(0, 4).Select(_ => zeros(2, 3, height, 4, dtype, torch.device(device)))], [2, 3, 2 * height, 8]);
        LiftBands Next(ScalarType dtype = ScalarType.Float32, string device = "cpu")
            => new([.. Enumerable.Range(0, 4).Select(_ => zeros(2, 3, 4, 2, dtype, torch.device(device)))]);
        var line = new LiftBands([zeros(2, 3, 4), zeros(2, 3, 4)]);
        var (first, shorter) = (Level(8), Level(6));
        var (second, wide, far) = (Next(), Next(ScalarType.Float64), Next(device: "meta"));

        RefusedBy("LiftPyramidBands", () => _ = new LiftPyramidBands([]), "at least one level", "none", "levels");
        RefusedBy(
            "LiftPyramidBands", () => _ = new LiftPyramidBands([shorter, second]), "level 1 of an input [2, 3, 6, 4]", "[2, 3, 8, 4]", "levels");
        RefusedBy("LiftPyramidBands", () => _ = new LiftPyramidBands([first, line]), "the bands LL, LH, HL, HH", "L, H", "levels");
        RefusedBy("LiftPyramidBands", () => _ = new LiftPyramidBands([first, wide]), "Float32 on cpu", "Float64", "levels");
        RefusedBy("LiftPyramidBands", () => _ = new LiftPyramidBands([first, far]), "Float32 on cpu", "meta", "levels");
        BadCall.Thrown<ArgumentNullException>(() => _ = new LiftPyramidBands(null!)).ParamName.Should().Be("levels");
        BadCall.Thrown<ArgumentNullException>(() => _ = new LiftPyramidBands([first, null!])).ParamName.Should().Be("levels");

        var pyramid = new LiftPyramidBands([first, second]);
        RefusedBy("LiftPyramidBands", () => pyramid.With(2, "LL", second.LL), "a level from 0 to 1", "2", "level");
        Refused(() => pyramid.With(1, "LL", first.LL), "band LL of shape [2, 3, 4, 2]", "[2, 3, 8, 4]", "band");
        second.Dispose();
        BadCall.Thrown<ObjectDisposedException>(() => _ = new LiftPyramidBands([first, second]));
        pyramid.Levels[1].LL.shape.Should().Equal([2, 3, 4, 2], "its handles are its own");
    }

    // An up-pool and a pyramid refuse bands that were made as they refuse a pool's.
    [Fact]
    public void Layers_refuse_what_is_not_theirs()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(channels: 3);
        using var up = new LiftUpPool2d(pool);
        using var pyramid = new LiftPyramid(new LiftDownPool2d(channels: 3), 2);
        LiftBands Made(params long[] shape) => new([.. Enumerable.Range(0, 4).Select(_ => zeros(shape))]);
        var (four, whole, good) = (Made(2, 4, 8, 8), Made(2, 3, 8, 8).to(ScalarType.Int32), Made(2, 3, 8, 8));
        var line = new LiftBands([zeros(2, 3, 8), zeros(2, 3, 8)]);
        var one = new LiftPyramidBands([good]);

        RefusedBy("LiftUpPool2d", () => up.forward(four), "3 channels", "4 in [2, 4, 8, 8]", "bands");
        RefusedBy("LiftUpPool2d", () => up.forward(whole), "a real floating-point tensor", "Int32", "bands");
        RefusedBy("LiftUpPool2d", () => up.call(line), "the bands of a 2-D pool", "L, H", "bands");
        RefusedBy("LiftUpPool2d", () => up.forward(four.LL, good), "the approximation's shape [2, 3, 8, 8]", "[2, 4, 8, 8]", "features");
        RefusedBy("LiftPyramid", () => pyramid.unlift(one), "bands of 2 levels", "1", "bands");
    }

    private static long[] Shape(string shape) => [.. shape.Split(", ").Select(long.Parse)];

    private static void Refused(Action call, string wanted, string got, string parameter)
        => RefusedBy("LiftBands", call, wanted, got, parameter);

    private static void RefusedBy(string who, Action call, string wanted, string got, string parameter)
        => BadCall.Refused(call, who, wanted, got, parameter);
}
