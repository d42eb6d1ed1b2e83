using System.Diagnostics;
using System.Runtime.InteropServices;
using LiftPool.Calls;
using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>A backward that cannot succeed throws what can be caught, its cause can be read, and the next step is right.</summary>
public sealed class BackwardFaultTests : IClassFixture<OneThread>
{
    private const string InPlace = "modified by an inplace operation";

    // What happens between forward and backward, each of which LibTorch's own layers complain of.
    private static readonly Dictionary<string, Action<LiftDownPool, Tensor>> Changes = new()
    {
        ["an optimizer's step"] = (pool, _) =>
        {
            using var optimizer = optim.SGD(pool.parameters(), 0.1);
            foreach (var weight in pool.parameters())
            {
                weight.grad = ones_like(weight.detach());
            }

            optimizer.step();
        },
        ["load_state_dict"] = (pool, _)
            => pool.load_state_dict(pool.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone())),
        ["clamp_"] = (_, x) =>
        {
            using var unrecorded = no_grad();
            x.clamp_(-0.5, 0.5);
        },
    };

    public static IEnumerable<object[]> EveryChange
        => Changes.Keys.SelectMany(change
            => new object[][] { [change, "auto", false], [change, "tensor", false], [change, "tensor", true] });

    [Theory]
    [MemberData(nameof(EveryChange))]
    public void What_was_changed_in_place_is_named_as_LibTorch_names_it(string change, string path, bool recompute)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        manual_seed(1);
        using var pool = new LiftDownPool2d(channels: 4) { recompute = recompute };
        var leaf = randn(2, 4, 8, 8).requires_grad_();
        var x = leaf.mul(1);
        var y = pool.forward(x);
        Changes[change](pool, x);

        var thrown = y.sum().Invoking(loss => loss.backward()).Should().Throw<ExternalException>().Which;
        var cause = path == "tensor" && !recompute ? thrown : BackwardFault.Last;
        cause.Should().BeOfType<ExternalException>().Which.Message.Should().Contain(InPlace);

        NextStepIsRight(pool, leaf);
    }

    public static IEnumerable<object[]> EveryOperator => [["throws"], ["has no memory"], ["has a native backward that fails"]];

    [Theory]
    [MemberData(nameof(EveryOperator))]
    public void What_an_operator_of_ones_own_does_in_the_recomputation_is_the_cause(string kind)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force("tensor");
        manual_seed(2);
        var faulty = new Faulty();
        using var pool = new LiftDownPool2d(new LiftingScheme(faulty, new Times(0.5))) { recompute = true };
        var leaf = randn(2, 4, 8, 8).requires_grad_();

        // What earlier steps left is not lost with the fault.
        pool.forward(leaf).sum().backward();
        var before = faulty.Weight.grad!.clone();
        foreach (var createGraph in new[] { false, true })
        {
            faulty.Fault = "";
            var y = pool.forward(leaf).square();
            faulty.Fault = kind;
            FluentActions.Invoking(() => autograd.backward(y.sum(), create_graph: createGraph)).Should().Throw<ExternalException>();
            var words = kind switch { "throws" => Faulty.Words, "has no memory" => "memory", _ => InPlace };
            BackwardFault.Last!.Message.Should().Contain(words);
            faulty.Weight.grad!.IsExactly(before).Should().BeTrue();
        }

        faulty.Fault = "";
        NextStepIsRight(pool, leaf);
    }

    [Fact]
    public void The_cause_of_a_fault_in_an_operators_own_pool_is_the_inner_one()
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force("tensor");
        manual_seed(3);
        var faulty = new Faulty();
        using var inner = new LiftDownPool1d(new LiftingScheme(faulty, new Times(0.5))) { recompute = true };
        using var pool = new LiftDownPool2d(new LiftingScheme(new Pooling(inner), new Times(0.5))) { recompute = true };
        var y = pool.forward(randn(2, 4, 8, 8).requires_grad_());

        // The inner pool's forward is run again in the outer one's backward, and its backward in that; the third run fails.
        faulty.RunsUntilFault = 2;
        faulty.Fault = "throws";
        y.sum().Invoking(loss => loss.backward()).Should().Throw<ExternalException>();

        BackwardFault.Last.Should().BeOfType<NotSupportedException>().Which.Message.Should().Be(Faulty.Words);
    }

    [Fact]
    public void Each_thread_reads_its_own_cause_and_who_has_none_the_last()
    {
        void Fail(string words)
        {
            using var scope = NewDisposeScope();
            using var forced = ComputePath.Force("tensor");
            var faulty = new Faulty { Message = words };
            using var pool = new LiftDownPool2d(new LiftingScheme(faulty, new Times(0.5))) { recompute = true };
            var y = pool.forward(randn(1, 2, 4, 4).requires_grad_());
            faulty.Fault = "throws";
            y.sum().Invoking(loss => loss.backward()).Should().Throw<ExternalException>();
        }

        Fail("here");
        string? there = null;
        var thread = new Thread(() =>
        {
            Fail("there");
            there = BackwardFault.Last!.Message;
        });
        thread.Start();
        thread.Join();

        there.Should().Be("there");
        BackwardFault.Last!.Message.Should().Be("here");

        // A backward that LibTorch runs on a thread of its own: this one has run a forward since its own fault.
        using var scope = NewDisposeScope();
        using var auto = ComputePath.Force("auto");
        using var pool = new LiftDownPool2d(channels: 2);
        pool.forward(randn(1, 2, 4, 4));
        ThreadFault.OfThread.Should().BeNull();
        BackwardFault.Last.Should().NotBeNull();
    }

    [Fact]
    public void A_fault_leaves_one_line_in_the_trace_and_a_listener_that_throws_harms_nobody()
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force("auto");
        using var listener = new Listener();
        Trace.Listeners.Add(listener);
        try
        {
            using var pool = new LiftDownPool2d(channels: 4);
            var x = randn(1, 4, 8, 8).requires_grad_();
            var changed = x.mul(1);
            var y = pool.forward(changed);
            using (no_grad())
            {
                changed.zero_();
            }

            y.sum().Invoking(loss => loss.backward()).Should().Throw<ExternalException>();
        }
        finally
        {
            Trace.Listeners.Remove(listener);
        }

        listener.Lines.Should().ContainSingle(line => line.Contains(InPlace))
            .Which.Should().StartWith("LiftPool: backward failed").And.NotContain("\n");
        BackwardFault.Last!.Message.Should().Contain(InPlace);
    }

    private static void NextStepIsRight(LiftDownPool pool, Tensor leaf)
    {
        Tensor[] Step(string path, bool recompute)
        {
            using var forced = ComputePath.Force(path);
            pool.recompute = recompute;
            pool.zero_grad();
            leaf.grad = null;
            pool.forward(leaf).square().sum().backward();
            return [leaf.grad!.clone(), .. pool.parameters().Select(weight => weight.grad!.clone())];
        }

        var recomputed = pool.recompute;
        var expected = Step("tensor", recompute: false);
        Step("auto", recomputed).Zip(expected, (found, right) => found.RelativeNormTo(right))
            .Should().OnlyContain(error => error < 1e-5);
    }

    /// <summary>An operator <c>w * x</c> that does what it is told from some run on.</summary>
    private sealed class Faulty : Module<Tensor, Tensor>
    {
        internal const string Words = "the operator's own words";

        private readonly Parameter weight = Parameter(full(1, 0.3f));

        internal Faulty()
            : base(nameof(Faulty))
        {
            weight.DetachFromDisposeScope();
            RegisterComponents();
        }

        internal string Fault { get; set; } = "";

        internal string Message { get; init; } = Words;

        internal int RunsUntilFault { get; set; }

        internal Parameter Weight => weight;

        public override Tensor forward(Tensor input)
        {
            var y = input.mul(weight);
            if (Fault.Length == 0 || RunsUntilFault-- > 0)
            {
                return y;
            }

            return Fault switch
            {
                "throws" => throw new NotSupportedException(Message),
                "has no memory" => y.add(empty(1L << 50)),
                _ => y.sigmoid().mul_(2),
            };
        }
    }

    /// <summary>An operator that runs a pool of somebody else's and takes its output for every second sample.</summary>
    private sealed class Pooling(LiftDownPool1d pool) : Module<Tensor, Tensor>(nameof(Pooling))
    {
        private readonly Func<Tensor, Tensor> pooled = pool.forward;

        public override Tensor forward(Tensor input) => pooled(input).repeat_interleave(2, dim: -1);
    }

    private sealed class Listener : TraceListener
    {
        private readonly List<string> lines = [];

        internal IReadOnlyList<string> Lines
        {
            get
            {
                lock (lines)
                {
                    return [.. lines];
                }
            }
        }

        public override void TraceEvent(TraceEventCache? eventCache, string source, TraceEventType eventType, int id, string? message)
        {
            lock (lines)
            {
                lines.Add(message!);
            }

            throw new InvalidOperationException();
        }

        public override void Write(string? message)
        {
        }

        public override void WriteLine(string? message)
        {
        }
    }
}
