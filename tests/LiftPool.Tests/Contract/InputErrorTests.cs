namespace LiftPool.Tests;

/// <summary>What a down-pool refuses as input, whichever way it is called.</summary>
public sealed class InputErrorTests
{
    private static readonly int[] Dimensions = [1, 2, 3];
    private static readonly string[] Spatial = ["L", "H, W", "D, H, W"];

    private static readonly Dictionary<string, Action<LiftDownPool, Tensor>> Entries = new()
    {
        ["forward"] = (pool, x) => pool.forward(x),
        ["call"] = (pool, x) => pool.call(x),
        ["forward_with_bands"] = (pool, x) => pool.forward_with_bands(x),
        ["call_with_bands"] = (pool, x) => pool.call_with_bands(x),
        ["penalties"] = (pool, x) => pool.penalties(x),
    };

    public static IEnumerable<object[]> Calls =>
        from axes in Dimensions
        from entry in Entries.Keys
        select new object[] { axes, entry };

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_wrong_rank(int axes, string entry)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 3);
        foreach (var shape in new long[][] { [], AnyPool.Eights(axes), AnyPool.Eights(axes, 1, 2, 3) })
        {
            Refused(pool, axes, entry, zeros(shape), $"[N, C, {Spatial[axes - 1]}] or [C, {Spatial[axes - 1]}]", Shape(shape));
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Wrong_channels(int axes, string entry)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 3);
        foreach (var (batch, channels) in new (long[], long)[] { ([2], 4), ([2], 0), ([], 1), ([0], 2) })
        {
            long[] shape = [.. batch, channels, .. AnyPool.Eights(axes)];
            Refused(pool, axes, entry, zeros(shape), "3 channels", $"{channels} in {Shape(shape)}");
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Another_dtype_than_the_weights(int axes, string entry)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 3);
        foreach (var dtype in new[] { ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16 })
        {
            Refused(pool, axes, entry, zeros(AnyPool.Eights(axes, 2, 3), dtype), "Float32 as its weights are", $"{dtype}");
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Integers_booleans_and_complex_numbers(int axes, string entry)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 3);
        foreach (var dtype in new[] { ScalarType.Byte, ScalarType.Int32, ScalarType.Int64, ScalarType.Bool, ScalarType.ComplexFloat32 })
        {
            Refused(pool, axes, entry, zeros(AnyPool.Eights(axes, 2, 3), dtype), "a real floating-point tensor", $"{dtype}");
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Another_device_than_the_weights(int axes, string entry)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 3);
        Refused(pool, axes, entry, zeros(AnyPool.Eights(axes, 2, 3), device: device("meta")), "cpu as its weights are", "meta");
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void An_axis_of_less_than_one_output_sample(int axes, string entry)
    {
        using var scope = NewDisposeScope();
        using var floor = AnyPool.Down(axes, 3);
        using var ceil = AnyPool.Down(axes, 3, ceil_mode: true);
        foreach (var dim in Enumerable.Range(2, axes))
        {
            var x = zeros(AnyPool.Eights(axes, 2, 3));
            var (one, none) = (x.narrow(dim, 0, 1), x.narrow(dim, 0, 0));
            Refused(floor, axes, entry, one, "at least 2 samples on every spatial axis", Shape(one.shape));
            Refused(floor, axes, entry, none, "at least 2 samples on every spatial axis", Shape(none.shape));
            Refused(ceil, axes, entry, none, "at least 1 sample on every spatial axis", Shape(none.shape));
        }
    }

    // Half of the axis that is lifted first or last must hold what the kernel reaches beyond the border.
    [Theory]
    [MemberData(nameof(Calls))]
    public void A_half_signal_too_short_for_its_padding(int axes, string entry)
    {
        var refused = new (PaddingModes Mode, long Kernel, bool Ceil, long Length, string Wanted, string Got)[]
        {
            (PaddingModes.Reflect, 5, false, 5, "more than 2 samples in a half-signal for kernel_size 5 with reflect padding", "2"),
            (PaddingModes.Reflect, 5, true, 4, "more than 2", "2"),
            (PaddingModes.Circular, 7, false, 5, "at least 3 samples in a half-signal for kernel_size 7 with circular padding", "2"),
            (PaddingModes.Circular, 7, true, 4, "at least 3", "2"),
        };
        foreach (var (mode, kernel, ceil, length, wanted, got) in refused)
        {
            using var scope = NewDisposeScope();
            using var pool = AnyPool.Down(axes, 3, kernel, padding_mode: mode, ceil_mode: ceil);
            foreach (var dim in Enumerable.Range(2, axes))
            {
                Refused(pool, axes, entry, zeros(AnyPool.Eights(axes, 2, 3)).narrow(dim, 0, length), wanted, got);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_half_signal_that_just_suffices_is_taken(int axes, string entry)
    {
        var taken = new (PaddingModes Mode, long Kernel, bool Ceil, long Length)[]
        {
            (PaddingModes.Reflect, 5, false, 6),
            (PaddingModes.Reflect, 5, true, 5),
            (PaddingModes.Circular, 7, false, 6),
            (PaddingModes.Circular, 7, true, 5),
            (PaddingModes.Zeros, 9, false, 2),
            (PaddingModes.Replicate, 9, true, 1),
        };
        foreach (var (mode, kernel, ceil, length) in taken)
        {
            using var scope = NewDisposeScope();
            using var pool = AnyPool.Down(axes, 3, kernel, padding_mode: mode, ceil_mode: ceil);
            var call = () => Entries[entry](pool, zeros([2, 3, .. Enumerable.Repeat(length, axes)]));
            call.Should().NotThrow("{0} with kernel {1} can pad half of {2}", mode, kernel, length);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Null(int axes, string entry)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(axes, 3);
        BadCall.Thrown<ArgumentNullException>(() => Entries[entry](pool, null!)).ParamName.Should().Be("input");
    }

    [Fact]
    public void An_unknown_norm()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3);
        var x = zeros(2, 3, 8, 8);
        BadCall.Refused(() => pool.penalties(x, (PenaltyNorm)7), "LiftDownPool2d", "MeanSquare or L2", "7", "norm");
    }

    [Fact]
    public void A_refused_input_adds_no_penalty()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3);
        var x = zeros(2, 4, 8, 8);
        using var penalty = new LiftRegularizer();
        BadCall.Refused(() => pool.forward(x), "LiftDownPool2d", "3 channels", "4", "input");
        penalty.Shares.Should().BeEmpty();
    }

    [Fact]
    public void Channels_of_a_scheme_of_ones_own_are_checked_where_they_are_known()
    {
        using var scope = NewDisposeScope();
        using var known = new LiftDownPool2d(new LiftingScheme(Identity(), Identity()), channels: 3);
        using var unknown = new LiftDownPool2d(new LiftingScheme(Identity(), Identity()));
        var (four, none) = (zeros(2, 4, 8, 8), zeros(2, 0, 8, 8));
        BadCall.Refused(() => known.forward(four), "LiftDownPool2d", "3 channels", "4 in [2, 4, 8, 8]", "input");
        BadCall.Refused(() => unknown.forward(none), "LiftDownPool2d", "at least one channel", "0 in [2, 0, 8, 8]", "input");
        unknown.forward(four).shape.Should().Equal(2, 4, 4, 4);
    }

    [Fact]
    public void A_gain_that_was_moved_without_the_operators_it_shares()
    {
        using var scope = NewDisposeScope();
        using var owner = new LiftDownPool2d(3);
        using var sharing = LiftDownPool2d.Sharing(owner, reduction: BandReduction.Learned);
        sharing.to(ScalarType.Float64);
        var x = zeros(2, 3, 8, 8);
        BadCall.Refused(() => sharing.forward(x), "LiftDownPool2d", "Float64 on cpu as its gain is", "Float32 on cpu", "input");
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Operators_that_were_moved_apart(int axes, string entry)
    {
        foreach (var op in new[] { "predict", "update" })
        {
            // The paper's, of which one or one convolution alone is moved; and two of somebody's own.
            foreach (var (inner, scheme) in new (string, Func<LiftingScheme>)[]
            {
                ("", () => new LiftingScheme(3)),
                (".conv", () => new LiftingScheme(3, bias: true)),
                (".proj", () => new LiftingScheme(3, bias: true)),
                ("", () => new LiftingScheme(Conv1d(3, 3, 1), Conv1d(3, 3, 1))),
            })
            {
                using var scope = NewDisposeScope();
                using var pool = AnyPool.Down(axes, scheme());
                using var up = AnyPool.Up(axes, pool);
                var x = zeros(AnyPool.Eights(axes, 2, 3));
                var (y, bands) = pool.forward_with_bands(x);
                pool.Scheme.named_modules().Single(module => module.name == op + inner).module.to(ScalarType.Float64);

                BothRefused("one dtype on one device", "on cpu");

                // What has left the machine too.
                pool.Scheme.to(ScalarType.Float32);
                pool.forward(x);
                pool.Scheme.named_modules().Single(module => module.name == op + inner).module.to(device("meta"));
                BothRefused("one dtype on one device", "Float32 on");

                void BothRefused(string wanted, string got)
                {
                    foreach (var input in new[] { x, x.to(ScalarType.Float64) })
                    {
                        Refused(pool, axes, entry, input, wanted, got);
                        BadCall.Refused(() => pool.Scheme.lift(input), "LiftingScheme", wanted, got, "x");
                    }

                    BadCall.Refused(() => up.forward(y, bands), $"LiftUpPool{axes}d", wanted, got, "bands");
                    BadCall.Refused(() => pool.Scheme.unlift(x, x), "LiftingScheme", wanted, got, "s");
                }
            }
        }
    }

    private static void Refused(LiftDownPool pool, int axes, string entry, Tensor input, string wanted, string got)
        => BadCall.Refused(() => Entries[entry](pool, input), $"LiftDownPool{axes}d", wanted, got, "input");

    private static string Shape(long[] shape) => $"[{string.Join(", ", shape)}]";
}
