using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Trains the encoder-decoder with one pair of pools for one task and measures how near its results come to the truth.</summary>
internal sealed class RestoreRun : IExperiment
{
    private const int BatchSize = 8;

    /// <summary>The names of all variants: "task: pair".</summary>
    public static IReadOnlyList<string> Variants { get; } =
        [.. Degradation.All.SelectMany(task => PairChoice.All.Select(pair => Variant(task, pair)))];

    public string Name => "restore";

    public static string Variant(Degradation task, PairChoice pair) => $"{task.Name}: {pair.Name}";

    public IReadOnlyDictionary<string, double> Run(Job job, IRunLog log)
    {
        var (task, pair) = Degradation.All.SelectMany(_ => PairChoice.All, (task, pair) => (task, pair))
            .Single(one => Variant(one.task, one.pair) == job.Variant);
        var photos = new PhotoSet(job.Settings, job.Seed);
        var validation = Spoiled(photos.Validation, task);
        var test = Spoiled(photos.Test, task);

        random.manual_seed(job.Seed);
        using var network = new RestoreNet(pair);
        Train(network, pair, photos.Train, validation, task, job, log);

        var shown = Spoiled(photos.Shown, task);
        RestoredCrops.Write(job, shown.Truth, shown.Input, Restore(network, shown.Input));
        var (validationResult, testResult) = (Restore(network, validation.Input), Restore(network, test.Input));
        return new Dictionary<string, double>
        {
            ["validation PSNR"] = Mean(ImageQuality.Psnr(validationResult, validation.Truth)),
            ["test PSNR"] = Mean(ImageQuality.Psnr(testResult, test.Truth)),
            ["validation SSIM"] = Mean(ImageQuality.Ssim(validationResult, validation.Truth)),
            ["test SSIM"] = Mean(ImageQuality.Ssim(testResult, test.Truth)),
            ["input PSNR"] = Mean(ImageQuality.Psnr(test.Input, test.Truth)),
            ["input SSIM"] = Mean(ImageQuality.Ssim(test.Input, test.Truth)),
            ["parameters"] = network.parameters().Sum(weight => weight.numel()),
        };
    }

    // The same noise for every seed and variant.
    private static (Tensor Input, Tensor Truth) Spoiled(Tensor truth, Degradation task)
    {
        using var generator = new Generator(0);
        return (task.Spoil(truth, generator), truth);
    }

    private static void Train(
        RestoreNet network, PairChoice pair, Tensor crops, (Tensor Input, Tensor Truth) validation, Degradation task, Job job, IRunLog log)
    {
        random.manual_seed(job.Seed);
        var scale = LossScale(crops, task);
        Training.Run(
            network, (int)crops.size(0), BatchSize, job, log,
            chosen => pair.Penalties.Loss(() => Loss(network, crops.index_select(0, chosen), task, scale)),
            () => Mean(ImageQuality.Psnr(Restore(network, validation.Input), validation.Truth)));
    }

    /// <summary>
    /// One over the mean squared error of the spoiled training crops. The loss is the share of that error which is left, 1 at the start
    /// whatever the task, so that the penalties weigh as much beside it as beside a classifier's cross-entropy.
    /// </summary>
    private static Scalar LossScale(Tensor crops, Degradation task)
    {
        using var scope = NewDisposeScope();
        return 1 / task.Spoil(crops, null).sub(crops).square().mean().item<float>();
    }

    private static Tensor Loss(RestoreNet network, Tensor truth, Degradation task, Scalar scale)
        => network.call(task.Spoil(truth, null)).sub(truth).square().mean().mul(scale);

    private static Tensor Restore(RestoreNet network, Tensor input)
    {
        network.eval();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return cat([.. input.split(BatchSize).Select(network.call)]).MoveToOuterDisposeScope();
    }

    private static double Mean(Tensor values)
    {
        using var mean = values.mean();
        return mean.item<double>();
    }
}
