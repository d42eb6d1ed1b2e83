using LiftPool.Lifting;

namespace LiftPool;

/// <summary>What a scheme's operators can take of tensors, said before anything is computed.</summary>
internal sealed class SchemeChecks(LiftingSteps steps)
{
    /// <summary>Throws unless both have one dtype and device, which the weights, if there are none, do not see to.</summary>
    internal static void Alike(string layer, Tensor approximation, Tensor other, string parameter)
    {
        if (approximation.dtype != other.dtype || !Devices.AreOne(approximation, other))
        {
            var wanted = $"{approximation.dtype} on {approximation.device} as the approximation is";
            throw Errors.Wrong(layer, wanted, $"{other.dtype} on {other.device}", parameter);
        }
    }

    /// <summary>Throws unless these operators can take such a tensor: channels, dtype, device.</summary>
    internal void Tensor(string layer, Tensor x, long channelAxis, long? channels, string parameter)
    {
        var found = x.size((int)channelAxis);
        if (found != (channels ?? found) || found == 0)
        {
            var wanted = channels is { } given ? $"{given} channels" : "at least one channel";
            throw Errors.Wrong(layer, wanted, $"{found} in {Errors.Shape(x)}", parameter);
        }

        if (x.dtype is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
        {
            throw Errors.Wrong(layer, "a real floating-point tensor", $"{x.dtype}", parameter);
        }

        RefuseUnlessExact(layer, x.dtype, parameter);
        if (WeightUnlike(x) is { } unlike)
        {
            var first = FirstWeight!;
            foreach (var weight in Weights)
            {
                if (weight.dtype != first.dtype || !Devices.AreOne(weight, first))
                {
                    var wanted = $"operators of one dtype on one device, {first.dtype} on {first.device} as the first is";
                    throw Errors.Wrong(layer, wanted, $"{weight.dtype} on {weight.device}", parameter);
                }
            }

            throw x.dtype != unlike.dtype
                ? Errors.Wrong(layer, $"{unlike.dtype} as its weights are", $"{x.dtype}", parameter)
                : Errors.Wrong(layer, $"a tensor on {unlike.device} as its weights are", $"one on {x.device}", parameter);
        }
    }

    // A loop: for a small signal such checks are most of a call.
    private Tensor? WeightUnlike(Tensor x)
    {
        var (dtype, device, index) = (x.dtype, x.device_type, x.device_index);
        foreach (var step in steps.Steps)
        {
            foreach (var weight in step.Operator is IAxisOperator own ? own.Weights : [step.Operator.parameters().FirstOrDefault()])
            {
                if (weight is not null && (weight.dtype != dtype || weight.device_type != device || weight.device_index != index))
                {
                    return weight;
                }
            }
        }

        return null;
    }

    /// <summary>Throws unless every operator can pad a half-signal of this length.</summary>
    internal void HalfLength(string layer, long length, Tensor x, string parameter)
    {
        foreach (var op in steps.Operators)
        {
            if (op is IAxisOperator own && own.Refuses(length) is { } wanted)
            {
                throw Errors.Wrong(layer, wanted, $"{length} for {Errors.Shape(x)}", parameter);
            }
        }
    }

    /// <summary>Any weight, for the type and device of all; null if the operators have none.</summary>
    internal Tensor? FirstWeight => Weights.FirstOrDefault();

    // Of an operator of somebody's own the first speaks for all: it may work in another type inside.
    private IEnumerable<Tensor> Weights
        => steps.Operators.SelectMany(op => op is IAxisOperator own ? own.Weights.OfType<Tensor>() : op.parameters().Take(1));

    /// <summary>Throws if the steps round to integers and the type ends at 256, below the bands of any picture.</summary>
    internal void RefuseUnlessExact(string layer, ScalarType? dtype, string parameter)
    {
        if (steps.Rounds && dtype == ScalarType.BFloat16)
        {
            throw Errors.Wrong(layer, "Float64, Float32 or Float16, which hold the integers of a lossless scheme", $"{dtype}", parameter);
        }
    }
}
