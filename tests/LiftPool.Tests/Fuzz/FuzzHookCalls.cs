namespace LiftPool.Tests;

/// <summary>
/// Hooks: on an operator of a pool or of an up-pool beside the formulas with the same change, gradients too; on the pools themselves beside
/// calls without.
/// </summary>
internal static class FuzzHookCalls
{
    internal static void Run(FuzzSubject subject)
    {
        using (var hook = new FuzzHook(subject.Case, subject.Scheme))
        {
            if (subject.Case.Choice % 4 == 0)
            {
                FuzzUpCalls.OfAnyBands(subject);
            }
            else
            {
                FuzzDownCalls.Run(subject);
            }

            OnceAnAxis(subject, hook);
        }

        OfThePool(subject);
        OfAnUpPool(subject);
    }

    private static void OnceAnAxis(FuzzSubject subject, FuzzHook hook)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var input = subject.Input(subject.Case.Shape);
        var wanted = FuzzHook.Of(subject.Case, subject.Scheme).Step < 0 ? 0 : subject.Case.Pool.LiftedDims.Length;
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var before = hook.Calls;
            subject.Pool.forward_with_bands(input.View);
            if (hook.Wrong is not null || hook.Calls - before != wanted)
            {
                throw new FuzzFailure($"the hook ran {hook.Calls - before} times, not {wanted}, and saw {hook.Wrong ?? "what it should"}");
            }
        }));
    }

    private static void OfThePool(FuzzSubject subject)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var pool = subject.Pool;
        var input = subject.Input(subject.Case.Shape);
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var (output, bands) = pool.forward_with_bands(input.View.neg());
            var plain = pool.forward(input.View.neg());
            var before = pool.register_forward_pre_hook((_, x) => x.neg());
            var after = pool.register_forward_hook((_, _, y) => y.mul(2));
            var (hookedOutput, hookedBands) = pool.call_with_bands(input.View);
            var hooked = pool.call(input.View);
            before.remove();
            after.remove();
            Same("the output", hooked, plain.mul(2));
            Same("the output with bands", hookedOutput, output.mul(2));
            foreach (var (name, band) in bands)
            {
                Same(name, hookedBands[name], band);
            }

            Same("the output after the hooks", pool.call(input.View.neg()), plain);
            input.IsUnchanged();
        }));
    }

    private static void OfAnUpPool(FuzzSubject subject)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var input = subject.Input(subject.Case.Shape);
        using var up = subject.NewUp();
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var (_, bands) = subject.Pool.forward_with_bands(input.View);
            var (features, others) = (bands.Values.First(), bands.Map(band => band.neg()));
            var plain = up.forward(features, others);
            var before = up.register_forward_pre_hook((_, given, _) => (given, others));
            var after = up.register_forward_hook((_, _, _, y) => y.mul(2));
            var hooked = up.call(bands);
            before.remove();
            after.remove();
            Same("the inverse", hooked, plain.mul(2));
        }));
    }

    private static void Same(string name, Tensor found, Tensor wanted)
    {
        if (!found.IsExactly(wanted))
        {
            throw new FuzzFailure($"{name} with hooks on the layer is another than of the layer without");
        }
    }
}
