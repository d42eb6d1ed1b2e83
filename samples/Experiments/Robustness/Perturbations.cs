using static TorchSharp.torch;

namespace Experiments;

/// <summary>The perturbations, after ImageNet-P's.</summary>
/// <remarks>D. Hendrycks and T. Dietterich, ICLR 2019 (arXiv 1903.12261). ImageNet-P has one sequence of 31 frames an image.</remarks>
internal static class Perturbations
{
    private const double NoiseDeviation = 0.06;

    // Four ways, so that each pixel of a pool's window comes to be its first.
    private static readonly (int Right, int Down)[] Ways = [(1, 0), (0, 1), (1, 1), (1, -1)];

    public static IReadOnlyList<Perturbation> All { get; } =
    [
        // From four pixels on one side of its place to four on the other, a pixel a frame.
        new("translate", Ways.Length, 9, Translated),

        // From -15 to 15 degrees, one a frame.
        new("rotate", 1, 31, (x, _, frame, _) => Geometry.Rotate(x, frame - 15.0)),

        // From 0.85 times the size to 1.15, a fiftieth a frame.
        new("scale", 1, 16, (x, _, frame, _) => Geometry.Scale(x, 0.85 + (0.02 * frame))),

        // From 0.3 darker to 0.3 brighter.
        new("brightness", 1, 21, (x, _, frame, _) => Light.Brightness(x, 0.03 * (frame - 10))),

        // From a standard deviation of 0.3 pixels, which is hardly to be seen, to 1.8.
        new("gaussian blur", 1, 16, (x, _, frame, _) => Blur.Gaussian(x, 0.3 + (0.1 * frame))),

        // The image without noise first.
        new("gaussian noise", 1, 16, Noisy) { AgainstFirst = true },
    ];

    private static Tensor Translated(Tensor images, int way, int frame, Generator draw)
        => Geometry.Shift(images, Ways[way].Right * (frame - 4), Ways[way].Down * (frame - 4));

    private static Tensor Noisy(Tensor images, int sequence, int frame, Generator draw)
        => Noise.Gaussian(images, frame == 0 ? 0 : NoiseDeviation, draw);
}
