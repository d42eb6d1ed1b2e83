global using FluentAssertions;
global using Xunit;

// A recipe takes all cores, and speaks on the one standard output.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
