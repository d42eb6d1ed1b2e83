global using FluentAssertions;
global using LiftPool.Tests;
global using Xunit;
global using static TorchSharp.torch;
global using static TorchSharp.torch.nn;
