using System.Diagnostics;
using CsCheck;
using Size = CsCheck.Size;

namespace LiftPool.Tests;

/// <summary>A smaller call with the same fault: first as CsCheck does it, by drawing smaller ones, then field by field.</summary>
internal static class FuzzShrinking
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    internal static string Smallest(FuzzCase failed, Size size, Exception error)
    {
        var clock = Stopwatch.StartNew();
        var (smallest, kind) = (Drawn(failed, size, KindOf(error), clock), KindOf(error));
        var changed = true;
        while (changed && clock.Elapsed < Patience)
        {
            changed = false;
            foreach (var simpler in Simpler(smallest))
            {
                if (Fuzzer.Failure(simpler) is { } same && KindOf(same) == kind)
                {
                    (smallest, error, changed) = (simpler, same, true);
                    break;
                }
            }
        }

        return $"Smallest found: {Fuzzer.Failure(smallest)?.Message ?? error.Message}{Environment.NewLine}{smallest}";
    }

    private static FuzzCase Drawn(FuzzCase failed, Size size, string kind, Stopwatch clock)
    {
        for (var i = 0u; i < 300 && clock.Elapsed < Patience / 2; i++)
        {
            var other = FuzzGenerators.Cases.Generate(new PCG(2, (uint)failed.Seed + (i << 14)), size, out var smaller);
            if (smaller is not null && Size.IsLessThan(smaller, size) && Fuzzer.Failure(other) is { } error && KindOf(error) == kind)
            {
                (failed, size) = (other, smaller);
            }
        }

        return failed;
    }

    // What went wrong, without its numbers: the words of the message.
    private static string KindOf(Exception error)
        => string.Concat(error.Message.Where(letter => char.IsLetter(letter) || letter == ' ').Take(60));

    private static IEnumerable<FuzzCase> Simpler(FuzzCase one)
    {
        var (pool, signal, scheme) = (one.Pool, one.Signal, one.Scheme);
        FuzzCase WithLengths(long[] lengths) => one with { Signal = signal with { Lengths = lengths } };
        FuzzCase[] candidates =
        [
            one with { Signal = signal with { Layout = FuzzLayout.Contiguous } },
            one with { Signal = signal with { Batch = 1 } },
            one with { Signal = signal with { Content = FuzzContent.Normal } },
            one with { Signal = signal with { Magnitude = 1 } },
            .. signal.Lengths.SelectMany((length, i) => new[] { length / 2, length - 1 }.Where(shorter => shorter > 1)
                .Select(shorter => WithLengths([.. signal.Lengths[..i], shorter, .. signal.Lengths[(i + 1)..]]))),
            one with { Pool = pool with { Dtype = ScalarType.Float64 } },
            one with { Pool = pool with { Channels = 1 }, Scheme = scheme with { Groups = 1, ProjGroups = 1 } },
            one with { Pool = pool with { Channels = 2 }, Scheme = scheme with { Groups = 2, ProjGroups = 2 } },
            one with { Pool = pool with { Norm = null } },
            one with { Pool = pool with { Recompute = false } },
            one with { Pool = pool with { Ceil = false } },
            one with { Pool = pool with { DenseMax = DenseMax.None } },
            one with { Pool = pool with { Reduction = BandReduction.Sum } },
            one with { Pool = pool with { Bands = 1 } },
            one with { Pool = pool with { Axes = LiftAxes.All } },
            one with { Scheme = scheme with { Padding = PaddingModes.Zeros } },
            one with { Scheme = scheme with { Bias = false } },
            one with { Scheme = scheme with { Tanh = false } },
            one with { Scheme = scheme with { WeightScale = 1 } },
            one with { Scheme = scheme with { KernelSize = 1 } },
            one with { Scheme = scheme with { KernelSize = 3 } },
            one with { Scheme = scheme with { Groups = pool.Channels, ProjGroups = pool.Channels } },
            one with { Scheme = scheme with { Kind = FuzzSchemeKind.Mean, Lossless = false, ApproximationGain = 1, DetailGain = 1 } },
            .. scheme.Steps.Select((_, i)
                => one with { Scheme = scheme with { Steps = [.. scheme.Steps[..i], .. scheme.Steps[(i + 1)..]] } }),
        ];
        return candidates.Where(candidate => SizeOf(candidate) < SizeOf(one));
    }

    // Every simpler candidate counts less than what it came from, so that shrinking ends.
    private static double SizeOf(FuzzCase one)
    {
        var (pool, signal, scheme) = (one.Pool, one.Signal, one.Scheme);
        double[] parts =
        [
            (double)signal.Layout,
            signal.Batch is null ? 0.5 : Math.Abs(signal.Batch.Value - 1),
            (double)signal.Content,
            signal.Magnitude == 1 ? 0 : 1,
            signal.Lengths.Sum(),
            pool.Dtype == ScalarType.Float64 ? 0 : 1,
            pool.Channels,
            scheme.Groups == pool.Channels && scheme.ProjGroups == pool.Channels ? 0 : 1,
            pool.Norm is null ? 0 : 1,
            pool.Recompute ? 1 : 0,
            pool.Ceil ? 1 : 0,
            (double)pool.DenseMax,
            (double)pool.Reduction,
            pool.Bands,
            pool.Axes == LiftAxes.All ? 0 : 1,
            scheme.Padding == PaddingModes.Zeros ? 0 : 1,
            scheme.Bias ? 1 : 0,
            scheme.Tanh ? 1 : 0,
            scheme.WeightScale == 1 ? 0 : 1,
            scheme.KernelSize,
            scheme.Kind switch { FuzzSchemeKind.Mean => 0, FuzzSchemeKind.Steps => 5, _ => 3 },
            scheme.Steps.Length,
        ];
        return parts.Sum();
    }
}
