// TorchSharp counts live tensors for the whole process, and hands raw pointers to LibTorch: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: LiftPool.Tests.Seeded]
