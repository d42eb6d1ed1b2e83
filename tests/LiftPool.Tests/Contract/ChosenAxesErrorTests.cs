namespace LiftPool.Tests;

/// <summary>Axes and bands that do not exist or do not belong together.</summary>
public sealed class ChosenAxesErrorTests
{
    [Theory]
    [InlineData(2, LiftAxes.None, "None")]
    [InlineData(2, LiftAxes.Depth, "Depth")]
    [InlineData(2, LiftAxes.Depth | LiftAxes.Width, "Width, Depth")]
    [InlineData(3, LiftAxes.None, "None")]
    [InlineData(3, (LiftAxes)8, "8")]
    [InlineData(2, (LiftAxes)(-1), "-1")]
    public void Axes_that_a_dimension_does_not_have(int dimensions, LiftAxes axes, string got)
    {
        using var scope = NewDisposeScope();
        using var scheme = LiftingScheme.MaxLifting();
        using var other = new LiftDownPool2d(3);
        var wanted = $"at least one of the axes Width, Height{(dimensions == 2 ? "" : ", Depth")}, or All, and no other";
        var (down, up) = ($"LiftDownPool{dimensions}d", $"LiftUpPool{dimensions}d");
        BadCall.Refused(() => AnyPool.Down(dimensions, 3, lifted: axes), down, wanted, got, "axes");
        BadCall.Refused(() => AnyPool.Down(dimensions, scheme, lifted: axes), down, wanted, got, "axes");
        BadCall.Refused(
            () => _ = dimensions == 2 ? (LiftDownPool)LiftDownPool2d.Sharing(other, axes: axes) : LiftDownPool3d.Sharing(other, axes: axes),
            down, wanted, got, "axes");
        BadCall.Refused(
            () => _ = dimensions == 2 ? (LiftUpPool)new LiftUpPool2d(3, axes: axes) : new LiftUpPool3d(3, axes: axes),
            up, wanted, got, "axes");
        BadCall.Refused(
            () => _ = dimensions == 2 ? (LiftUpPool)new LiftUpPool2d(scheme, axes) : new LiftUpPool3d(scheme, axes),
            up, wanted, got, "axes");
    }

    [Fact]
    public void Bands_that_do_not_exist_along_the_axes()
    {
        using var scope = NewDisposeScope();
        BadCall.Refused(
            () => _ = new LiftDownPool2d(3, bands: Bands2d.LL | Bands2d.LH | Bands2d.HH, axes: LiftAxes.Width), "LiftDownPool2d",
            "at least one of the 2 bands LL, HL along Width, or All", "bands LL, LH, HH", "bands");
        BadCall.Refused(
            () => _ = new LiftDownPool2d(3, bands: Bands2d.None, axes: LiftAxes.Height), "LiftDownPool2d",
            "at least one of the 2 bands LL, LH along Height, or All", "bands 0", "bands");
        BadCall.Refused(
            () => _ = new LiftDownPool3d(3, bands: Bands3d.LLH, axes: LiftAxes.Width | LiftAxes.Height), "LiftDownPool3d",
            "at least one of the 4 bands LLL, LHL, HLL, HHL along Width, Height, or All", "bands LLH", "bands");
        using var all = new LiftDownPool3d(3, bands: Bands3d.LLL | Bands3d.LLH, axes: LiftAxes.Depth);
        all.axes.Should().Be(LiftAxes.Depth, "all that there are may be named");
    }

    [Fact]
    public void Up_pools_refuse_bands_of_other_axes_or_dimensions()
    {
        using var scope = NewDisposeScope();
        var x = zeros(3, 3, 4, 4);
        var width = new LiftDownPool2d(3, axes: LiftAxes.Width).forward_with_bands(x).bands;
        var all = new LiftDownPool2d(3).forward_with_bands(x).bands;
        var volume = new LiftDownPool3d(3, axes: LiftAxes.Width | LiftAxes.Height).forward_with_bands(x).bands;
        var made = new LiftBands([zeros(2, 3, 4), zeros(2, 3, 4)], axes: LiftAxes.Width);
        foreach (var (up, bands, wanted, got) in new (LiftUpPool, LiftBands, string, string)[]
        {
            (new LiftUpPool2d(3, axes: LiftAxes.Height), width, "the bands of a 2-D pool along Height", "those of a 2-D pool along Width: L, H"),
            (new LiftUpPool2d(3), width, "the bands of a 2-D pool", "those of a 2-D pool along Width: L, H"),
            (new LiftUpPool1d(3), width, "the bands of a 1-D pool", "those of a 2-D pool along Width: L, H"),
            (new LiftUpPool2d(3, axes: LiftAxes.Width), all, "the bands of a 2-D pool along Width", "those of a 2-D pool: LL, LH, HL, HH"),
            (new LiftUpPool3d(3, axes: LiftAxes.Width | LiftAxes.Height), all, "a 3-D pool along Width, Height", "those of a 2-D pool: LL"),
            (new LiftUpPool2d(3), volume, "the bands of a 2-D pool", "those of a 3-D pool along Width, Height: LL, LH, HL, HH of an input"),
            (new LiftUpPool3d(3, axes: LiftAxes.Width), made, "the bands of a 3-D pool along Width", "a pool along Width: L, H of an input [2, 3, 8]"),
        })
        {
            BadCall.Refused(() => up.forward(bands), up.GetName(), wanted, got, "bands");
        }

        var thin = new LiftBands([zeros(2, 3, 0, 4), zeros(2, 3, 0, 4)], axes: LiftAxes.Width);
        using var along = new LiftUpPool2d(3, axes: LiftAxes.Width);
        BadCall.Refused(
            () => along.forward(thin), "LiftUpPool2d",
            "at least one sample on every spatial axis", "[2, 3, 0, 4]", "bands");
        using var deep = new LiftDownPool3d(3, axes: LiftAxes.Depth);
        BadCall.Refused(() => _ = new LiftUpPool2d(deep), "LiftUpPool2d", "at least one of the axes Width, Height", "Depth", "pool");
    }

    [Fact]
    public void Inputs_too_short_along_a_lifted_axis_and_empty_along_another()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3, axes: LiftAxes.Width);
        pool.forward(zeros(2, 3, 1, 2)).shape.Should().Equal(2, 3, 1, 1);
        const string Wanted = "at least 2 samples on every spatial axis that is lifted (Width), and 1 on the others";
        var (tooShort, empty, reflected) = (zeros(2, 3, 8, 1), zeros(2, 3, 0, 8), zeros(2, 3, 8, 4));
        BadCall.Refused(() => pool.forward(tooShort), "LiftDownPool2d", Wanted, "[2, 3, 8, 1]", "input");
        BadCall.Refused(() => pool.forward(empty), "LiftDownPool2d", Wanted, "[2, 3, 0, 8]", "input");
        using var reflecting = new LiftDownPool2d(3, padding_mode: PaddingModes.Reflect, axes: LiftAxes.Width);
        reflecting.forward(zeros(2, 3, 1, 8)).shape.Should().Equal(2, 3, 1, 4);
        BadCall.Refused(() => reflecting.forward(reflected), "LiftDownPool2d", "more than 2 samples", "2 for [2, 3, 8, 4]", "input");
    }

    [Fact]
    public void Bands_and_pyramids_whose_axes_do_not_belong_together()
    {
        using var scope = NewDisposeScope();
        var band = zeros(2, 3, 4, 5);
        void Refused(LiftAxes axes, string wanted, string got, string parameter)
            => BadCall.Refused(() => _ = new LiftBands([band, band], axes: axes), "LiftBands", wanted, got, parameter);
        Refused(LiftAxes.None, "the axes Width, Height, Depth", "None", "axes");
        Refused((LiftAxes)9, "the axes Width, Height, Depth", "9", "axes");
        Refused(LiftAxes.Width | LiftAxes.Depth, "4 bands, along Width, Depth", "2", "bands");
        Refused(LiftAxes.All, "bands [N, C, L] or [C, L]", "[2, 3, 4, 5]", "bands");
        var flat = zeros(3, 4);
        BadCall.Refused(
            () => _ = new LiftBands([flat, flat], axes: LiftAxes.Height), "LiftBands", "bands of 3 to 5 dimensions", "[3, 4]", "bands");
        BadCall.Refused(
            () => _ = new LiftBands([band, band], [2, 3, 5, 10], axes: LiftAxes.Width),
            "LiftBands", "twice their length along Width", "[2, 3, 5, 10]", "inputShape");
        var own = new LiftDownPool2d(3, axes: LiftAxes.Width).forward_with_bands(zeros(2, 3, 4, 10)).bands;
        own.Should().HaveCount(2);
        BadCall.Refused(() => _ = own["LL"], "LiftBands", "L, H", "LL", "name");

        using var width = new LiftDownPool2d(3, axes: LiftAxes.Width);
        using var all = new LiftDownPool2d(3);
        BadCall.Refused(
            () => new LiftPyramid(width, all).Dispose(), "LiftPyramid",
            "every level a 2-D pool along Width as the first is", "a 2-D pool", "pools");
        var coarser = new LiftBands([zeros(2, 3, 2, 5), zeros(2, 3, 2, 5)], axes: LiftAxes.Height);
        BadCall.Refused(
            () => _ = new LiftPyramidBands([own, coarser]), "LiftPyramidBands",
            "levels of the bands L, H along Width", "L, H along Height", "levels");
    }

    [Fact]
    public void Bands_of_some_axes_made_without_saying_so_and_names_of_all_axes_are_told_of_the_axes()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3, axes: LiftAxes.Width);
        var bands = pool.forward_with_bands(zeros(2, 3, 5, 6)).bands;
        Tensor[] both = [bands["L"], bands["H"]];

        BadCall.Refused(() => _ = new LiftBands(both), "LiftBands", "or the argument axes, if not all were lifted", "[2, 3, 5, 3]", "bands");
        BadCall.Refused(() => _ = bands["HL"], "LiftBands", "L, H, a letter for each lifted axis", "\"HL\"", "name");
    }
}
