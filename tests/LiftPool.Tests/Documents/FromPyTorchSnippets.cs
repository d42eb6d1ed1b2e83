namespace LiftPool.Tests;

// The code of docs/coming-from-pytorch.md, run: SnippetTests compares the two.
public class FromPyTorchSnippets
{
    [Fact]
    public void Hooks()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = new LiftDownPool2d(channels: 4);
        var x = rand(1, 4, 6, 6);

        // DOCS: hooks
        pool.register_forward_hook((module, input, output) => output * 2);

        var plain = pool.forward_with_bands(x).output;          // no hook
        var (hooked, bands) = pool.call_with_bands(x);          // plain * 2
        // DOCS end

        hooked.IsExactly(plain.mul(2)).Should().BeTrue();
        bands.Names.Should().HaveCount(4);
    }

    [Fact]
    public void Bands_leave_a_scope()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 4);
        using var up = new LiftUpPool2d(pool);
        var x = rand(1, 4, 7, 6);

        // DOCS: bands leave a scope
        LiftBands bands;
        using (NewDisposeScope())
        {
            (_, bands) = pool.forward_with_bands(x.mul(2));     // the product is freed, and the output
            bands.MoveToOuterDisposeScope();
        }

        var doubled = up.forward(bands);
        // DOCS end

        doubled.ErrorTo(x.mul(2)).Should().BeLessThan(2e-6);
    }

    [Fact]
    public void An_odd_size_in_both_modes()
    {
        using var scope = NewDisposeScope();

        // DOCS: odd sizes
        var x = tensor(new float[] { 1, 2, 3, 4, 5 }).view(1, 1, 5);
        var floor = new LiftDownPool1d(LiftingScheme.Mean());
        var ceil = new LiftDownPool1d(LiftingScheme.Mean(), ceil_mode: true);

        var bands = floor.forward_with_bands(x).bands;          // L: 1.5, 3.5        Cropped: 5
        var longer = ceil.forward_with_bands(x).bands;          // L: 1.5, 3.5, 5     Cropped: nothing

        var zeros = floor.forward_with_bands(x).bands.Map((name, band) => zeros_like(band));
        var tail = new LiftUpPool1d(floor).forward(zeros);      // 0, 0, 0, 0, 5
        // DOCS end

        bands["L"].data<float>().Should().Equal(1.5f, 3.5f);
        bands.Cropped.Should().ContainSingle().Which.data<float>().Should().Equal(5);
        longer["L"].data<float>().Should().Equal(1.5f, 3.5f, 5);
        longer.Cropped.Should().BeEmpty();
        tail.data<float>().Should().Equal(0, 0, 0, 0, 5);
        floor.Dispose();
        ceil.Dispose();
    }

    // The rows of the page's table: input, ceil_mode, what is lifted, the length of a band, what is cropped, what comes back.
    [Theory]
    [InlineData("a b c d", false, "a b, c d", 2, "nothing")]
    [InlineData("a b c d", true, "a b, c d", 2, "nothing")]
    [InlineData("a b c d e", false, "a b, c d", 2, "e")]
    [InlineData("a b c d e", true, "a b, c d, e e", 3, "nothing")]
    public void The_table_of_odd_sizes(string input, bool ceilMode, string lifted, int length, string cropped)
    {
        using var scope = NewDisposeScope();
        var x = tensor(input.Split(' ').Select(letter => (float)letter[0]).ToArray()).view(1, 1, -1);

        // Without steps the bands are the second and the first of each pair.
        using var pool = new LiftDownPool1d(new LiftingScheme([]), ceil_mode: ceilMode);
        var bands = pool.forward_with_bands(x).bands;

        var pairs = bands["H"].data<float>().Zip(bands["L"].data<float>(), (first, second) => $"{(char)first} {(char)second}");
        string.Join(", ", pairs).Should().Be(lifted);
        bands["L"].size(-1).Should().Be(length);
        (bands.Cropped is [var kept] ? $"{(char)kept.item<float>()}" : "nothing").Should().Be(cropped);
        using var up = new LiftUpPool1d(pool);
        up.forward(bands).IsExactly(x).Should().BeTrue();

        var start = $"| {input} | `{(ceilMode ? "true" : "false")}` |";
        var row = Pages.Text("docs/coming-from-pytorch.md").Split('\n').Single(line => line.StartsWith(start, StringComparison.Ordinal));
        var cells = row.Split('|', StringSplitOptions.TrimEntries);
        cells[3].Should().Be(lifted);
        cells[4].Should().StartWith($"{length}");
        cells[5].Should().StartWith(cropped);
        cells[6].Should().StartWith("a b c d");
    }

    [Fact]
    public void The_keys_of_a_state_dict()
    {
        using var pool = new LiftDownPool2d(channels: 4, bias: true, reduction: BandReduction.Learned);
        using var up = new LiftUpPool2d(pool);

        pool.state_dict().ToDictionary(entry => entry.Key, entry => string.Join(',', entry.Value.shape)).Should().BeEquivalentTo(
            new Dictionary<string, string>
            {
                ["gain"] = "4,4",
                ["scheme.predict.conv.weight"] = "4,1,5",
                ["scheme.predict.conv.bias"] = "4",
                ["scheme.predict.proj.weight"] = "4,1,1",
                ["scheme.predict.proj.bias"] = "4",
                ["scheme.update.conv.weight"] = "4,1,5",
                ["scheme.update.conv.bias"] = "4",
                ["scheme.update.proj.weight"] = "4,1,1",
                ["scheme.update.proj.bias"] = "4",
            });
        up.state_dict().Should().BeEmpty();
    }
}
