namespace LiftPool.Tests;

/// <summary>
/// Whether LibTorch's float32 convolution is right on this machine. On processors that hide their cache sizes oneDNN is
/// wrong for dense kernels wider than 1 whose channel counts are no multiples of 16; the run settings keep the
/// test process clear of that, so the machine itself is asked in a child process without them.
/// </summary>
internal static class ConvolutionCanary
{
    internal const string Argument = "canary";
    internal const string Sound = "LibTorch's float32 convolution is right";
    internal const string Faulty = "LibTorch's float32 convolution is WRONG";

    private const int Tries = 5;

    // The kinds that went wrong somewhere: [axes, channels in, channels out, kernel].
    private static readonly (int Axes, long In, long Out, long Kernel)[] Cases =
    [
        (1, 3, 3, 3), (1, 8, 8, 3), (1, 3, 3, 5), (1, 17, 17, 3),
        (2, 3, 3, 3), (2, 8, 8, 3), (2, 2, 2, 3), (2, 1, 8, 3), (2, 24, 48, 3),
    ];

    private static readonly Lazy<string> Asked = new(AskChild);

    /// <summary>One line for the <c>because</c> of every dense float32 test: what this machine does without the run settings.</summary>
    internal static string Verdict => Asked.Value;

    /// <summary>Compares in this process, as it is set up.</summary>
    internal static string Compare()
    {
        manual_seed(0);
        var wrong = Cases.Where(one => Enumerable.Range(0, Tries).Any(_ => !(Error(one.Axes, one.In, one.Out, one.Kernel) < 1e-3)));
        string[] names = [.. wrong.Select(one => $"{one.Axes}-D {one.In}->{one.Out} k{one.Kernel}")];
        return names is [] ? $"{Sound}." : $"{Faulty} for dense {string.Join(", ", names)}.";
    }

    /// <summary>The largest difference between float32 and float64, of outputs and input gradients that are about 1.</summary>
    private static double Error(int axes, long input, long output, long kernel)
    {
        using var scope = NewDisposeScope();
        var x = randn([2, input, .. Enumerable.Repeat(16L, axes)], ScalarType.Float64);
        var weight = randn([output, input, .. Enumerable.Repeat(kernel, axes)], ScalarType.Float64).div(Math.Sqrt(input * Math.Pow(kernel, axes)));

        (Tensor Output, Tensor Gradient) Run(ScalarType type)
        {
            var leaf = x.to(type, copy: true).requires_grad_();
            var y = axes == 1
                ? functional.conv1d(leaf, weight.to(type), padding: kernel / 2)
                : functional.conv2d(leaf, weight.to(type), padding: [kernel / 2, kernel / 2]);
            y.square().sum().backward();
            return (y.detach().to(ScalarType.Float64), leaf.grad!.to(ScalarType.Float64));
        }

        var (right, rightGradient) = Run(ScalarType.Float64);
        var (y, gradient) = Run(ScalarType.Float32);
        var error = cat([y.sub(right).flatten(), gradient.sub(rightGradient).flatten()]).abs().max();
        return error.item<double>();
    }

    // Never throws: it stands in the failure messages of other tests.
    private static string AskChild()
    {
        try
        {
            var (exitCode, output, error) = RunChild();
            var verdict = output.Split('\n').Select(line => line.Trim()).LastOrDefault(line => Begins(line, Sound) || Begins(line, Faulty));
            return exitCode == 0 && verdict is not null
                ? $"Without the run settings {verdict}"
                : Plain($"The canary gave no verdict: exit code {exitCode}, {output[..Math.Min(500, output.Length)]} {error[^Math.Min(500, error.Length)..]}");
        }
        catch (Exception e)
        {
            return Plain($"The canary did not run: {e.Message}");
        }
    }

    // One line, and no braces, which FluentAssertions takes for places to fill.
    private static string Plain(string text) => text.ReplaceLineEndings(" ").Replace('{', '(').Replace('}', ')');

    private static bool Begins(string text, string start) => text.StartsWith(start, StringComparison.Ordinal);

    private static (int? ExitCode, string Output, string Error) RunChild() => ChildProcess.Run([Argument], environment =>
    {
        string[] settings = ["ONEDNN_", "DNNL_", "MALLOC_", "OMP_"];
        foreach (var name in environment.Keys.Where(name => settings.Any(prefix => Begins(name, prefix))).ToArray())
        {
            environment.Remove(name);
        }
    });
}
