// Tells balls from cubes of the same volume in noisy scans of 16 x 16 x 16 voxels.
using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

internal static class Volumes
{
    public static void Main()
    {
        manual_seed(1);
        using var network = Sequential(
            Stage(1, 16), Stage(16, 32),                    // 16 voxels along each axis to 4
            AdaptiveAvgPool3d(1), Flatten(), Linear(32, 2));
        using var optimizer = optim.Adam(network.parameters(), lr: 1e-2);
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, 60);
        for (var i = 1; i <= 60; i++)
        {
            using var step = NewDisposeScope();     // frees what a step makes
            var (scans, shapes) = Scans(16);
            var loss = functional.cross_entropy(network.call(scans), shapes);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            schedule.step();
            if (i % 20 == 0)
            {
                Console.WriteLine($"step {i}: loss {loss.item<float>():F3}");
            }
        }

        using var noGrad = no_grad();
        network.eval();
        var (unseen, truth) = Scans(200);
        var right = network.call(unseen).argmax(1).eq(truth).to(float32).mean();
        Console.WriteLine($"right: {right.item<float>():P1} of 200 scans");
    }

    private static Module<Tensor, Tensor> Stage(int input, int output) => Sequential(
        Conv3d(input, output, 3, padding: 1), BatchNorm3d(output), ReLU(),
        Pool(output));

    private static LiftDownPool3d Pool(int channels) =>
        new(channels, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead);

    private static (Tensor Scans, Tensor Shapes) Scans(int count)
    {
        // How far each voxel is from a shape's middle along one axis.
        Tensor Away(params long[] axis) => (arange(16).view(axis) - Random(6, 9)).abs();
        Tensor Random(double from, double to) => from + ((to - from) * rand([count, 1, 1, 1, 1]));

        var (z, y, x) = (Away(16, 1, 1), Away(16, 1), Away(16));
        var radius = Random(4, 6);
        var ball = z.square() + y.square() + x.square() < radius.square();
        var cube = maximum(maximum(z, y), x) < 0.806 * radius;
        var shapes = randint(0, 2, count);
        var scans = where(shapes.view(-1, 1, 1, 1, 1).eq(0), ball, cube);
        return (scans + (0.3 * randn(scans.shape)), shapes);
    }
}
