using LiftPool.Calls;
using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>One forward and backward of a subject, with room for a fault between them, and what came of it in a few words.</summary>
internal sealed class FaultTrial
{
    private readonly FaultSubject subject;

    private FaultTrial(FaultSubject subject, Module<Tensor, Tensor>? own)
    {
        this.subject = subject;
        manual_seed(1);
        Module = subject.Make(own);
        Leaf = FaultSubject.NewLeaf();
    }

    internal Module Module { get; }

    internal Tensor Leaf { get; }

    internal Tensor[] Read { get; private set; } = [];

    internal Tensor Output { get; set; } = null!;

    /// <summary>Whether the parameters' gradients are those of the leaf's backward too.</summary>
    internal bool HasParameters { get; set; } = true;

    internal Parameter[] Parameters => [.. Module.parameters()];

    private Tensor[] Gradients => HasParameters ? [Leaf.grad!, .. Parameters.Select(weight => weight.grad!)] : [Leaf.grad!];

    internal void Forward()
    {
        using var forced = ComputePath.Force(subject.Path);
        Read = subject.Read(Leaf);
        Output = subject.Forward(Module, Read);
    }

    /// <summary>From a gradient of the output that is given: no other operation's complaint can be taken for the layer's.</summary>
    internal void Backward(bool retainGraph = false)
    {
        using var given = arange(Output.numel(), ScalarType.Float64).sin().view(Output.shape);
        Output.backward([given], retain_graph: retainGraph);
    }

    /// <summary>
    /// What comes of what is done: the exception, or whether the gradients are those of an undisturbed run, so many times. After an
    /// exception the module must serve again.
    /// </summary>
    internal static string Outcome(FaultSubject subject, Func<FaultTrial, double> act, Module<Tensor, Tensor>? own = null)
    {
        using var scope = NewDisposeScope();
        var undisturbed = new FaultTrial(subject, own: null);
        undisturbed.Forward();
        undisturbed.Backward();
        var trial = new FaultTrial(subject, own);
        var state = trial.Module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        double times;
        try
        {
            times = act(trial);
        }
        catch (Exception error)
        {
            var words = FaultWords.Of(error);
            if (own is not null || !trial.HasParameters)
            {
                return words;
            }

            trial.Module.load_state_dict(state);
            trial.Module.zero_grad();
            trial.Leaf.grad = null;
            trial.Forward();
            trial.Backward();
            return Are(trial, 1) ? words : $"{words}, and the next step is WRONG";
        }

        return own is not null ? "goes on" : Are(trial, times) ? "right" : "WRONG";

        bool Are(FaultTrial other, double times)
            => other.Gradients.Zip(undisturbed.Gradients, (found, wanted) => found.RelativeNormTo(wanted.mul(times)))
                .All(error => error < 1e-12);
    }
}
