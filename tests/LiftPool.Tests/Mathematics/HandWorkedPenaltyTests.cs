using static LiftPool.Tests.Numbers;

namespace LiftPool.Tests;

/// <summary>The penalties worked out by hand. With P = U = 0 a step gives s = xe and d = xo.</summary>
public sealed class HandWorkedPenaltyTests
{
    [Fact]
    public void The_update_penalty_is_the_distance_from_s_to_xo()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Split());

        var (c_u, c_p) = pool.penalties(Of([1, 1, 2], 1, 4));

        // s = xe = 4. Its distance to xo = 1 is 3; to xe it would be 0.
        c_u.ShouldBe(9);
        c_p.ShouldBe(1);
    }

    [Fact]
    public void Both_penalties_are_taken_after_the_steps()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Haar());

        var (c_u, c_p) = pool.penalties(Of([1, 1, 4], 1, 5, 2, 8));

        // d = -4, -6 and s = 3, 5; s - xo = 2, 3.
        c_u.ShouldBe((4 + 9) / 2.0);
        c_p.ShouldBe((16 + 36) / 2.0);
    }

    [Fact]
    public void MeanSquare_is_the_mean_over_the_whole_tensor()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Split());

        // Two samples of two channels: d = 3, 4, 0, 0.
        var (_, c_p) = pool.penalties(Of([2, 2, 2], 3, 0, 4, 0, 0, 0, 0, 0), PenaltyNorm.MeanSquare);

        c_p.ShouldBe(25 / 4.0);
    }

    [Fact]
    public void L2_is_the_norm_of_each_sample_averaged_over_the_batch()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Split());

        // The first sample's norm, over both channels, is 5, the second's 0.
        var (_, c_p) = pool.penalties(Of([2, 2, 2], 3, 0, 4, 0, 0, 0, 0, 0), PenaltyNorm.L2);

        c_p.ShouldBe(2.5);
    }

    [Fact]
    public void An_input_without_batch_is_one_sample()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Split());

        var (_, c_p) = pool.penalties(Of([2, 2], 3, 0, 4, 0), PenaltyNorm.L2);

        c_p.ShouldBe(5);
    }

    [Fact]
    public void The_three_steps_of_two_dimensions_are_summed()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split());
        var x = Of([1, 1, 2, 2], 1, 2, 3, 4);

        // Along the rows   s = 2, 4   d = xo = 1, 3   s - xo = 1, 1
        // Down s = 2, 4    s = 4      d = xo = 2      s - xo = 2
        // Down d = 1, 3    s = 3      d = xo = 1      s - xo = 2
        var (meanSquareU, meanSquareP) = pool.penalties(x);
        meanSquareU.ShouldBe(1 + 4 + 4);
        meanSquareP.ShouldBe(((1 + 9) / 2.0) + 4 + 1);

        var (normU, normP) = pool.penalties(x, PenaltyNorm.L2);
        normU.ShouldBe(Math.Sqrt(2) + 2 + 2);
        normP.ShouldBe(Math.Sqrt(10) + 2 + 1);
    }

    [Fact]
    public void The_seven_steps_of_three_dimensions_are_summed()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool3d(HandSchemes.Split());

        // Ones everywhere: each d is all ones and s - xo is zero, in each of the 1 + 2 + 4 steps.
        var (c_u, c_p) = pool.penalties(ones([1, 1, 2, 2, 2], ScalarType.Float64));

        c_u.ShouldBe(0);
        c_p.ShouldBe(7);
    }

    [Fact]
    public void A_regularizer_weighs_and_adds_what_its_layers_share()
    {
        using var scope = NewDisposeScope();
        using var line = new LiftDownPool1d(HandSchemes.Split());
        using var image = new LiftDownPool2d(HandSchemes.Split());
        using var penalty = new LiftRegularizer();

        line.forward(Of([1, 1, 2], 1, 4));
        image.forward(Of([1, 1, 2, 2], 1, 2, 3, 4));

        penalty.Shares.Select(share => share.layer).Should().Equal(line, image);
        penalty.Shares[0].c_u.ShouldBe(9);
        penalty.Shares[1].c_p.ShouldBe(10);
        penalty.c_u.ShouldBe(9 + 9);
        penalty.c_p.ShouldBe(1 + 10);
        penalty.loss().ShouldBe((0.001 * 18) + (0.01 * 11));
    }

    [Fact]
    public void The_gradient_of_L2_at_zero_is_zero()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(HandSchemes.Haar());

        // All pairs are 0, 0: d = 0, s - xo = 0. The second sample's are not.
        var x = Of([2, 1, 2], 0, 0, 1, 5).requires_grad_();
        var (c_u, c_p) = pool.penalties(x, PenaltyNorm.L2);
        var gradient = Derivative.Of(c_u.add(c_p), [x], createGraph: false)[0];

        // Second sample: c_p = |xo - xe| and c_u = |(xe - xo) / 2|, each over a batch of two: slopes -1.5 / 2 and 1.5 / 2.
        gradient.ShouldBe(0, 0, -0.75, 0.75);
    }
}
