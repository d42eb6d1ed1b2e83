using System.Reflection;
using LiftPool.Surgery;
using TorchSharp.Modules;
using Module = TorchSharp.torch.nn.Module;

namespace LiftPool.Tests;

/// <summary>
/// TorchSharp's modules note the device that they were moved to, and <c>to(device)</c> does nothing where the note says that they are.
/// TorchSharp's own layers do not go by it. What is made of others on a device has to note it, or <c>cpu()</c> would leave it where it is.
/// The device here is "meta", which every machine has: tensors without values.
/// </summary>
public sealed class DeviceNoteTests
{
    private static readonly (DeviceType, int) OnMeta = (DeviceType.META, -1);
    private static readonly (DeviceType, int) OnCpu = (DeviceType.CPU, -1);

    public static TheoryData<string, Func<Module>> Made => new()
    {
        { "1d", () => new LiftDownPool1d(4, device: META) },
        { "2d with a gain", () => new LiftDownPool2d(4, reduction: BandReduction.Learned, bias: true, device: META) },
        { "3d of a scheme", () => new LiftDownPool3d(LiftingScheme.MaxLifting(learnable: true, device: META)) },
        {
            "a gain of a pool that shares",
            () => LiftDownPool2d.Sharing(new LiftDownPool2d(4, device: META), reduction: BandReduction.Learned)
        },
        { "fixed taps", () => new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf97, device: META)) },
        {
            "many steps",
            () => new LiftingScheme([LiftingStep.Update(Filter()), LiftingStep.Predict(Filter()), LiftingStep.Update(Filter())])
        },
        { "an operator", Filter },
        { "a learned operator", () => LiftingOperators.Learned(4, device: META) },
        { "a rectified one", () => LiftingOperators.Rectified([1], 1, learnable: true, device: META) },
        { "an up-pool", () => new LiftUpPool2d(4, device: META) },
        { "an up-pool of a scheme", () => new LiftUpPool2d(LiftingScheme.Mean(device: META)) },
        { "a pyramid", () => new LiftPyramid(new LiftDownPool2d(4, device: META), 2) },
        {
            "a convolution and its lift",
            () => new LiftedConvolution(Conv2d(4, 4, 1, stride: 2, device: META), new LiftDownPool2d(4, device: META))
        },
    };

    [Theory]
    [MemberData(nameof(Made))]
    public void What_is_made_on_a_device_notes_it_in_every_part(string name, Func<Module> make)
    {
        using var scope = NewDisposeScope();
        using var module = make();

        Parts(module).Should().OnlyContain(part => NoteOf(part).Equals(OnMeta), name);

        // Nothing that has no values can be moved: that it is tried shows that it would be.
        FluentActions.Invoking(() => module.cpu()).Should().Throw<Exception>(name);
    }

    [Fact]
    public void What_is_made_on_the_CPU_notes_that()
    {
        using var scope = NewDisposeScope();
        Parts(new LiftPyramid(new LiftDownPool2d(4), 2)).Should().OnlyContain(part => NoteOf(part).Equals(OnCpu));
    }

    [Fact]
    public void Operators_in_two_places_stay_there()
    {
        using var scope = NewDisposeScope();
        var (here, there) = (LiftingOperators.Filter([1]), Filter());
        using var scheme = new LiftingScheme([LiftingStep.Predict(there), LiftingStep.Update(here)]);
        (here.buffers().Single().device_type, there.buffers().Single().device_type).Should().Be((DeviceType.CPU, DeviceType.META));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Surgery_sees_to_the_notes_of_what_it_puts_in(bool given)
    {
        using var scope = NewDisposeScope();
        var model = Sequential(("conv", Conv2d(4, 16, 1, stride: 2)), ("pool", MaxPool2d(2)));
        LiftSurgeryOptions options = new()
        {
            StridedConvolutions = true,
            Start = !given ? null : site => Misled(Sequential(site.NewPool(LiftingScheme.Mean()))),
        };
        LiftSurgery.ReplaceMaxPools(model, rand(1, 4, 16, 16), options).Replaced.Should().Be(2);
        Parts(model).Should().OnlyContain(part => NoteOf(part).Equals(OnCpu));
    }

    private static Module<Tensor, Tensor> Filter() => LiftingOperators.Filter([1], device: META);

    private static IEnumerable<Module> Parts(Module module) => module.modules().Prepend(module);

    // As after a move that it was left out of.
    private static Sequential Misled(Sequential module)
    {
        foreach (var part in module.modules())
        {
            Field("_deviceType").SetValue(part, DeviceType.META);
        }

        return module;
    }

    private static (DeviceType, int) NoteOf(Module module)
        => ((DeviceType)Field("_deviceType").GetValue(module)!, (int)Field("_deviceIndex").GetValue(module)!);

    private static FieldInfo Field(string name) => typeof(Module).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
}
