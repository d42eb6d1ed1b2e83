using Quickstart;
using TorchSharp;
using static TorchSharp.torch;

namespace Experiments;

/// <summary>Finds out what a folder holds: Fashion-MNIST, CIFAR-10, CIFAR-100 or photographs.</summary>
internal static class ImageData
{
    /// <summary>
    /// Training and validation examples are drawn from the data's own training images, none of them twice, the validation examples
    /// by a draw that is the same for every seed; test examples are the first of the data's own test images. Photographs have no such
    /// images: see <see cref="TextureData"/>.
    /// </summary>
    /// <param name="settings">How many of each, at most; fewer if there are not as many.</param>
    /// <param name="seed">Of the draw of the training examples.</param>
    public static Splits Load(Settings settings, int seed)
    {
        if (TextureData.IsIn(settings.Data))
        {
            return TextureData.Load(settings, seed);
        }

        using var scope = NewDisposeScope();
        var (train, test, classes) = Read(settings.Data, scope);
        using var fixedDraw = new Generator(0);
        using var draw = new Generator((ulong)seed);
        var order = randperm(train.Count, generator: fixedDraw);
        var validation = Math.Min(settings.Validation, train.Count / 5);
        var others = train.Count - validation;
        var chosen = order.narrow(0, validation, others)
            .index_select(0, randperm(others, generator: draw).narrow(0, 0, Math.Min(settings.Train, others)));
        return new Splits(
            train.Take(chosen).MoveToOuterDisposeScope(),
            train.Take(order.narrow(0, 0, validation)).MoveToOuterDisposeScope(),
            test.Take(arange(Math.Min(settings.Test, test.Count))).MoveToOuterDisposeScope(),
            classes);
    }

    private static (Examples Train, Examples Test, int Classes) Read(string folder, DisposeScope scope)
    {
        if (CifarFiles.Find(folder) is { } cifar)
        {
            return (cifar.ReadTrain(), cifar.ReadTest(), cifar.Classes);
        }

        // What is not taken is freed with the scope.
        var fashion = new FashionMnist(folder);
        scope.Attach(fashion.Train.Images, fashion.Train.Labels, fashion.Test.Images, fashion.Test.Labels);
        return (
            new Examples(fashion.Train.Images, fashion.Train.Labels),
            new Examples(fashion.Test.Images, fashion.Test.Labels),
            FashionMnist.Classes);
    }
}
