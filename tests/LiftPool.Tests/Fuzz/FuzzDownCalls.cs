using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>A pool's output, bands and penalties, and their gradients, on every path beside the formulas.</summary>
internal static class FuzzDownCalls
{
    internal static void Run(FuzzSubject subject) => Run(subject, subject.Pool);

    /// <summary>Calls a pool that has the settings of the case.</summary>
    internal static void Run(FuzzSubject subject, LiftDownPool pool)
    {
        using var scope = NewDisposeScope();
        var one = subject.Case;
        var input = subject.Input(one.Shape);
        var hasGradients = one.Signal.Content != FuzzContent.Special && one.Choice % 8 != 0;
        if (one.Choice % 8 == 1 && subject.Scheme.parameters().FirstOrDefault() is { } frozen)
        {
            frozen.requires_grad = false;
        }

        var isByFormula = subject.HasReference && one.Signal.Content != FuzzContent.Special;
        var answer = isByFormula ? Right(subject, pool, input.View, hasGradients) : null;
        Dictionary<string, Tensor>? composed = null;
        if (!isByFormula)
        {
            using var forced = ComputePath.Force("tensor");
            composed = Found(one, pool, input.View, gradients: false);
        }

        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var found = Found(one, pool, input.View, hasGradients);
            if (answer is not null)
            {
                answer.Check(found);
            }
            else
            {
                // A mean of bands is a sum that is divided, or multiplied.
                FuzzSpecialValues.Check(found, composed!, name => one.Scheme.Lossless && name is not ("output" or "c_u" or "c_p"));
            }

            FuzzValues.ShareNothing(found);
            input.IsUnchanged();
        }));
    }

    /// <summary>All that the call gives, and the gradients of a loss of all of it, by name.</summary>
    private static Dictionary<string, Tensor> Found(FuzzCase one, LiftDownPool pool, Tensor input, bool gradients)
    {
        pool.zero_grad();
        pool.Scheme.zero_grad();
        using var grad = set_grad_enabled(gradients);
        var x = input.detach().requires_grad_(gradients);
        var hasRegularizer = one.Call != FuzzCall.Penalties && one.Pool.Norm is not null;
        using var penalty = hasRegularizer
            ? new LiftRegularizer(FuzzAnswer.UpdateWeight, FuzzAnswer.PredictWeight, one.Pool.Norm!.Value)
            : null;
        var values = new Dictionary<string, Tensor>();
        switch (one.Call)
        {
            case FuzzCall.ForwardWithBands:
                var (y, bands) = FuzzValues.Alone(
                    () => one.Choice % 3 == 0 ? pool.call_with_bands(x) : pool.forward_with_bands(x),
                    both => [both.output, .. FuzzValues.In(both.bands)]);
                values["output"] = y;
                FuzzValues.Add(values, bands);
                break;
            case FuzzCall.Penalties:
                (values["c_u"], values["c_p"]) = FuzzValues.Alone(
                    () => pool.penalties(x, one.Pool.Norm ?? PenaltyNorm.MeanSquare),
                    both => [both.c_u, both.c_p]);
                break;
            default:
                values["output"] = FuzzValues.Alone(() => one.Choice % 3 == 0 ? pool.call(x) : pool.forward(x), output => [output]);
                break;
        }

        if (penalty is not null)
        {
            (values["c_u"], values["c_p"]) = (penalty.c_u.clone(), penalty.c_p.clone());
        }

        if (!gradients)
        {
            return values;
        }

        var weighed = values.Where(value => one.IsInLoss(value.Key) && (penalty is null || value.Key is not ("c_u" or "c_p")));
        var loss = weighed.Select(value => FuzzValues.Weighed(value.Key, value.Value)).Aggregate((sum, term) => sum.add(term));
        loss = penalty is null ? loss : loss.add(penalty.loss());
        FuzzValues.Backward(loss, values, [("the input", x), .. FuzzValues.WeightsOf(pool)]);
        return values;
    }

    private static FuzzAnswer Right(FuzzSubject subject, LiftDownPool pool, Tensor input, bool gradients)
    {
        var one = subject.Case;
        using var grad = set_grad_enabled(gradients);
        var (reference, steps, gain) = subject.NewReference(pool);
        var x = input.detach().to(ScalarType.Float64).clone().requires_grad_(gradients);
        var all = reference.Down(x, gain, one.Pool.Norm ?? PenaltyNorm.MeanSquare);
        var values = all.Where(value => value.Key switch
        {
            "output" => one.Call != FuzzCall.Penalties,
            "c_u" or "c_p" => one.Call == FuzzCall.Penalties || one.Pool.Norm is not null,
            _ => one.Call == FuzzCall.ForwardWithBands,
        }).ToDictionary();
        var answer = new FuzzAnswer(subject, steps, values) { Samples = x.numel() };
        if (gradients)
        {
            var weights = steps.Weights.Select(weight => ($"scheme.{weight.Key}", (Tensor?)weight.Value));
            answer.Differentiate(values, ("the input", x), weights.Append(("gain", gain)));
        }

        return answer;
    }
}
