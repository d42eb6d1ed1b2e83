using Quickstart;

namespace Experiments.Tests;

/// <summary>What runs leave for one another and for the report: whole, or refused by name.</summary>
public sealed class RunFileTests : IClassFixture<OneThread>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("runs-").FullName;

    [Fact]
    public void A_network_comes_back_and_a_damaged_file_is_named()
    {
        using var network = Linear(3, 5);
        using var other = Linear(3, 5);
        var file = Path.Combine(folder, "models", "network.bin");
        ModelFiles.Save(network, file);
        var whole = File.ReadAllBytes(file);

        ModelFiles.Load(other, file);

        other.weight.data<float>().ToArray().Should().Equal(network.weight.data<float>().ToArray());
        Directory.GetFiles(Path.GetDirectoryName(file)!).Should().Equal(file);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(file, whole[..length]);
            ShouldBeNamed(() => ModelFiles.Load(other, file), file);
        }

        File.WriteAllBytes(file, [.. Enumerable.Repeat((byte)0xFE, whole.Length)]);
        ShouldBeNamed(() => ModelFiles.Load(other, file), file);
    }

    [Fact]
    public void A_file_is_whole_or_the_old_one()
    {
        var file = Path.Combine(folder, "new", "file.txt");
        RunFiles.Write(file, next => File.WriteAllText(next, "old"));

        var stopped = () => RunFiles.Write(file, next =>
        {
            File.WriteAllText(next, "ne");
            throw new OperationCanceledException();
        });

        stopped.Should().Throw<OperationCanceledException>();
        File.ReadAllText(file).Should().Be("old");
    }

    [Fact]
    public void Pictures_that_runs_left_are_refused_if_they_are_damaged()
    {
        using var scope = NewDisposeScope();
        var job = new Job("restore", "a", 1, new Settings("data", "data", folder, 10, 10, 10, 1));
        var crops = rand(2, 1, PhotoSet.Side, PhotoSet.Side);
        RestoredCrops.Write(job, crops, crops, crops);
        var labels = randint(0, Scenes.Classes, [2, Scenes.Side, Scenes.Side], ScalarType.Byte);
        var bytes = labels.data<byte>().ToArray();
        SegmentMaps.Save(job, new Examples(rand(2, 1, Scenes.Side, Scenes.Side), labels), _ => bytes);

        ReadCrops().Should().BeTrue();
        SegmentMaps.Read(folder, job.Settings.Key, "a", 1)!.Truth(1).Should().Equal(bytes[(Scenes.Side * Scenes.Side)..]);
        foreach (var file in Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories))
        {
            var read = () => file.Contains("restored") ? ReadCrops() : SegmentMaps.Read(folder, job.Settings.Key, "a", 1) is not null;
            var whole = File.ReadAllBytes(file);
            foreach (var damaged in (byte[][])
            [
                [], whole[..(whole.Length / 2)], Grey(PhotoSet.Side + 1, 3 * PhotoSet.Side, 0), Grey(3 * Scenes.Side, Scenes.Side, 99),
            ])
            {
                File.WriteAllBytes(file, damaged);
                ShouldBeNamed(() => read(), file);
            }
        }

        static byte[] Grey(int width, int height, byte level)
            => PictureBytes.Png(width, height, 8, PictureBytes.Grey, [.. Enumerable.Repeat(level, width * height)]);

        bool ReadCrops() => RestoredCrops.Read(folder, job.Settings.Key, "a", 1) is not null;
    }

    [Theory]
    [InlineData("segment", "--train", "2000000000")]
    [InlineData("segment", "--seeds", "2000000000")]
    [InlineData("restore", "--epochs", "2000000000")]
    [InlineData("classify", "--jobs", "0")]
    public async Task Numbers_beyond_all_measure_are_refused(string command, string option, string number)
    {
        var (code, _, errors) = await Programs.Run(ExperimentCommands.Root(), command, option, number, "--output", folder);

        errors.Should().ContainSingle().Which.Should().StartWith($"{option}: expected 1 to ");
        code.Should().Be(2);
    }

    [Fact]
    public async Task A_name_that_is_none_of_those_is_one_line()
    {
        var (code, _, errors) = await Programs.Run(ExperimentCommands.Root(), "segment", "--only", "MaxPool", "--output", folder);

        errors.Should().ContainSingle().Which.Should().Contain("'MaxPool'").And.EndWith($"'{PairChoice.All[^1].Name}'");
        code.Should().Be(2);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_found_before_the_work()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");

        var (code, output, errors) = await Programs.Run(ExperimentCommands.Root(), "classify", "--quick", "--output", file);

        errors.Should().ContainSingle().Which.Should().StartWith(file);
        output.Should().BeEmpty();
        code.Should().Be(2);
    }

    [Fact]
    public void Memory_that_is_not_there_is_said_in_one_line()
    {
        var ours = () => zeros(1L << 50);

        CommandLine.Remedy(ours.Should().Throw<Exception>().Which).Should().NotBeNull().And.NotContain("\n");
        CommandLine.Remedy(new InvalidOperationException()).Should().BeNull();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void ShouldBeNamed(Action read, string file) =>
        read.Should().Throw<InvalidDataException>().Which.Message.Should().StartWith(file).And.NotContain("\n");
}
