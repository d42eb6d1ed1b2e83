namespace LiftPool.Kernels;

/// <content>The penalties of an axis's steps.</content>
internal sealed partial class PassList<V, T>
{
    /// <summary>Before the steps of an axis: the odd samples stay for c_u.</summary>
    private PenaltyLine[] BeginPenalties(int axis)
    {
        if (!call.HasPenalties)
        {
            return [];
        }

        var (letter, next) = (geometry.LetterOf(axis), 0);
        var lines = new PenaltyLine[geometry.Bands / 2];
        for (var line = 0; line < geometry.Bands; line++)
        {
            if ((line & letter) == 0)
            {
                slots.Hold(slots[line | letter]);
                lines[next++] = new(line, 0, slots[line | letter], 0);
            }
        }

        if (!IsGradient)
        {
            return lines;
        }

        // After the steps were taken back, that is before they are taken.
        back.Push(() => Stages.Add(new PenaltyGradientStage<V, T>(context, axis, values, gradients, lines, ofOdd: true)));
        return lines;
    }

    private void EndPenalties(int axis, PenaltyLine[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var (s, d) = (slots[lines[i].Line], slots[lines[i].Line | geometry.LetterOf(axis)]);
            lines[i] = lines[i] with { S = s, D = d };
            slots.Hold(s, IsGradient);
            slots.Hold(d, IsGradient);
        }

        if (call.PenaltySums != 0)
        {
            Squares ??= new(context);
            Stages.Add(new PenaltySumStage<V, T>(context, axis, values, lines, Squares));
        }
        else if (call.HasPenalties)
        {
            back.Push(() => Stages.Add(new PenaltyGradientStage<V, T>(context, axis, values, gradients, lines, ofOdd: false)));
        }
    }
}
