namespace LiftPool.Tests;

/// <summary>
/// A pool, its scheme, an up-pool, what the pool gave and the scope disposed in every order between and before three calls: forward, up,
/// backward. Each call is right or says what is gone, as is foretold from what was disposed before it.
/// </summary>
internal static class DisposalOrders
{
    /// <summary>The test assembly's argument.</summary>
    internal const string Argument = "disposals";

    private const int Calls = 3;

    private static readonly string[] Items = ["pool", "scheme", "up-pool", "output and bands", "scope"];

    internal static string Run()
    {
        using var outer = NewDisposeScope();
        manual_seed(1);
        using var owner = new LiftDownPool2d(channels: 2, dtype: ScalarType.Float64);
        var leaf = randn([1, 2, 5, 4], ScalarType.Float64).requires_grad_();
        var state = owner.state_dict();
        var (wantedUp, wantedGradient) = Wanted(owner, leaf);
        var (sequences, refused) = (0, 0);

        // The calls are the events after the items; they stay in their order.
        foreach (var order in Merged([.. Enumerable.Range(0, Items.Length)], firstCall: 0))
        {
            sequences++;
            refused += Try(order) ? 0 : 1;
        }

        return $"{sequences} orders, {refused} with a call that names what was disposed, all others right";

        bool Try(int[] order)
        {
            var scope = NewDisposeScope();
            var pool = new LiftDownPool2d(channels: 2, dtype: ScalarType.Float64);
            pool.load_state_dict(state);
            var (scheme, up) = (pool.Scheme, new LiftUpPool2d(pool));
            Tensor? y = null, restored = null;
            LiftBands? bands = null;
            var gone = new HashSet<string>();
            foreach (var one in order)
            {
                switch (one - Items.Length)
                {
                    case < 0:
                        IDisposable?[] items = one switch { 0 => [pool], 1 => [scheme], 2 => [up], 3 => [y, bands], _ => [scope] };
                        foreach (var item in items.Concat(items).Where(item => item is not null))
                        {
                            item!.Dispose();
                            gone.Add(Items[one]);
                        }

                        break;
                    case 0:
                        if (!Allowed(() => (y, bands) = pool.forward_with_bands(leaf), "pool", "scheme"))
                        {
                            return End(false);
                        }

                        // What is made after the scope's end belongs to the one around it.
                        gone.Remove("scope");
                        break;
                    case 1:
                        // The up-pool holds the pool's operators and nothing of its own: it may be disposed, as a MaxPool2d may.
                        if (!Allowed(() => restored = up.forward(y!, bands!), "pool", "scheme", "output and bands", "scope"))
                        {
                            return End(false);
                        }

                        restored!.LargestErrorTo(wantedUp).Should().BeLessThan(1e-14);
                        gone.Remove("scope");
                        break;
                    default:
                        leaf.grad = null;
                        if (!Allowed(() => restored!.backward([ones_like(restored)]), "scope"))
                        {
                            return End(false);
                        }

                        leaf.grad!.LargestErrorTo(wantedGradient).Should().BeLessThan(1e-14);
                        break;
                }
            }

            return End(true);

            bool Allowed(Action call, params string[] needed)
            {
                var error = Record.Exception(call);
                var missing = needed.Any(gone.Contains);

                // The last call is TorchSharp's own, of a tensor that is gone.
                var isRefusal = error is ObjectDisposedException or ArgumentException
                    || (error is InvalidOperationException && restored is not null);
                (error is null ? !missing : missing && isRefusal).Should().BeTrue(
                    "{0}: {1}", string.Join(", ", order), error?.ToString().Replace('{', '(').Replace('}', ')'));
                return error is null;
            }

            bool End(bool all)
            {
                scope.Dispose();
                pool.Dispose();
                up.Dispose();
                y?.Dispose();
                bands?.Dispose();
                restored?.Dispose();
                return all;
            }
        }
    }

    private static (Tensor Up, Tensor Gradient) Wanted(LiftDownPool2d pool, Tensor leaf)
    {
        using var up = new LiftUpPool2d(pool);
        var (y, bands) = pool.forward_with_bands(leaf);
        var restored = up.forward(y, bands);
        restored.backward([ones_like(restored)]);
        return (restored.detach(), leaf.grad!.clone());
    }

    private static IEnumerable<int[]> Merged(int[] items, int firstCall)
    {
        if (items.Length == 0 && firstCall == Calls)
        {
            return [[]];
        }

        var disposed = items.SelectMany(
            item => Merged([.. items.Where(other => other != item)], firstCall).Select(rest => (int[])[item, .. rest]));
        return firstCall == Calls
            ? disposed
            : disposed.Concat(Merged(items, firstCall + 1).Select(rest => (int[])[Items.Length + firstCall, .. rest]));
    }
}
