using System.Globalization;

namespace LiftPool.Tests;

/// <summary>What modules say of themselves, in the manner of PyTorch: what differs from the default, the same in every culture.</summary>
public class ModuleTextTests
{
    [Fact]
    public void A_pool_with_the_papers_operators_says_it_in_a_line()
    {
        using var plain = new LiftDownPool2d(64);
        using var other = new LiftDownPool2d(
            64, 3, Bands2d.LL | Bands2d.HH, BandReduction.Concat, 1, 16, true, PaddingModes.Reflect, true, false, DenseMax.Ahead)
        {
            recompute = true,
        };

        Of(plain).Should().Be("LiftDownPool2d(64, kernel_size=5)");
        Of(other).Should().Be(
            "LiftDownPool2d(64, kernel_size=3, groups=1, proj_groups=16, bias=True, padding_mode=Reflect, tanh=False, bands=LL|HH, "
            + "reduction=Concat, ceil_mode=True, dense_max=Ahead, recompute=True)");
    }

    [Fact]
    public void Each_dimension_says_its_name_and_its_bands()
    {
        using var line = new LiftDownPool1d(6, bands: Bands1d.H);
        using var volume = new LiftDownPool3d(6, bands: Bands3d.LLL | Bands3d.HHH, reduction: BandReduction.Learned);
        using var sharing = LiftDownPool2d.Sharing(line, Bands2d.HL);
        using var up = new LiftUpPool3d(volume);
        using var own = new LiftUpPool1d(6, kernel_size: 7, tanh: false) { recompute = true };

        Of(line).Should().Be("LiftDownPool1d(6, kernel_size=5, bands=H)");
        Of(volume).Should().Be("LiftDownPool3d(6, kernel_size=5, bands=LLL|HHH, reduction=Learned)");
        Of(sharing).Should().Be("LiftDownPool2d(6, kernel_size=5, bands=HL, shared=True)");
        Of(up).Should().Be("LiftUpPool3d(6, kernel_size=5, shared=True)");
        Of(own).Should().Be("LiftUpPool1d(6, kernel_size=7, tanh=False, recompute=True)");
        Of(own.Scheme).Should().Be("LiftingScheme(6, kernel_size=7, tanh=False)");
    }

    [Fact]
    public void Axes_are_named_if_they_are_not_all()
    {
        using var volume = new LiftDownPool3d(6);
        using var width = new LiftDownPool2d(6, axes: LiftAxes.Width);
        using var two = new LiftUpPool3d(6, axes: LiftAxes.Height | LiftAxes.Depth);

        Of(volume).Should().Be("LiftDownPool3d(6, kernel_size=5)");
        Of(width).Should().Be("LiftDownPool2d(6, kernel_size=5, axes=Width)");
        Of(two).Should().Be("LiftUpPool3d(6, kernel_size=5, axes=Height|Depth)");
    }

    [Fact]
    public void Another_scheme_has_a_line_for_each_step()
    {
        using var haar = new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Haar), Bands2d.LL);
        using var learned = new LiftDownPool1d(
            new LiftingScheme([
                LiftingStep.Update(LiftingOperators.Filter([1, 2, 1], learnable: true, padding_mode: PaddingModes.Zeros), StepRounding.Nearest),
                LiftingStep.Predict(LiftingOperators.Rectified([1], channels: 4)),
                LiftingStep.Update(LiftingOperators.Learned(4, proj_groups: 2)),
            ]));

        using var gained = new LiftingScheme(
            [LiftingStep.Predict(LiftingOperators.Learned(4)), LiftingStep.Update(LiftingOperators.Learned(4))], 2, 0.5);

        Of(gained).Should().Be("""
            LiftingScheme(
              approximation_gain=2, detail_gain=0.5
              (predict): Predict(Learned(4, kernel_size=5))
              (update): Update(Learned(4, kernel_size=5))
            )
            """);
        Of(haar).Should().Be("""
            LiftDownPool2d(
              bands=LL
              (scheme): LiftingScheme(
                approximation_gain=1.4142135623730951, detail_gain=0.7071067811865475
                (predict): Predict(Filter(kernel_size=1))
                (update): Update(Filter(kernel_size=1))
              )
            )
            """);
        Of(learned).Should().Be("""
            LiftDownPool1d(
              channels=4
              (scheme): LiftingScheme(
                (steps.0): Update(Filter(kernel_size=3, learnable=True, padding_mode=Zeros), rounding=Nearest)
                (steps.1): Predict(Rectified(4, kernel_size=1))
                (steps.2): Update(Learned(4, kernel_size=5, proj_groups=2))
              )
            )
            """);
        foreach (var (place, step) in new[] { ("steps.0", 0), ("steps.2", 2) })
        {
            learned.Scheme.named_modules().Single(named => named.name == place).module.Should().BeSameAs(learned.Scheme.steps[step].Operator);
        }
    }

    [Fact]
    public void Operators_of_ones_own_go_by_their_names_or_their_words()
    {
        using var scheme = new LiftingScheme(Conv1d(4, 4, 1), new Spoken());
        using var up = new LiftUpPool2d(scheme);

        Of(up).Should().Be("""
            LiftUpPool2d(
              (scheme): LiftingScheme(
                (predict): Predict(Conv1d)
                (update): Update(words of its own)
              )
            )
            """);
    }

    [Fact]
    public void A_pyramid_lists_its_pools()
    {
        using var one = new LiftPyramid(new LiftDownPool2d(16, ceil_mode: true), 4);
        using var two = new LiftPyramid(new LiftDownPool1d(16), new LiftDownPool1d(16, kernel_size: 3));

        Of(one).Should().Be("""
            LiftPyramid(
              count=4
              (levels.0): LiftDownPool2d(16, kernel_size=5, ceil_mode=True)
            )
            """);
        Of(two).Should().Be("""
            LiftPyramid(
              (levels.0): LiftDownPool1d(16, kernel_size=5)
              (levels.1): LiftDownPool1d(16, kernel_size=3)
            )
            """);
    }

    [Fact]
    public void The_words_stay_when_the_weights_move_and_when_they_are_gone()
    {
        var pool = new LiftDownPool2d(LiftingScheme.MaxLifting(learnable: true, channels: 4));
        using var up = new LiftUpPool2d(pool);
        var (before, beside) = (Of(pool), Of(up));

        pool.to(ScalarType.Float64);
        Of(pool).Should().Be(before).And.Contain("Rectified(4, kernel_size=1, learnable=True)");
        pool.Dispose();
        Of(pool).Should().Be(before);
        Of(up).Should().Be(beside);
    }

    [Fact]
    public void Modules_of_TorchSharps_go_by_their_types_when_they_are_gone_too()
    {
        var pool = new LiftDownPool1d(new LiftingScheme(Sequential(Conv1d(4, 4, 1), Tanh()), Conv1d(4, 4, 1)));
        var before = Of(pool);

        pool.Dispose();
        Of(pool).Should().Be(before).And.Contain("Predict(Sequential)").And.Contain("Update(Conv1d)");
    }

    /// <summary>A module's words where a number has a comma and another minus.</summary>
    private static string Of(Module module)
    {
        var before = CultureInfo.CurrentCulture;
        var strange = (CultureInfo)CultureInfo.GetCultureInfo("de-DE").Clone();
        strange.NumberFormat.NegativeSign = "minus";
        try
        {
            CultureInfo.CurrentCulture = strange;
            return module.ToString()!;
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private sealed class Spoken() : Module<Tensor, Tensor>(nameof(Spoken))
    {
        public override Tensor forward(Tensor input) => input.alias();

        public override string ToString() => "words of its own";
    }
}
