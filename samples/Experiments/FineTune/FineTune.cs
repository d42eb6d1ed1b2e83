using LiftPool;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Accuracies on the test images, of one seed.</summary>
/// <param name="Swapped">Right after the surgery.</param>
/// <param name="MaxOn">After one more epoch of the original.</param>
/// <param name="LiftOn">After one epoch with the lifts.</param>
/// <param name="WideOn">After one with lifts of five taps.</param>
/// <param name="Changed">How many predictions the swap changed.</param>
/// <param name="Images">Of how many.</param>
internal sealed record FineTuneResult(
    int Seed, double Trained, double Swapped, double MaxOn, double LiftOn, double WideOn, long Changed, long Images, string Report);

/// <summary>
/// Trains a classifier with MaxPool2d; then, from the same weights and with the same batches, one epoch more as it is, and one after
/// surgery.
/// </summary>
internal static class FineTune
{
    private const int BatchSize = 100;
    private const double FirstRate = 3e-3;

    // What a network is tuned with that has learned already.
    private const double TuningRate = FirstRate / 10;

    private static readonly LiftSurgeryOptions FiveTaps = new()
    {
        Start = site => site.NewPool(LiftingScheme.MaxLifting(learnable: true, site.Channels, kernel_size: 5, dtype: site.Dtype)),
    };

    public static FineTuneResult Run(string folder, Size size, int seed, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var data = ImageData.Load(new(folder, folder, "", size.Train, size.Validation, size.Test, size.Epochs), seed);
        random.manual_seed(seed);
        using var network = new Vgg(data, PoolChoices.Named(PoolChoices.Max), depth: 1);
        TrainOn(network, data, size.Epochs, FirstRate, seed, cancel);
        var trained = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        var (before, accuracy) = (network.Classify(data.Test.Images), network.Accuracy(data.Test));

        // Copies of the trained network: one stays as it is, in two the pools are exchanged.
        using var max = Copy();
        using var lift = Copy();
        using var wide = Copy();
        var example = data.Test.Images.narrow(0, 0, 1);
        var report = LiftSurgery.ReplaceMaxPools(lift, example);
        LiftSurgery.ReplaceMaxPools(wide, example, FiveTaps);

        var after = lift.Classify(data.Test.Images);
        var swapped = lift.Accuracy(data.Test);
        foreach (var one in (Vgg[])[max, lift, wide])
        {
            TrainOn(one, data, epochs: 1, TuningRate, seed, cancel);
        }

        return new(
            seed, accuracy, swapped, max.Accuracy(data.Test), lift.Accuracy(data.Test), wide.Accuracy(data.Test),
            before.ne(after).sum().item<long>(), before.numel(), report.ToString());

        Vgg Copy()
        {
            var copy = new Vgg(data, PoolChoices.Named(PoolChoices.Max), depth: 1);
            copy.load_state_dict(trained);
            return copy;
        }
    }

    // Made after the surgery, the optimizer knows the lifts' weights.
    private static void TrainOn(Vgg network, Splits data, int epochs, double rate, int seed, CancellationToken cancel)
    {
        random.manual_seed(seed);
        using var optimizer = optim.Adam(network.parameters(), lr: rate);
        var batches = (data.Train.Count + BatchSize - 1) / BatchSize;
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches);
        network.train();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            using var order = randperm(data.Train.Count);
            for (var start = 0; start < data.Train.Count; start += BatchSize)
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var batch = data.Train.Take(order.narrow(0, start, Math.Min(BatchSize, data.Train.Count - start)));
                var loss = nn.functional.cross_entropy(network.call(batch.Images), batch.Labels);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                schedule.step();
            }
        }
    }
}
