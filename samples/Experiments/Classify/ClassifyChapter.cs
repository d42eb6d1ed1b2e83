namespace Experiments;

/// <summary>What <c>classify</c> asks, and what the report says of it.</summary>
internal static class ClassifyChapter
{
    private const string Max = PoolChoices.Max;
    private const string MaxBlur = PoolChoices.MaxBlur;
    private const string Lift = PoolChoices.Lift;
    private const string LiftAlone = PoolChoices.LiftAlone;

    private static readonly Metric Test = Metric.Percent("test accuracy");
    private static readonly Metric Validation = Metric.Percent("validation accuracy");
    private static readonly Metric Parameters = new("parameters", Format: "0");

    /// <summary>The pools against each other, MaxPool2d first.</summary>
    public static IReadOnlyList<string> Pools { get; } =
        [Max, PoolChoices.Average, "strided convolution", MaxBlur, "Haar LL", Lift, LiftAlone];

    public static Defaults Defaults { get; } = new(
        "fashion-mnist",
        "Fashion-MNIST's four IDX files, the binary files of CIFAR-10 or CIFAR-100, or photographs, whose patches are told apart",
        "images",
        new Size(Train: 10000, Validation: 10000, Test: 10000, Epochs: 6),
        new Size(Train: 1000, Validation: 500, Test: 500, Epochs: 1),
        [.. PoolChoices.All.Select(one => one.Name)],
        [Max, Lift])
    {
        // Without penalties, and with forms that the small setting found to be good.
        UsualVariants = [.. Pools.Where(pool => pool != Lift), .. PoolForms.Robust],
        Depth = ("Convolutions in each of the network's four stages", 16),
    };

    /// <summary>All that could win, trained by the task's loss alone but for one.</summary>
    private static Ranking Forms { get; } = new(
        "Every form",
        [.. Pools.Except([Lift]), .. PoolForms.Rivals.Concat(PoolForms.All).Select(form => form.Name)],
        Validation,
        Test,
        [Max, MaxBlur]);

    public static Chapter New() => new("classify", "Classification", Questions, Claims) { Pictures = Draw, Rankings = [Forms] };

    /// <summary>Draws patches of photographs, for the report; of other data nothing.</summary>
    public static void DrawPatches(Settings settings)
    {
        if (TextureData.IsIn(settings.Data))
        {
            var folder = RunFiles.Pictures(settings.Output, settings.Key);
            Directory.CreateDirectory(folder);
            TexturePicture.Draw(Path.Combine(folder, TexturePicture.File), ImageData.Load(settings, seed: 1));
        }
    }

    // Between pools that were there before the test images decide; between settings of ours the validation images.
    private static Question[] Questions { get; } =
    [
        new("Pools against MaxPool2d", Max, [.. Pools.Skip(1), PoolChoices.LiftTenth], [Test, Validation, Parameters]),
        new(
            "Which penalties",
            Lift,
            [LiftAlone, PoolChoices.LiftTenth, .. ((string[])["c_u alone", "c_p alone", "L2 norms", "c_u towards xe"]).Select(PoolChoices.Changed)],
            [Validation, Test, new("scale before pools")]),
        .. Choice("Which bands", "LL", "LL + LH", "LL + HL", "LL + HH"),
        .. Choice("How many taps", "kernel_size 1", "kernel_size 3", "kernel_size 7"),
        .. Choice("Which reduction", "mean", "learned weights", "concatenation"),
        .. Choice("Which groups, bias, padding", "proj_groups 1", "groups 1, proj_groups 1", "bias", "replicate padding"),
        .. Choice("Before or behind the activation, shared or separate operators", "before the activation", "separate operators"),
        new(
            "Against the default, without penalties",
            LiftAlone,
            [.. PoolForms.All.Select(form => form.Name)],
            [Validation, Test, Parameters]),
        new(
            "What the lift adds to a dense maximum",
            PoolForms.DenseMean,
            [PoolForms.DenseSum, PoolForms.DenseNoTanh, PoolForms.DenseMagnitude, PoolForms.DenseLearned, MaxBlur],
            [Validation, Test]),
        new(
            "Which reduction after a dense maximum, and whether with tanh",
            PoolForms.DenseSum,
            [PoolForms.DenseNoTanh, PoolForms.DenseMagnitude, PoolForms.DenseLearned, MaxBlur],
            [Validation, Test]),
        new(
            "Where learning starts, without penalties",
            LiftAlone,
            [
                .. ((string[])["LL", "P = U = 0 at first", "small P and U at first", "nearly max-lifting at first", "LL, nearly the maximum at first", "LL of learnable Haar", "LL of learnable 5/3"])
                    .Select(PoolChoices.Alone),
            ],
            [Validation, Test, Parameters]),
    ];

    private static Claim[] Claims { get; } =
    [
        .. Beats("max pooling", Max),
        .. Beats("average pooling", PoolChoices.Average),
        .. Beats("strided convolution", "strided convolution"),
        .. Beats("MaxBlurPool", MaxBlur),
        .. Beats("wavelet pooling", "Haar LL"),
        new("All bands beat LL", Lift, PoolChoices.Changed("LL"), Test),
        new("All bands beat LL: without penalties", LiftAlone, PoolChoices.Alone("LL"), Test),
        new("The penalties help", Lift, LiftAlone, Test),
        .. Best,
        new("LiftRegularizer's own weights beat max pooling", PoolChoices.LiftTenth, Max, Test, IsOurs: true),
    ];

    // The same with the form that is recommended.
    private static IEnumerable<Claim> Best =>
    [
        .. from rival in (string[])[Max, PoolChoices.Average, "strided convolution", MaxBlur, "Haar LL", LiftAlone]
           select new Claim($"{PoolForms.Recommended} beats {rival}", PoolForms.Recommended, rival, Test, IsOurs: true),
    ];

    private static Claim[] Beats(string words, string rival)
        => [new($"Lift beats {words}", Lift, rival, Test), new($"Lift beats {words}: without penalties", LiftAlone, rival, Test)];

    // With the paper's penalties and without any.
    private static Question[] Choice(string title, params string[] changes)
        =>
        [
            new(title, Lift, [.. changes.Select(PoolChoices.Changed)], [Validation, Test, Parameters]),
            new($"{title}, without penalties", LiftAlone, [.. changes.Select(PoolChoices.Alone)], [Validation, Test, Parameters]),
        ];

    private static IReadOnlyList<(string Title, string File)> Draw(Drawing drawing) => drawing
        .AddBars("Small VGG, by pool", "classify-pools.png", Max, Questions[0].Variants, Test)
        .AddBars("Every form, against MaxPool2d", "classify-forms.png", Max, [.. Forms.Order(drawing.Measurements).Where(name => name != Max)], Test)
        .AddBars("LiftDownPool2d with one thing changed", "classify-settings.png", Lift, VariantsOf(Lift), Validation)
        .AddBars("LiftDownPool2d without penalties, with one thing changed", "classify-settings-alone.png", LiftAlone, VariantsOf(LiftAlone), Validation)
        .AddCurves("classify-curves.png", Validation, Pools)
        .Add("Patches of the photographs, a row each: training on the left, test on the right", TexturePicture.File, File.Exists)
        .Drawn;

    private static IEnumerable<string> VariantsOf(string reference)
        => Questions.Where(one => one.Reference == reference).SelectMany(one => one.Variants).Distinct()
            .Where(name => name.StartsWith(reference, StringComparison.Ordinal));
}
