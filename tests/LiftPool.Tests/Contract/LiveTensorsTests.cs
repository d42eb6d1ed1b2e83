namespace LiftPool.Tests;

/// <summary>Tests that count live tensors count their own alone.</summary>
public sealed class LiveTensorsTests
{
    [Fact]
    public void What_an_earlier_test_left_on_its_thread_is_not_counted()
    {
        manual_seed(1);
        using var pool = new LiftDownPool2d(2) { recompute = true };
        using var x = ones(1, 2, 8, 8);

        // Outside every dispose scope its gradients' handles stay until the thread's next call.
        using (var y = pool.forward(x))
        using (var loss = y.sum())
        {
            loss.backward();
        }

        LiveTensors.CountedOnAThreadOfItsOwn(live =>
        {
            var before = live();
            using (var y = pool.forward(x))
            {
                (live() - before).Should().Be(1);
            }

            live().Should().Be(before);
        });
    }

    [Fact]
    public void A_failure_on_the_tests_thread_is_the_tests()
        => FluentActions.Invoking(() => LiveTensors.CountedOnAThreadOfItsOwn(_ => throw new TimeoutException("found")))
            .Should().ThrowExactly<TimeoutException>().WithMessage("found");
}
