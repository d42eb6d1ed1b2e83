namespace Experiments;

/// <summary>
/// The corruptions: ten of ImageNet-C's kinds, at severities for images of 28 x 28 or 32 x 32 pixels, and rotation and occlusion.
/// </summary>
/// <remarks>
/// D. Hendrycks and T. Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations",
/// ICLR 2019 (arXiv 1903.12261). Not here: fog, frost, snow, defocus, glass and JPEG. The severities are not those of
/// ImageNet-C or CIFAR-10-C, so that errors compare within these experiments alone.
/// </remarks>
internal static class Corruptions
{
    public static IReadOnlyList<Corruption> All { get; } =
    [
        new("gaussian noise", "standard deviation", [0.04, 0.07, 0.1, 0.14, 0.2], Noise.Gaussian),
        new("shot noise", "photons of a white pixel", [200, 80, 40, 20, 10], Noise.Shot),
        new("impulse noise", "share of values", [0.01, 0.02, 0.035, 0.06, 0.1], Noise.Impulse),
        new("gaussian blur", "standard deviation, pixels", [0.5, 0.75, 1, 1.5, 2], (x, deviation, _) => Blur.Gaussian(x, deviation)),
        new("motion blur", "length, pixels", [2, 3.5, 5, 7, 9], Blur.Motion),
        new("zoom blur", "largest magnification", [1.1, 1.2, 1.3, 1.45, 1.6], (x, largest, _) => Blur.Zoom(x, largest)),
        new("contrast", "share that is left", [0.85, 0.7, 0.55, 0.4, 0.3], (x, share, _) => Light.Contrast(x, share)),
        new("brightness", "added", [0.05, 0.1, 0.15, 0.2, 0.3], (x, added, _) => Light.Brightness(x, added)),
        new("rotation", "degrees to either side", [4, 8, 12, 17, 23], Geometry.RotateEitherWay),
        new("elastic", "root mean square shift, pixels", [0.5, 0.9, 1.3, 1.7, 2.2], Geometry.Elastic),
        new("pixelate", "side of the squares, pixels", [2, 3, 4, 5, 7], (x, side, _) => Cover.Pixelate(x, (int)side)),
        new("occlusion", "side of the square, share of the image's", [0.2, 0.28, 0.36, 0.44, 0.52], Cover.Occlude),
    ];
}
