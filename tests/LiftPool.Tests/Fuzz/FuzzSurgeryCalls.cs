using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>A small model whose pool or convolution is replaced: what it gives changes by rounding alone; or nothing is changed.</summary>
internal static class FuzzSurgeryCalls
{
    internal static void Run(FuzzSubject subject)
    {
        var one = subject.Case;
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var dtype = one.Pool.Dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        long[] shape = [Math.Max(1, one.Signal.Batch ?? 1), one.Pool.Channels, .. one.Signal.Lengths.Select(length => length + 5)];
        var x = rand(shape, dtype).mul(one.Signal.Magnitude);
        var site = FuzzSurgerySite.Of(one, dtype);
        using var model = Sequential(("activation", ReLU()), ("pool", site.Module), ("end", Identity()));
        var wanted = model.call(x);

        // The values: surgery may keep a weight, and change what is in it.
        var state = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        var isStrict = one.Choice % 2 == 0;
        LiftSurgeryOptions options = new()
        {
            Learnable = one.Scheme.Learnable,
            AveragePools = site.IsAsked && site.IsMean,
            StridedConvolutions = site.IsAsked && site.IsConvolution,
            Strict = isStrict,
        };
        LiftSurgeryReport? report = null;
        try
        {
            report = LiftSurgery.ReplaceMaxPools(model, x, options);
        }
        catch (InvalidOperationException) when (isStrict && site.Outcome == LiftSurgeryOutcome.NotPossible)
        {
        }

        var after = model.state_dict();
        if (state.Any(entry => !after.TryGetValue(entry.Key, out var value) || !value.IsExactly(entry.Value)))
        {
            throw new FuzzFailure($"{site}: other weights after surgery");
        }

        if (report is null || !site.IsAsked || site.Outcome != LiftSurgeryOutcome.Replaced)
        {
            IsAsItWas(model, x, wanted, report, site, isStrict);
            return;
        }

        if (report.Rows.Count != 1 || report.Rows[0].Outcome != LiftSurgeryOutcome.Replaced)
        {
            throw new FuzzFailure($"{site}: {report}");
        }

        var bound = site.Bound(x, dtype);
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var found = model.call(x);
            var error = found.LargestErrorTo(wanted);
            if (!(error <= bound) || found.dtype != dtype)
            {
                throw new FuzzFailure($"after surgery the output is off by {error:g3}, and {bound:g3} is allowed: {site}");
            }
        }));
    }

    private static void IsAsItWas(
        Sequential model, Tensor x, Tensor wanted, LiftSurgeryReport? report, FuzzSurgerySite site, bool isStrict)
    {
        var outcome = report?.Rows.Select(row => row.Outcome).SingleOrDefault(LiftSurgeryOutcome.NotKnown);
        LiftSurgeryOutcome? right = !site.IsAsked ? LiftSurgeryOutcome.NotKnown
            : isStrict && site.Outcome == LiftSurgeryOutcome.NotPossible ? null : site.Outcome;
        if (outcome != right || !ReferenceEquals(model[1], site.Module) || !model.call(x).IsExactly(wanted))
        {
            static string Text(LiftSurgeryOutcome? one) => one?.ToString() ?? "refused";
            throw new FuzzFailure($"{site}, strict {isStrict}: {Text(outcome)}, and should be {Text(right)}");
        }
    }
}
