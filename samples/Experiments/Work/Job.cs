namespace Experiments;

/// <summary>One training or evaluation: which experiment, which of its variants, with which seed.</summary>
/// <param name="Experiment">The name of an <see cref="IExperiment"/>.</param>
/// <param name="Variant">One of its variants.</param>
/// <param name="Seed">Of everything that is random. Runs of two variants with one seed differ in the variant alone.</param>
/// <param name="Settings">The same for all runs of a table.</param>
internal sealed record Job(string Experiment, string Variant, int Seed, Settings Settings);

/// <summary>How large an experiment is.</summary>
/// <param name="Data">Folder of the data.</param>
/// <param name="DataName">What the data is called in tables.</param>
/// <param name="Output">Folder of the results.</param>
/// <param name="Train">Number of examples to train on.</param>
/// <param name="Validation">Number of examples that decide between settings.</param>
/// <param name="Test">Number of examples that nothing is decided by.</param>
/// <param name="Epochs">How often each training example is seen.</param>
internal sealed record Settings(string Data, string DataName, string Output, int Train, int Validation, int Test, int Epochs)
{
    /// <summary>Convolutions in a stage of the classifier, 1 in the small one.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>What tells runs apart that must not stand in one table.</summary>
    public string Key => FormattableString.Invariant($"{DataName} {Train}/{Validation}/{Test} x {Epochs}{(Depth == 1 ? "" : $", depth {Depth}")}");
}

/// <summary>An experiment: how one of its variants is trained and measured.</summary>
internal interface IExperiment
{
    string Name { get; }

    /// <summary>Trains and measures one variant.</summary>
    /// <param name="log">Is told how far it is, and a point of the training curve after each epoch.</param>
    /// <returns>What was measured, by name.</returns>
    IReadOnlyDictionary<string, double> Run(Job job, IRunLog log);
}

/// <summary>Where a run says how far it is.</summary>
internal interface IRunLog
{
    /// <summary>Of the whole run, from 0 to 1.</summary>
    void Progress(double done);

    /// <summary>A point of the training curve.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="loss">Mean training loss of the epoch, without penalties.</param>
    /// <param name="score">The experiment's score on validation examples.</param>
    void Epoch(int epoch, double loss, double score);
}
