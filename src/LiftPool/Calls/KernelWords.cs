using System.Runtime.InteropServices;
using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Calls;

/// <summary>TorchSharp's and the mathematics' words in those of the kernels, which know neither.</summary>
internal static class KernelWords
{
    // Asked of TorchSharp's native library, the name is found in the runtime that its LibTorch is linked to, and in no other.
    static KernelWords()
    {
        if (NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, "GOMP_parallel", out var address))
        {
            ThreadTeam.UseParallel(address);
        }
    }

    /// <summary>The type of elements that the kernels read; null if they read none such.</summary>
    internal static StorageType? Of(ScalarType dtype) => dtype switch
    {
        ScalarType.Float32 => StorageType.Float32,
        ScalarType.Float64 => StorageType.Float64,
        ScalarType.Float16 => StorageType.Float16,
        ScalarType.BFloat16 => StorageType.BFloat16,
        _ => null,
    };

    internal static Border Of(PaddingModes padding) => padding switch
    {
        PaddingModes.Reflect => Border.Reflect,
        PaddingModes.Replicate => Border.Replicate,
        PaddingModes.Circular => Border.Circular,
        _ => Border.Zeros,
    };

    internal static OperatorKind Of(OperatorForm form) => form switch
    {
        OperatorForm.Linear => OperatorKind.Linear,
        OperatorForm.Relu => OperatorKind.Relu,
        _ => OperatorKind.Tanh,
    };

    internal static DenseWindow Of(DenseMax window) => window switch
    {
        DenseMax.Ahead => DenseWindow.Ahead,
        DenseMax.Back => DenseWindow.Back,
        DenseMax.Valid => DenseWindow.Valid,
        _ => DenseWindow.None,
    };

    internal static Rounding Of(StepRounding rounding) => rounding switch
    {
        StepRounding.Down => Rounding.Down,
        StepRounding.Nearest => Rounding.Nearest,
        _ => Rounding.None,
    };
}
