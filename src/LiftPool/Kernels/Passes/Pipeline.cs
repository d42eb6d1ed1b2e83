namespace LiftPool.Kernels;

/// <summary>
/// Drives stages over the pairs of an axis: each goes as far as the one before it allows, so that a pair goes through all of them
/// while it is in the cache. How far the stages stay behind each other, and so how many pairs are in memory at once, follows from
/// what each says of itself.
/// </summary>
internal sealed class Pipeline : Stage
{
    private readonly Stage[] stages;
    private readonly int pairs;
    private readonly int together;
    private readonly int[] lags;
    private readonly int[] done;

    /// <param name="stages">In their order.</param>
    /// <param name="pairs">How many pairs there are.</param>
    /// <param name="together">How many pairs a stage takes at once.</param>
    internal Pipeline(Stage[] stages, int pairs, int together)
    {
        (this.stages, this.pairs, this.together) = (stages, pairs, together);
        lags = new int[stages.Length];
        done = new int[stages.Length];
        var (kept, furthest) = (0, 0);
        for (var i = 0; i < stages.Length; i++)
        {
            // What one stage still reads, the next must not change.
            lags[i] = Math.Max(stages[i].Reach, stages[i].Changes ? kept : 0);
            kept = Math.Max(kept - lags[i], stages[i].Keeps);
            furthest = Math.Max(furthest, Math.Max(stages[i].Reach, stages[i].Keeps));
            Window += lags[i];
        }

        Window = Math.Min(pairs, Window + together + furthest);
    }

    /// <summary>The pairs that have to be in memory at once.</summary>
    internal int Window { get; }

    internal override bool Changes => Array.Exists(stages, stage => stage.Changes);

    internal override void Run(int plane, int from, int to)
    {
        for (var next = from; next < to; next++)
        {
            Run(next);
        }
    }

    /// <summary>Takes all pairs through all stages.</summary>
    internal void Run(int plane)
    {
        Array.Clear(done);
        while (done[^1] < pairs)
        {
            for (var i = 0; i < stages.Length; i++)
            {
                var limit = i == 0 ? Math.Min(pairs, done[0] + together) : done[i - 1] == pairs ? pairs : done[i - 1] - lags[i];
                while (done[i] < limit)
                {
                    var to = Math.Min(limit, done[i] + together);
                    stages[i].Run(plane, done[i], to);
                    done[i] = to;
                }
            }
        }
    }
}
