using System.Diagnostics;
using LiftPool.Calls;
using LiftPool.Lifting;
using Xunit.Abstractions;

namespace LiftPool.Tests;

/// <summary>No step of training leaves a tensor alive, and none takes memory that is never given back.</summary>
public class MemoryTests(ITestOutputHelper output)
{
    private const int Steps = 1000;
    private const int LongRun = 20_000;
    private const int WarmUp = 5_000;
    private const double LimitInMegabytes = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_thousand_steps_in_a_scope_leave_no_tensor(int axes) => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var layers = new Layers(axes);
        var x = randn([2, 4, .. Enumerable.Repeat(5L, axes)]);

        LeavesNothing(live, () =>
        {
            using var step = NewDisposeScope();
            ScopedStep(layers, x);
        });
    });

    [Fact]
    public void A_thousand_recomputed_steps_in_a_scope_leave_no_tensor() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var tensorOperations = ComputePath.Force("tensor");
        using var layers = new Layers(axes: 2);
        (layers.Down.recompute, layers.Up.recompute) = (true, true);
        var x = randn(2, 4, 7, 6);

        LeavesNothing(live, () =>
        {
            using var step = NewDisposeScope();
            ScopedStep(layers, x);
        });
    });

    [Fact]
    public void A_thousand_recomputed_steps_of_both_orders_leave_no_tensor() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var tensorOperations = ComputePath.Force("tensor");
        using var pool = new LiftDownPool2d(new LiftingScheme(new RoundFilter(first: -1, 0.5, 0.5), new RoundFilter(first: 0, 0.25, 0.25))) { recompute = true };
        var x = randn([1, 2, 6, 6], ScalarType.Float64).requires_grad_();
        Tensor[] variables = [x, .. pool.parameters()];

        LeavesNothing(live, () =>
        {
            using var step = NewDisposeScope();
            var first = autograd.grad([pool.forward(x).square().sum()], variables, create_graph: true);
            first.Select(gradient => gradient.square().sum()).Aggregate((sum, term) => sum.add(term, Scalars.One)).backward();
            Array.ForEach(variables, variable => variable.grad = null);
        });
    });

    [Fact]
    public void A_thousand_faults_in_backward_leave_no_tensor() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var layers = new Layers(axes: 2);
        var leaf = randn(1, 4, 6, 6).requires_grad_();

        LeavesNothing(live, () =>
        {
            using var step = NewDisposeScope();
            var x = leaf.mul(Scalars.One);
            var loss = layers.Down.forward(x).sum();
            using (no_grad())
            {
                x.zero_();
            }

            Record.Exception(loss.backward).Should().NotBeNull();
        });
    });

    [Fact]
    public void A_thousand_steps_without_a_scope_leave_no_tensor_but_what_they_give() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        // On purpose outside every dispose scope: the layers have to clear up after themselves, and the caller disposes
        // what it was given, no more.
        manual_seed(2);
        using var layers = new Layers(axes: 2);
        using var x = randn(2, 4, 7, 6);

        LeavesNothing(live, () =>
        {
            using var penalty = new LiftRegularizer();
            var (y, bands) = layers.Down.forward_with_bands(x);
            using var features = layers.Down.forward(x);
            using var restored = layers.Up.forward(bands);
            var (c_u, c_p) = layers.Down.penalties(x);
            using var penalties = penalty.loss();
            Tensor[] tasks = [y.mean(), features.mean(), restored.mean(), c_u, c_p, penalties];
            using var stacked = stack(tasks);
            using var loss = stacked.sum();
            loss.backward();
            layers.Down.zero_grad();

            Array.ForEach(tasks, task => task.Dispose());
            y.Dispose();
            bands.Dispose();
        });
    });

    [Fact]
    public void A_thousand_refused_and_failing_calls_leave_no_tensor() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        manual_seed(3);
        using var layers = new Layers(axes: 2);
        using var failing = new LiftDownPool2d(new LiftingScheme(new Failing(), new Failing()));
        using var x = randn(2, 4, 7, 6);
        using var wrong = randn(2, 3, 7, 6);
        var (y, bands) = layers.Down.forward_with_bands(x);
        using (y)
        using (bands)
        {
            LeavesNothing(live, () =>
            {
                Record.Exception(() => layers.Down.forward(wrong)).Should().NotBeNull();
                Record.Exception(() => layers.Up.forward(wrong, bands)).Should().NotBeNull();
                Record.Exception(() => failing.forward_with_bands(x)).Should().NotBeNull();
            });
        }
    });

    [Fact]
    public void Resident_memory_is_flat_over_twenty_thousand_steps()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var layers = new Layers(axes: 1);

        // A single band that were left at every second step would come to 60 MB.
        var x = randn(2, 4, 513);
        double atStart = 0;
        for (var step = 0; step < LongRun; step++)
        {
            if (step == WarmUp)
            {
                atStart = ResidentMegabytes();
            }

            using var inner = NewDisposeScope();
            if (step % 2 == 0)
            {
                ScopedStep(layers, x);
            }
            else
            {
                layers.Down.forward(x).mean().backward();
                layers.Down.zero_grad();
            }
        }

        var atEnd = ResidentMegabytes();
        output.WriteLine($"resident after {WarmUp} steps: {atStart:F1} MB, after {LongRun}: {atEnd:F1} MB");
        (atEnd - atStart).Should().BeLessThan(LimitInMegabytes);
    }

    // Bands, up-pool and regularizer together; the caller's scope disposes everything. Every output has a part in the loss:
    // TorchSharp counts one tensor for each undefined gradient that a custom function is handed, and never counts it off.
    private static void ScopedStep(Layers layers, Tensor x)
    {
        using var penalty = new LiftRegularizer();
        var (y, bands) = layers.Down.forward_with_bands(x);
        var loss = layers.Up.forward(bands).mean().add(y.square().mean(), Scalars.One).add(penalty.loss(), Scalars.One);
        loss.backward();
        layers.Down.zero_grad();
    }

    private void LeavesNothing(Func<long> live, Action step)
    {
        // The first steps fill what TorchSharp and LibTorch set up once.
        for (var i = 0; i < 10; i++)
        {
            step();
        }

        var (onThread, inProcess) = (live(), LiveTensors.InProcess);
        for (var i = 0; i < Steps; i++)
        {
            step();
        }

        var leftOnThread = live() - onThread;
        var leftInProcess = LiveTensors.InProcess - inProcess;
        output.WriteLine($"left alive after {Steps} steps: {leftOnThread} by the thread's statistics, {leftInProcess} by the process's count");
        leftOnThread.Should().Be(0);
        leftInProcess.Should().BeLessThanOrEqualTo(0);
    }

    private static double ResidentMegabytes()
    {
        LiveTensors.CollectGarbage();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / (1024.0 * 1024.0);
    }

    private sealed class Layers(int axes) : IDisposable
    {
        internal LiftDownPool Down { get; } = AnyPool.Down(axes, channels: 4, reduction: axes == 2 ? BandReduction.Learned : BandReduction.Sum);

        internal LiftUpPool Up => up ??= AnyPool.Up(axes, Down);

        private LiftUpPool? up;

        public void Dispose()
        {
            Up.Dispose();
            Down.Dispose();
        }
    }
}
