// Tells heart rhythms apart: regular, with one beat too early and too wide, or irregular.
using LiftPool;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

internal static class Ecg
{
    public static void Main()
    {
        manual_seed(1);
        using var network = Sequential(
            Stage(1, 16), Stage(16, 32), Stage(32, 32), Stage(32, 32),      // 512 samples to 32
            AdaptiveAvgPool1d(1), Flatten(), Linear(32, 3));
        using var optimizer = optim.Adam(network.parameters(), lr: 3e-3);
        for (var i = 1; i <= 100; i++)
        {
            using var step = NewDisposeScope();     // frees what a step makes
            var (signals, rhythms) = Recordings(48);
            var loss = functional.cross_entropy(network.call(signals), rhythms);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            if (i % 25 == 0)
            {
                Console.WriteLine($"step {i}: loss {loss.item<float>():F3}");
            }
        }

        using var noGrad = no_grad();
        network.eval();
        var (unheard, truth) = Recordings(500);
        var right = network.call(unheard).argmax(1).eq(truth).to(float32).mean();
        Console.WriteLine($"right: {right.item<float>():P1} of 500 recordings");
    }

    private static Module<Tensor, Tensor> Stage(int input, int output) => Sequential(
        Conv1d(input, output, 5, padding: 2), BatchNorm1d(output), ReLU(),
        Pool(output));

    private static LiftDownPool1d Pool(int channels) =>
        new(channels, reduction: BandReduction.LearnedMagnitude, dense_max: DenseMax.Ahead);

    private static (Tensor Signals, Tensor Rhythms) Recordings(int count)
    {
        var rhythms = randint(0, 3, count);
        var beat = arange(8);
        var early = rhythms.eq(1).view(-1, 1) & beat.eq(randint(2, 7, [count, 1]));
        var irregular = rhythms.eq(2).view(-1, 1);

        // Eight beats, 64 samples apart but for what is wrong with them, in noise.
        var shifts = (12 * irregular * randn(count, 8)) - (24 * early);
        var times = (64 * (beat + rand(count, 1))) + shifts;
        var widths = 2 + (4 * early);
        var beats = ((arange(512) - times.unsqueeze(2)) / widths.unsqueeze(2)).square().neg().exp();
        return ((beats.sum(1) + (0.2 * randn(count, 512))).unsqueeze(1), rhythms);
    }
}
