global using FluentAssertions;
global using Xunit;
global using static TorchSharp.torch;
