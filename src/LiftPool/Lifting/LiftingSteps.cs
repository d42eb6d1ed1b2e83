namespace LiftPool.Lifting;

/// <summary>
/// The steps of a scheme and the two factors of its normalisation, and the mathematics of one axis: split, take the steps, scale; and
/// backwards. Written for several tensors of one shape at once ("parts": after the first axis there are two), so that a
/// user's operator sees them in one call.
/// </summary>
internal sealed class LiftingSteps(IReadOnlyList<SchemeStep> steps, double approximationGain, double detailGain)
{
    // Null for a gain of 1, which costs nothing then.
    private readonly Scalar? approximationFactor = approximationGain == 1 ? null : Scalars.Of(approximationGain);
    private readonly Scalar? detailFactor = detailGain == 1 ? null : Scalars.Of(detailGain);

    internal IEnumerable<Module<Tensor, Tensor>> Operators => steps.Select(step => step.Operator);

    internal IReadOnlyList<SchemeStep> Steps => steps;

    internal Normalisation Normalisation => new(approximationGain, detailGain);

    /// <summary>Whether a step rounds its operator's output to integers: a lossless scheme.</summary>
    internal bool Rounds { get; } = steps.Any(step => step.Rounding != StepRounding.None);

    /// <summary>Whether it is the paper's list: one predict step, one update step.</summary>
    internal bool IsPredictThenUpdate => steps is [{ Kind: StepKind.Predict }, { Kind: StepKind.Update }];

    /// <summary>The same steps with other weights, of each step; null where it keeps its own.</summary>
    internal LiftingSteps With(IReadOnlyList<Tensor?[]?> weights)
        => new([.. steps.Select((step, k) => step with { Weights = weights[k] })], approximationGain, detailGain);

    /// <summary>
    /// The same steps with the weights of LiftPool's own operators in that type, each converted once: the gradients of all its uses are
    /// summed before they are rounded.
    /// </summary>
    internal LiftingSteps ComputingIn(ScalarType dtype)
    {
        var converted = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
        Tensor?[]?[] weights = [.. steps.Select(step => step.WeightsAlongAxes)];
        foreach (var weight in weights.SelectMany(ofStep => ofStep ?? []))
        {
            if (weight is not null && weight.dtype != dtype)
            {
                converted[weight] = weight.to(dtype);
            }
        }

        Tensor? Converted(Tensor? weight) => weight is not null && converted.TryGetValue(weight, out var found) ? found : weight;
        Tensor?[]? InType(Tensor?[]? ofStep) => ofStep is null ? null : Array.ConvertAll(ofStep, Converted);
        return converted.Count == 0 ? this : With(Array.ConvertAll(weights, InType));
    }

    /// <summary>
    /// Lifts the axis <paramref name="dim"/>. Part i gives the halves 2i (approximation) and 2i + 1 (detail); halves that
    /// are not needed are null, and no step is taken for them alone. Penalties need every half. Modules of the user's get
    /// signals of type <paramref name="dtype"/>, the layer's; the parts are in the type that <see cref="NumberTypes.Carrying"/> says.
    /// </summary>
    internal Tensor?[] Lift(Tensor?[] parts, int dim, bool[] needed, ScalarType dtype, TensorPenalties? penalties)
    {
        var odd = new Tensor?[parts.Length];
        var even = new Tensor?[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] is { } part)
            {
                (odd[i], even[i]) = Halves.Split(part, dim);
            }
        }

        Tensor?[] oddSamples = [.. odd], evenSamples = [.. even];
        StepKind[] kinds = [.. steps.Select(step => step.Kind)];
        bool[][] leading = [.. Enumerable.Range(0, parts.Length).Select(i => LeadingTo(kinds, needed[2 * i], needed[(2 * i) + 1]))];
        for (var k = 0; k < steps.Count; k++)
        {
            Take(steps[k], odd, even, [.. leading.Select(ofPart => ofPart[k])], dim, dtype, inverse: false);
        }

        var halves = new Tensor?[2 * parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            penalties?.Add(even[i]!, oddSamples[i]!, odd[i]!);
            halves[2 * i] = needed[2 * i] ? Scaled(CloneIfView(even[i]!, evenSamples[i]!), approximationFactor) : null;
            halves[(2 * i) + 1] = needed[(2 * i) + 1] ? Scaled(CloneIfView(odd[i]!, oddSamples[i]!), detailFactor) : null;
        }

        return halves;
    }

    /// <summary>Undoes <see cref="Lift"/>, all halves given.</summary>
    internal Tensor[] Unlift(Tensor[] halves, int dim, ScalarType dtype)
    {
        var parts = halves.Length / 2;
        var odd = new Tensor?[parts];
        var even = new Tensor?[parts];
        for (var i = 0; i < parts; i++)
        {
            even[i] = Unscaled(halves[2 * i], approximationFactor);
            odd[i] = Unscaled(halves[(2 * i) + 1], detailFactor);
        }

        bool[] all = [.. Enumerable.Repeat(true, parts)];
        for (var k = steps.Count - 1; k >= 0; k--)
        {
            Take(steps[k], odd, even, all, dim, dtype, inverse: true);
        }

        return [.. odd.Zip(even, (o, e) => Halves.Merge(o!, e!, dim))];
    }

    /// <summary>Takes one step, or with <paramref name="inverse"/> takes it back, for the parts that need it.</summary>
    private static void Take(SchemeStep step, Tensor?[] odd, Tensor?[] even, bool[] needed, int dim, ScalarType dtype, bool inverse)
    {
        var (source, target) = step.Kind == StepKind.Predict ? (even, odd) : (odd, even);
        var parts = Enumerable.Range(0, needed.Length).Where(i => needed[i]).ToArray();
        if (parts.Length == 0)
        {
            return;
        }

        var results = Operate(step, [.. parts.Select(i => source[i]!)], dim, dtype);
        var subtract = (step.Kind == StepKind.Predict) != inverse;
        foreach (var (i, result) in parts.Zip(results))
        {
            var change = NumberTypes.In(target[i]!.dtype, step.Round(result));
            var changed = subtract ? target[i]!.sub(change) : target[i]!.add(change, Scalars.One);

            // Nothing wider carries what may grow beyond the integers of float64 before it is a band.
            target[i] = step.Rounding != StepRounding.None && dtype == NumberTypes.OfIntegers ? Integers.Checked(changed, dtype) : changed;
        }
    }

    /// <summary>The operator's output for each tensor, from one call if the operator needs signals <c>[B, C, L]</c>.</summary>
    private static Tensor[] Operate(SchemeStep step, Tensor[] inputs, int dim, ScalarType dtype)
    {
        var op = step.Operator;
        var weights = step.WeightsAlongAxes;
        var type = weights is not null || op is FilterOperator { IsRounded: true } ? NumberTypes.Computing(dtype) : dtype;
        Tensor[] sources = [.. inputs.Select(input => NumberTypes.In(type, input))];
        if (weights is not null)
        {
            return [.. sources.Select(source => ((IAxisOperator)op).Along(source, dim, weights))];
        }

        var signals = sources.Length == 1
            ? Signals.Fold(sources[0], dim)
            : cat([.. sources.Select(source => Signals.Fold(source, dim))]);
        if (sources.Length == 1 && op is not IAxisOperator)
        {
            // Folding may give a view of the half itself, and a module of the user's may work in place.
            signals = signals.clone();
        }

        // Asked before the call: an operator may dispose what it is given.
        var (shape, like) = (signals.shape, sources[0]);
        var output = op.call(signals);
        if (Unlike(output, like, shape) is { } found)
        {
            var name = $"{step.Kind.ToString().ToLowerInvariant()} operator {op.GetName()}";
            throw new InvalidOperationException($"LiftingScheme: expected the {name} to keep {found.Wanted}, got {found.Got}.");
        }

        var batch = shape[0] / inputs.Length;
        return [.. inputs.Select((input, i) => Signals.Unfold(output.narrow(0, i * batch, batch), input, dim))];
    }

    /// <summary>What an operator should have given and what it gave, if it did not keep dtype, device and shape.</summary>
    private static (string Wanted, string Got)? Unlike(Tensor? output, Tensor like, long[] shape)
    {
        if (output is null || output.IsInvalid)
        {
            return ($"{like.dtype} {Errors.Shape(shape)}", output is null ? "null" : "a disposed tensor");
        }

        var onOneDevice = Devices.AreOne(output, like);
        if (onOneDevice && output.dtype == like.dtype && output.shape.AsSpan().SequenceEqual(shape))
        {
            return null;
        }

        string Described(Tensor tensor, long[] sizes)
            => $"{tensor.dtype} {Errors.Shape(sizes)}{(onOneDevice ? "" : $" on {tensor.device}")}";
        return (Described(like, shape), Described(output, output.shape));
    }

    /// <summary>
    /// Of each step along an axis, whether a half that is asked for needs it: it changes that half, or one that a later step reads for it.
    /// </summary>
    internal static bool[] LeadingTo(IReadOnlyList<StepKind> kinds, bool approximation, bool detail)
    {
        var needed = new bool[kinds.Count];
        for (var k = kinds.Count - 1; k >= 0; k--)
        {
            needed[k] = kinds[k] == StepKind.Predict ? detail : approximation;
            approximation |= needed[k];
            detail |= needed[k];
        }

        return needed;
    }

    private static Tensor Scaled(Tensor half, Scalar? gain) => gain is null ? half : half.mul(gain);

    private static Tensor Unscaled(Tensor half, Scalar? gain) => gain is null ? half : half.div(gain);

    // A half that no step changed is still a view of the input, whose storage no result may share.
    private static Tensor CloneIfView(Tensor half, Tensor samples) => ReferenceEquals(half, samples) ? half.clone() : half;
}
