using System.Globalization;

namespace LiftPool.Tests;

/// <summary>What a layer is as a module: hooks, refusals, saving and loading, moves, modes, words.</summary>
internal static class StateChecks
{
    private static readonly ScalarType[] Types = [ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16];

    /// <summary>A hook before the call changes what is computed, one after it the result; <c>forward</c> skips both.</summary>
    internal static void Hooks(TableRow row, ScalarType dtype)
    {
        using var noGrad = no_grad();
        using var layer = row.New(dtype);
        var (inputs, others) = (row.Inputs(dtype), row.Inputs(dtype));
        var wanted = layer.Forward(others);
        int before = 0, after = 0;
        Tensor[] found = layer.Layer switch
        {
            LiftDownPool pool => OfDown(pool),
            LiftUpPool up => OfUp(up),
            LiftPyramid pyramid => OfPyramid(pyramid),
            _ => throw new NotSupportedException($"{row} is not called."),
        };

        (before, after).Should().Be((1, 1), "hooks run once");
        TableRow.ShouldBeSame(found, Array.ConvertAll(wanted, value => value.neg()), "hooks change input and output");
        TableRow.ShouldBeSame(layer.Forward(others)[..wanted.Length], wanted, "forward skips hooks");
        (before, after).Should().Be((1, 1), "forward skips hooks");

        Tensor[] OfDown(LiftDownPool pool)
        {
            pool.register_forward_pre_hook((_, _) => Counted(ref before, others[0]));
            pool.register_forward_hook((_, _, output) => Counted(ref after, output.neg()));
            return [pool.call(inputs[0])];
        }

        Tensor[] OfUp(LiftUpPool up)
        {
            up.register_forward_pre_hook((_, _, _) => Counted(ref before, (others[0], new LiftBands(others))));
            up.register_forward_hook((_, _, _, output) => Counted(ref after, output.neg()));
            return [up.call(new LiftBands(inputs))];
        }

        Tensor[] OfPyramid(LiftPyramid pyramid)
        {
            pyramid.register_forward_pre_hook((_, _) => Counted(ref before, others[0]));
            pyramid.register_forward_hook((_, _, bands) => Counted(ref after, bands.Map(band => band.neg())));

            // The way back is no part of the call.
            wanted = wanted[..^1];
            return [.. pyramid.call(inputs[0]).Levels.SelectMany(level => level.Values)];
        }

        static T Counted<T>(ref int calls, T result)
        {
            calls++;
            return result;
        }
    }

    /// <summary>Another rank, other channels, whole numbers and another dtype than the weights' are refused.</summary>
    internal static void Refusals(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        var inputs = row.Inputs(dtype);
        Refused("rank", input => input.flatten());
        Refused("integers", input => input.to(ScalarType.Int64));
        if (layer.Owner.state_dict().Count > 0)
        {
            Refused("dtype", input => input.to(Types.First(other => other != dtype)));
        }

        if (layer.Owner.parameters().Any())
        {
            Refused("channels", input => input.narrow(1, 0, TableRow.Channels - 2));
        }

        void Refused(string what, Func<Tensor, Tensor> change)
        {
            var bad = Array.ConvertAll(inputs, input => change(input));
            layer.Invoking(one => one.Forward(bad)).Should().Throw<ArgumentException>(what).WithMessage("Lift*: expected *, got *", what);
        }
    }

    /// <summary>A file that it wrote, loaded strictly into a layer that began otherwise, makes it the same.</summary>
    internal static void File(TableRow row, ScalarType dtype) => Loaded(row, dtype, (saved, loaded) =>
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            saved.save(file);
            loaded.load(file, strict: true);
        }
        finally
        {
            System.IO.File.Delete(file);
        }
    });

    /// <summary>Its state_dict, loaded strictly into a layer that began otherwise, makes it the same.</summary>
    internal static void StateDict(TableRow row, ScalarType dtype)
        => Loaded(row, dtype, (saved, loaded) => loaded.load_state_dict(saved.state_dict(), strict: true));

    /// <summary>Moved to each dtype, its weights and outputs are of it, and those that the dtype's own layer gives with them.</summary>
    internal static void To(TableRow row, ScalarType dtype)
    {
        foreach (var other in Types)
        {
            using var layer = row.New(dtype);
            using var wanted = row.New(other, seed: 2);
            var inputs = row.Inputs(other);
            var before = layer.Owner.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());

            layer.Owner.to(other);

            var after = layer.Owner.state_dict();
            after.Keys.Should().Equal(before.Keys);
            after.Should().OnlyContain(entry => entry.Value.IsExactly(before[entry.Key].to(other)), "the weights are {0}", other);
            layer.Weights.Should().NotContain(weight => !weight.requires_grad || !weight.is_leaf);
            wanted.Owner.load_state_dict(after);
            TableRow.ShouldBeSame(layer.Forward(inputs), wanted.Forward(inputs), $"a layer of {other}");
            ValueChecks.Gradients(layer.Forward(inputs), layer.Weights).Should().NotContain(gradient => gradient.dtype != other);
        }
    }

    /// <summary>The constructor's dtype and device are those of every weight, and what it does not say is the default.</summary>
    internal static void Factory(TableRow row, ScalarType dtype)
    {
        var before = get_default_dtype();
        try
        {
            set_default_dtype(dtype == ScalarType.Float64 ? ScalarType.Float32 : ScalarType.Float64);
            using var told = row.Make(TableRow.Channels, dtype, null);
            using var elsewhere = row.Make(TableRow.Channels, dtype, META);
            set_default_dtype(dtype);
            using var untold = row.Make(TableRow.Channels, null, null);
            var wanted = told.Owner.state_dict();
            foreach (var (layer, device) in new[] { (told, DeviceType.CPU), (untold, DeviceType.CPU), (elsewhere, DeviceType.META) })
            {
                var state = layer.Owner.state_dict();
                state.Keys.Should().Equal(wanted.Keys);
                state.Should().NotContain(
                    entry => entry.Value.dtype != dtype || entry.Value.device_type != device, "{0} on {1}", dtype, device);
                state.Should().NotContain(entry => !entry.Value.shape.SequenceEqual(wanted[entry.Key].shape));
            }
        }
        finally
        {
            set_default_dtype(before);
        }
    }

    /// <summary>The mode reaches every module of it and changes no value.</summary>
    internal static void TrainAndEval(TableRow row, ScalarType dtype)
    {
        using var noGrad = no_grad();
        using var layer = row.New(dtype);
        var inputs = row.Inputs(dtype);
        var trained = layer.Forward(inputs);
        foreach (var training in new[] { false, true })
        {
            layer.Layer.train(training);
            layer.Layer.training.Should().Be(training);
            layer.Layer.modules().Should().NotContain(module => module.training != training);
            TableRow.ShouldBeSame(layer.Forward(inputs), trained, $"training {training}");
        }
    }

    /// <summary>One text whatever the dtype and the culture, which begins with the layer's type, also when the weights are gone.</summary>
    internal static void Text(TableRow row, ScalarType dtype)
    {
        using var layer = row.New(dtype);
        using var other = row.New(ScalarType.Float32);
        var (text, before) = ($"{layer.Layer}", CultureInfo.CurrentCulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            $"{other.Layer}".Should().Be(text).And.StartWith($"{layer.Layer.GetType().Name}(").And.EndWith(")");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        layer.Dispose();
        $"{layer.Layer}".Should().Be(text);
    }

    private static void Loaded(TableRow row, ScalarType dtype, Action<Module, Module> load)
    {
        using var noGrad = no_grad();
        using var saved = row.New(dtype);
        using var loaded = row.New(dtype, seed: 2);
        var inputs = row.Inputs(dtype);
        var (wanted, fresh) = (saved.Forward(inputs), loaded.Forward(inputs));
        fresh[0].IsExactly(wanted[0]).Should().Be(saved.Weights.Length == 0, "random weights differ");

        load(saved.Owner, loaded.Owner);
        if (saved.Layer != saved.Owner)
        {
            // Nothing of its own is saved or loaded.
            saved.Layer.state_dict().Should().BeEmpty();
            load(saved.Layer, loaded.Layer);
        }

        TableRow.ShouldBeSame(loaded.Forward(inputs), wanted, "loaded");
        loaded.Weights.Should().NotContain(weight => !weight.requires_grad || !weight.is_leaf);
    }
}
