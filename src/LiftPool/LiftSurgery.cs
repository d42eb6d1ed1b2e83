using System.Diagnostics;
using LiftPool.Surgery;

namespace LiftPool;

/// <summary>
/// Puts lifts where a model has max pools, and leaves all else: weights, state-dict keys, modes, device, dtype, hooks.
/// <code>
/// var report = LiftSurgery.ReplaceMaxPools(model, example);
/// Console.WriteLine(report);
/// </code>
/// </summary>
/// <remarks>
/// <para>By default each lift begins as the pool's equal: outputs are what they were, to rounding, until the model is trained. So are
/// gradients, but where values tie: of equal values MaxPool's gradient goes to the first; a lift's to the last of two, and of three to the
/// middle one if it is among them, else to the last. After a ReLU those are the zeros. What has an equal: windows of 2 with stride 2, floor
/// or ceil mode; windows of 3 with stride 2 without padding, floor or ceil mode, and with padding 1 in floor mode; each in one to three
/// dimensions, on all axes or on some.</para>
/// <para>The example goes through the model once or, where that fails, a few times: in evaluation mode, without gradients, with the
/// hooks that the model has. Modes, persistent buffers, gradients and the state of the CPU's default random generator are afterwards as
/// they were. The lifts come to the device and the type of what the example brought to their pools, and to the mode of the pools, whose
/// hooks they take over. Their weights stand in the state dict under the pools' names. Optimizers that exist do not know them: make the
/// optimizer afterwards.</para>
/// <para>References to a pool are replaced wherever the model holds them: fields, private and read-only ones too, Sequential, ModuleList,
/// ModuleDict, lists, dictionaries, lambdas. TorchSharp's pool types are sealed: where a field is declared as one, the report says which
/// line to edit. So it does for calls of <c>functional.max_pool2d</c>, which are no modules. The pools that are replaced are not
/// disposed.</para>
/// </remarks>
public static class LiftSurgery
{
    /// <summary>Replaces the pools of a model that takes one tensor.</summary>
    /// <param name="model">The model, which is changed.</param>
    /// <param name="example">An input of the model, on its device, from which each pool's channels are learned. It is not changed.</param>
    /// <param name="options">What to replace, and with what.</param>
    /// <returns>What was found and done.</returns>
    /// <exception cref="ArgumentException">The example does not go through the model.</exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="LiftSurgeryOptions.Strict"/>, and a pool cannot be replaced; the message has the table. Or a place takes no lift after
    /// all, though it took another module. Nothing was changed.
    /// </exception>
    /// <exception cref="AggregateException">
    /// A place did not take its pool back after the example; the inner exceptions say which.
    /// </exception>
    public static LiftSurgeryReport ReplaceMaxPools(Module<Tensor, Tensor> model, Tensor example, LiftSurgeryOptions? options = null)
    {
        // The other form checks the model.
        ArgumentNullException.ThrowIfNull(example);
        return ReplaceMaxPools(model, () => model.call(example), options);
    }

    /// <summary>Replaces the pools of any model.</summary>
    /// <param name="model">The model, which is changed.</param>
    /// <param name="example">
    /// A forward of the model: <c>() => model.call(image, mask)</c>. It may run several times. Tensors that it makes are freed.
    /// </param>
    /// <param name="options">What to replace, and with what.</param>
    /// <returns>What was found and done.</returns>
    /// <exception cref="ArgumentException">The example throws.</exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="LiftSurgeryOptions.Strict"/>, and a pool cannot be replaced; the message has the table. Or a place takes no lift after
    /// all, though it took another module. Nothing was changed.
    /// </exception>
    /// <exception cref="AggregateException">
    /// A place did not take its pool back after the example; the inner exceptions say which.
    /// </exception>
    public static LiftSurgeryReport ReplaceMaxPools(Module model, Action example, LiftSurgeryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(example);
        var report = new Operation(model, example, options ?? new()).Run();
        if (report.Warning is { } warning)
        {
            Trace.TraceWarning(warning);
        }

        return report;
    }
}
