using LiftPool.Kernels;

namespace LiftPool.Tests;

/// <summary>The threads that kernels run on.</summary>
public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void All_work_is_done_when_it_returns_on_no_more_threads_than_allowed(int threads)
    {
        var (done, running, most) = (0, 0, 0);
        void Work()
        {
            var now = Interlocked.Increment(ref running);
            for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
            {
                Interlocked.CompareExchange(ref most, now, seen);
            }

            Thread.Sleep(20);
            Interlocked.Increment(ref done);
            Interlocked.Decrement(ref running);
        }

        ThreadTeam.Run(threads, Work);

        running.Should().Be(0);
        done.Should().BeInRange(1, threads);
        most.Should().BeInRange(1, threads);
    }

    // The kernels' workers throw if one is given less memory than it takes, or the machine has none left.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void What_work_throws_on_any_thread_reaches_the_caller(int threads)
    {
        var before = Environment.CurrentManagedThreadId;
        var failing = FluentActions.Invoking(() => ThreadTeam.Run(threads, () => throw new InvalidOperationException("found")));

        var error = failing.Should().Throw<Exception>().Which;

        var cause = error is AggregateException many ? many.InnerExceptions[0] : error;
        cause.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Be("found");
        Environment.CurrentManagedThreadId.Should().Be(before);
        ThreadTeam.Run(threads, () => { });
    }

    [Fact]
    public void One_thread_is_the_callers()
    {
        var worker = 0;

        ThreadTeam.Run(1, () => worker = Environment.CurrentManagedThreadId);

        worker.Should().Be(Environment.CurrentManagedThreadId);
    }
}
