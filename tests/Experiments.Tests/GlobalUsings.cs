global using FluentAssertions;
global using LiftPool.Tests;
global using TorchSharp;
global using Xunit;
global using static TorchSharp.torch;
