namespace LiftPool.Kernels;

/// <content>The steps and gains of the axes, forward and back.</content>
internal sealed partial class PassList<V, T>
{
    private void Lift()
    {
        var bands = call.NeededBands & AllLines;
        var lines = geometry.LinesLeadingTo(bands);
        var next = 0;
        foreach (var axis in geometry.Lifted)
        {
            var penalties = BeginPenalties(axis);
            for (var k = 0; k < geometry.Steps.Length; k++)
            {
                Take(axis, k, lines[next++], inverse: false);
            }

            EndPenalties(axis, penalties);
            if (!ScalesOnce)
            {
                Scale(AllLines, [axis], inverse: false);
            }
        }

        if (ScalesOnce)
        {
            Scale(bands, geometry.Lifted, inverse: false);
        }
    }

    private void Unlift()
    {
        if (ScalesOnce)
        {
            Scale(AllLines, geometry.Lifted, inverse: true);
        }

        for (var i = geometry.Axes - 1; i >= 0; i--)
        {
            var axis = geometry.Lifted[i];
            if (!ScalesOnce)
            {
                Scale(AllLines, [axis], inverse: true);
            }

            for (var k = geometry.Steps.Length - 1; k >= 0; k--)
            {
                Take(axis, k, geometry.LinesOf(geometry.LetterOf(axis), geometry.Steps[k].IsPredict), inverse: true);
            }
        }
    }

    private void Take(int axis, int k, int lines, bool inverse)
    {
        if (lines == 0)
        {
            return;
        }

        var (step, letter, learns) = (geometry.Steps[k], geometry.LetterOf(axis), call.Learns(k));
        var spread = lines & Geometry.Partners(wantedGradients & Geometry.Partners(lines, letter), letter);
        var keep = !IsGradient || step.IsLinear ? Kept.Nothing : learns ? Kept.Output : spread != 0 ? Kept.Derivative : Kept.Nothing;
        var plan = new StepPlan(k, axis, step.IsPredict != inverse, keep, LinesOf(lines, letter, learns, keep));
        Stages.Add(new LiftStage<V, T>(context, plan, values, kept, keepsSources: learns));
        if (!IsGradient)
        {
            return;
        }

        var spreads = spread == lines ? plan : plan with { Lines = Array.FindAll(plan.Lines, line => (spread >> line.Line & 1) != 0) };
        var backs = learns ? plan : spreads;
        wantedGradients |= learns ? lines : spread;
        back.Push(() =>
        {
            if (backs.Lines.Length > 0 && (learns || !step.IsLinear))
            {
                Stages.Add(new LiftBackStage<V, T>(context, backs, values, kept, gradients));
            }

            if (spreads.Lines.Length > 0)
            {
                Stages.Add(new SpreadStage<V, T>(context, spreads, kept, gradients));
            }
        });
    }

    private StepLine[] LinesOf(int lines, int letter, bool learns, Kept keep)
    {
        var found = new StepLine[int.PopCount(lines)];
        for (int line = 0, i = 0; line < geometry.Bands; line++)
        {
            if ((lines >> line & 1) != 0)
            {
                var source = slots[line ^ letter];
                slots.Hold(source, learns);
                var from = slots[line];
                found[i++] = new(line, from, slots.ForNewValue(line), source, keep == Kept.Nothing ? 0 : kept.Slots++);
            }
        }

        return found;
    }

    /// <summary>Multiplies with the gains of these axes, which are 0 to 2 of the tensor's, or divides by them.</summary>
    private void Scale(int lines, ReadOnlySpan<int> axes, bool inverse)
    {
        if ((geometry.ApproximationGain, geometry.DetailGain) == (1, 1))
        {
            return;
        }

        List<(int From, int To, double Factor)> scaled = [];
        List<(int From, int To, double Factor)> ofGradients = [];
        for (var line = 0; line < geometry.Bands; line++)
        {
            if ((lines >> line & 1) != 0)
            {
                var gain = geometry.GainOf(line, axes);
                var factor = inverse ? 1 / gain : gain;
                scaled.Add((slots[line], slots.ForNewValue(line), factor));
                ofGradients.Add((line, line, factor));
            }
        }

        Stages.Add(new ScaleStage<V, T>(geometry, values, [.. scaled]));
        if (IsGradient)
        {
            back.Push(() => Stages.Add(new ScaleStage<V, T>(geometry, gradients, [.. ofGradients])));
        }
    }
}
