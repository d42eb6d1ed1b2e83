namespace LiftPool.Tests;

/// <summary>
/// Pools that run in a regularizer and in another inside it: whose shares there are, where their layers stand in a model, and how large
/// they are beside the formulas.
/// </summary>
internal static class FuzzRegularizerCalls
{
    private const int Calls = 4;

    private enum When
    {
        Before,
        After,
        Inside,
    }

    private sealed record Call(LiftDownPool Pool, string? Place, FuzzInput Input, When When);

    internal static void Run(FuzzSubject subject)
    {
        var one = subject.Case;
        if (one.Signal.Content == FuzzContent.Special)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var grad = no_grad();
        using var second = FuzzSharingCalls.NewOther(subject);
        using var stranger = FuzzSharingCalls.NewOther(subject);

        // Not disposed: it would dispose the subject's pool.
        var model = Sequential(("first", subject.Pool), ("block", Sequential(("activation", ReLU()), ("second", second))));
        (LiftDownPool Pool, string? Place)[] pools = [(subject.Pool, "first"), (second, "block.second"), (stranger, null)];
        Call[] calls = [.. Enumerable.Range(0, Calls).Select(i =>
        {
            var (pool, place) = pools[one.Choice / (int)Math.Pow(3, i) % 3];
            return new Call(pool, place, subject.Input(one.Shape), WhenOf(one.Choice >> (2 * i) & 3));
        }).OrderBy(call => call.When == When.After)];
        Call[] Of(params When[] when) => [.. calls.Where(call => when.Contains(call.When))];
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var norm = one.Pool.Norm ?? PenaltyNorm.MeanSquare;
            using var outer = new LiftRegularizer(FuzzAnswer.UpdateWeight, FuzzAnswer.PredictWeight, norm);
            Array.ForEach(Of(When.Before), call => Make(call, one.Choice));
            using var inner = new LiftRegularizer(FuzzAnswer.UpdateWeight, FuzzAnswer.PredictWeight, norm);
            Array.ForEach(Of(When.Inside), call => Make(call, one.Choice));
            Check(subject, inner, model, Of(When.Inside));
            inner.Dispose();
            Array.ForEach(Of(When.After), call => Make(call, one.Choice));
            Check(subject, outer, model, Of(When.Before, When.After));
        }));
    }

    private static When WhenOf(int drawn) => drawn switch { 0 => When.Before, 1 => When.After, _ => When.Inside };

    // Penalties alone are nobody's share.
    private static void Make(Call call, int choice)
    {
        using var scope = NewDisposeScope();
        call.Pool.penalties(call.Input.View);
        _ = choice % 2 == 0 ? call.Pool.call(call.Input.View) : call.Pool.forward_with_bands(call.Input.View).output;
        call.Input.IsUnchanged();
    }

    private static void Check(FuzzSubject subject, LiftRegularizer regularizer, Module model, Call[] calls)
    {
        using var scope = NewDisposeScope();
        var one = subject.Case;
        var shares = regularizer.SharesIn(model);
        if (!shares.Select(share => (share.place, share.layer)).SequenceEqual(calls.Select(call => (call.Place, call.Pool))))
        {
            var (found, wanted) = (shares.Select(share => share.place ?? "none"), calls.Select(call => call.Place ?? "none"));
            throw new FuzzFailure($"the shares are of {string.Join(", ", found)}, and should be of {string.Join(", ", wanted)}");
        }

        foreach (var (call, share) in calls.Zip(shares))
        {
            var (reference, steps, gain) = subject.NewReference(call.Pool);
            var right = reference.Down(FuzzKnown.Of(call.Input.View), gain, regularizer.Norm);
            var bounds = FuzzBounds.Of(one, steps.Largest);
            if (subject.HasReference)
            {
                bounds.Penalty($"c_u of {call.Place ?? "a stranger"}", share.c_u, right["c_u"]);
                bounds.Penalty($"c_p of {call.Place ?? "a stranger"}", share.c_p, right["c_p"]);
            }
        }

        var (update, predict) = (Sum(shares.Select(share => share.c_u)), Sum(shares.Select(share => share.c_p)));
        Same("c_u", regularizer.c_u, update);
        Same("c_p", regularizer.c_p, predict);
        Same("the loss", regularizer.loss(), (FuzzAnswer.UpdateWeight * update) + (FuzzAnswer.PredictWeight * predict));
    }

    private static double Sum(IEnumerable<Tensor> shares) => shares.Sum(share => share.to(ScalarType.Float64).item<double>());

    private static void Same(string name, Tensor found, double wanted)
    {
        var value = found.to(ScalarType.Float64).item<double>();
        if (!value.Equals(wanted) && !(Math.Abs(value - wanted) <= (found.dtype == ScalarType.Float64 ? 1e-14 : 1e-6) * wanted))
        {
            throw new FuzzFailure($"{name} of the shares is {value:g8}, and should be {wanted:g8}");
        }
    }
}
