using static LiftPool.Tests.Numbers;

namespace LiftPool.Tests;

/// <summary>
/// Bands, outputs and inverses whose answers were worked out by hand. The odd half is x1, x3, ... counted from one, the
/// even half x2, x4, ...
/// </summary>
public sealed class HandWorkedTests
{
    [Fact]
    public void A_pair_under_haar_gives_its_difference_and_its_mean()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Haar());

        var (output, bands) = pool.forward_with_bands(Of([1, 1, 4], 1, 5, 2, 8));

        // d = xo - xe = 1 - 5, 2 - 8;   s = xe + d / 2 = 5 - 2, 8 - 3.
        bands["H"].ShouldBe(-4, -6);
        bands["L"].ShouldBe(3, 5);
        output.ShouldBe(-1, -1);
    }

    [Fact]
    public void Floor_mode_keeps_the_last_sample_out_of_the_bands_and_puts_it_back()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Haar());
        using var up = new LiftUpPool1d(pool);

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 5], 1, 5, 2, 8, 1000));

        bands["L"].ShouldBe(3, 5);
        bands["H"].ShouldBe(-4, -6);
        up.forward(bands).ShouldBe(1, 5, 2, 8, 1000);

        // Other features change what was lifted, not what was kept: with s = 0, xe = 0 - d / 2 and xo = d + xe.
        up.forward(Of([1, 1, 2], 0, 0), bands).ShouldBe(-2, 2, -3, 3, 1000);
    }

    [Fact]
    public void Ceil_mode_repeats_the_last_sample_once()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Haar(), ceil_mode: true);
        using var up = new LiftUpPool1d(pool);

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 5], 1, 5, 2, 8, 7));

        // The last pair is 7, 7.
        bands["L"].ShouldBe(3, 5, 7);
        bands["H"].ShouldBe(-4, -6, 0);
        up.forward(bands).ShouldBe(1, 5, 2, 8, 7);
    }

    [Fact]
    public void Floor_mode_in_two_dimensions_keeps_the_last_row_and_the_last_column()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split());
        using var up = new LiftUpPool2d(pool);

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9));

        bands.LL.ShouldBe(5);
        up.forward(bands).ShouldBe(1, 2, 3, 4, 5, 6, 7, 8, 9);
        up.forward(Of([1, 1, 1, 1], 50), bands).ShouldBe(1, 2, 3, 4, 50, 6, 7, 8, 9);
    }

    [Fact]
    public void The_first_letter_of_a_band_is_the_horizontal_axis()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split());

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 2, 2], 1, 2, 3, 4));

        // Split alone: L takes the second sample of a pair, H the first. 2 stands right (L) in the upper row (H).
        bands.Names.Should().Equal("LL", "LH", "HL", "HH");
        bands.LL.ShouldBe(4);
        bands.LH.ShouldBe(2);
        bands.HL.ShouldBe(3);
        bands.HH.ShouldBe(1);
    }

    [Fact]
    public void A_horizontal_edge_is_in_LH_alone()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Haar());

        // Bright above, dark below; the edge parts the second pair of rows.
        var image = Of([1, 1, 6, 1], 1, 1, 1, 0, 0, 0).expand(1, 1, 6, 4);
        var (_, bands) = pool.forward_with_bands(image);

        bands.LL.ShouldBe(1, 1, 0.5, 0.5, 0, 0);
        bands.LH.ShouldBe(0, 0, 1, 1, 0, 0);
        bands.HL.ShouldBe(0, 0, 0, 0, 0, 0);
        bands.HH.ShouldBe(0, 0, 0, 0, 0, 0);
    }

    [Fact]
    public void A_vertical_edge_is_in_HL_alone()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Haar());

        var image = Of([1, 1, 1, 6], 1, 1, 1, 0, 0, 0).expand(1, 1, 4, 6);
        var (_, bands) = pool.forward_with_bands(image);

        bands.LL.ShouldBe(1, 0.5, 0, 1, 0.5, 0);
        bands.LH.ShouldBe(0, 0, 0, 0, 0, 0);
        bands.HL.ShouldBe(0, 1, 0, 0, 1, 0);
        bands.HH.ShouldBe(0, 0, 0, 0, 0, 0);
    }

    [Fact]
    public void A_chessboard_is_in_HH_alone_but_for_its_mean()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Haar());

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 2, 2], 1, 0, 0, 1));

        // Along the rows: d = 1, -1 and s = 0.5, 0.5. Down the column of d: 1 - (-1) = 2, mean 0.
        bands.LL.ShouldBe(0.5);
        bands.LH.ShouldBe(0);
        bands.HL.ShouldBe(0);
        bands.HH.ShouldBe(2);
    }

    [Fact]
    public void The_letters_in_three_dimensions_are_horizontal_vertical_depth()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool3d(HandSchemes.Split());

        // The sample at depth z, row y, column x has the number 4 z + 2 y + x.
        var (_, bands) = pool.forward_with_bands(Of([1, 1, 2, 2, 2], 0, 1, 2, 3, 4, 5, 6, 7));

        bands.Names.Should().Equal("LLL", "LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH");
        (string Name, double Value)[] wanted =
            [("LLL", 7), ("LLH", 3), ("LHL", 5), ("LHH", 1), ("HLL", 6), ("HLH", 2), ("HHL", 4), ("HHH", 0)];
        foreach (var (name, value) in wanted)
        {
            bands[name].ShouldBe(value);
        }
    }

    [Fact]
    public void A_plane_across_the_depth_is_in_LLH_alone()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool3d(HandSchemes.Haar());

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 2, 1, 1], 1, 0).expand(1, 1, 2, 2, 2));

        bands["LLL"].ShouldBe(0.5);
        bands["LLH"].ShouldBe(1);
        bands.Names.Skip(2).Should().OnlyContain(name => bands[name].item<double>() == 0);
    }

    [Fact]
    public void Features_take_the_place_of_LL()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Haar());
        using var up = new LiftUpPool2d(pool);

        var (_, bands) = pool.forward_with_bands(Of([1, 1, 2, 2], 1, 2, 3, 4));

        // The mean was 2.5. One of 12.5 lifts all four samples by 10.
        up.forward(Of([1, 1, 1, 1], 12.5), bands).ShouldBe(11, 12, 13, 14);
    }
}
