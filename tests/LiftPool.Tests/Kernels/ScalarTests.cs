using System.Reflection;
using System.Reflection.Emit;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// TorchSharp keeps no Scalar alive while LibTorch reads it, so one that was made for a single call can be collected in use. The library
/// makes none: its numbers are Scalars that live for ever.
/// </summary>
public sealed class ScalarTests : IClassFixture<OneThread>
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly OpCode[] Calls = [OpCodes.Call, OpCodes.Callvirt, OpCodes.Newobj];

    [Fact]
    public void A_number_has_one_Scalar_for_ever()
    {
        Scalars.Of(0.123).Should().BeSameAs(Scalars.Of(0.123)).And.NotBeSameAs(Scalars.Of(-0.123));
        using var scope = NewDisposeScope();
        ones(1, ScalarType.Float64).mul(Scalars.Of(0.123)).item<double>().Should().Be(0.123);
        using (LiftingScheme.Wavelet(Wavelet.Cdf97))
        {
        }

        typeof(LiftingSteps).Should().NotImplement<IDisposable>("it owns nothing that could end while it is in use");
        const double Gain = 1.1496043988602418;
        ones(1, ScalarType.Float64).mul(Scalars.Of(Gain)).item<double>().Should().Be(Gain, "a disposed scheme ends no gain");
    }

    [Fact]
    public void No_method_of_the_library_makes_a_Scalar_for_a_call()
    {
        // Two keep what they make: for ever, or until they are disposed.
        Type[] keepers = [typeof(Scalars), typeof(LiftRegularizer)];
        bool Keeps(Type type, MethodBase called)
            => called.DeclaringType == typeof(ScalarExtensionMethods) && (keepers.Contains(type) || keepers.Contains(type.DeclaringType));
        var made = from type in typeof(LiftingScheme).Assembly.GetTypes()
                   from method in Methods(type)
                   from called in CalledBy(method)
                   where MakesScalar(called, []) && !Keeps(type, called)
                   select $"{type.Name}.{method.Name} -> {called.DeclaringType!.Name}.{called}";

        string.Join("; ", made).Should().BeEmpty();
    }

    [Fact]
    public void That_test_finds_what_it_looks_for()
    {
        Found(x => x.add(x)).Should().BeTrue();
        Found(x => x.add(Scalars.Half)).Should().BeTrue();
        Found(x => x + x).Should().BeTrue();
        Found(x => x.mul(2)).Should().BeTrue();
        Found(x => x.mul(x)).Should().BeFalse();
        Found(x => x.add(x, Scalars.One)).Should().BeFalse();

        static bool Found(Func<Tensor, Tensor> body) => CalledBy(body.Method).Any(called => MakesScalar(called, []));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_double_backward_with_gains_beside_the_collector_is_the_same_every_time(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = AnyPool.Down(axes, LiftingScheme.Wavelet(Wavelet.Cdf97, learnable: true, channels: 4, dtype: ScalarType.Float64));
        var x = randn(AnyPool.Eights(axes, 2, 4), ScalarType.Float64).requires_grad_();
        using var up = AnyPool.Up(axes, pool);
        Tensor[] variables = [x, .. pool.parameters()];
        Tensor[] Second()
        {
            var (y, bands) = pool.forward_with_bands(x);
            var restored = up.forward(bands);
            var first = Derivative.Of(Sum([y, restored.mul(restored)]), variables, createGraph: true);
            return Derivative.Of(Sum(first), variables, createGraph: false);
        }

        // Without Scalars of the test's own.
        static Tensor Sum(Tensor[] terms)
            => terms.Select(term => term.mul(term).sum()).Aggregate((sum, term) => sum.add(term, Scalars.One));
        var wanted = Second();
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var round = 0; round < 10; round++)
            {
                using var inner = NewDisposeScope();
                foreach (var (found, right) in Second().Zip(wanted))
                {
                    found.IsExactly(right).Should().BeTrue("round {0}", round);
                }
            }
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }

    /// <summary>Whether a method, or one of TorchSharp's that it calls, turns a number into a Scalar.</summary>
    private static bool MakesScalar(MethodBase method, HashSet<MethodBase> seen)
    {
        if (method.DeclaringType?.Assembly != typeof(Scalar).Assembly || !seen.Add(method))
        {
            return false;
        }

        return (method is MethodInfo { ReturnType: var made } && made == typeof(Scalar) && method.IsStatic)
            || CalledBy(method).Any(called => MakesScalar(called, seen));
    }

    private static IEnumerable<MethodBase> Methods(Type type)
        => type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared));

    /// <summary>Every method whose token stands after the byte of a call: hardly one too many, and none too few.</summary>
    private static IEnumerable<MethodBase> CalledBy(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i + 4 < code.Length; i++)
        {
            if (Calls.Any(call => call.Value == code[i]) && Resolved(method, BitConverter.ToInt32(code, i + 1)) is { } called)
            {
                yield return called;
            }
        }
    }

    private static MethodBase? Resolved(MethodBase method, int token)
    {
        // Method definitions, references and instances of generic ones.
        if (token >> 24 is not (0x06 or 0x0A or 0x2B))
        {
            return null;
        }

        try
        {
            var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
            return method.Module.ResolveMethod(token, method.DeclaringType?.GetGenericArguments(), ofMethod);
        }
        catch (Exception error) when (error is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }
}
