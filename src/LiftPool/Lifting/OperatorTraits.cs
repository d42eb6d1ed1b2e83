namespace LiftPool.Lifting;

/// <summary>
/// What an operator of LiftPool's own was built with; null for what it has not. Of a scheme: what its operators have in common, null for
/// what differs and for what a module of the user's may be.
/// </summary>
internal sealed record OperatorTraits(
    long? Channels, long? KernelSize, long? Groups, long? ProjGroups, bool? Bias, PaddingModes? PaddingMode, bool? Tanh)
{
    /// <summary>A filter in words; its borders are replicate's unless it says otherwise.</summary>
    internal string TextOfFilter(string name, bool isLearnable)
        => new ModuleText(name)
            .With(Channels)
            .With("kernel_size", KernelSize)
            .With("learnable", isLearnable)
            .With("padding_mode", PaddingMode, usual: PaddingModes.Replicate)
            .ToString();

    internal static OperatorTraits CommonTo(IEnumerable<Module<Tensor, Tensor>> operators)
    {
        OperatorTraits?[] all = [.. operators.Select(op => (op as IAxisOperator)?.Traits).Distinct()];
        TValue? Common<TValue>(Func<OperatorTraits, TValue?> read)
            where TValue : struct
        {
            TValue?[] values = [.. all.Select(traits => traits is null ? null : read(traits)).Distinct()];
            return values.Length == 1 ? values[0] : null;
        }

        return new(
            // Filters that all channels share go with any number of them.
            all.Select(traits => traits?.Channels).FirstOrDefault(channels => channels is not null),
            Common(traits => traits.KernelSize),
            Common(traits => traits.Groups),
            Common(traits => traits.ProjGroups),
            Common(traits => traits.Bias),
            Common(traits => traits.PaddingMode),
            Common(traits => traits.Tanh));
    }
}
