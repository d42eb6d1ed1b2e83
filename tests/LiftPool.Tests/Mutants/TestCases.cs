using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace LiftPool.Tests;

/// <summary>The tests of this assembly, run one by one in this process.</summary>
internal sealed class TestCases : IDisposable
{
    private static readonly Options Defaults = new();

    private readonly XunitTestFramework framework = new(new Sink(_ => true));
    private readonly ITestFrameworkExecutor executor;

    public TestCases()
    {
        var assembly = Assembly.GetExecutingAssembly();
        executor = framework.GetExecutor(assembly.GetName());
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        var found = new List<ITestCase>();
        Await(sink => discoverer.Find(includeSourceInformation: false, sink, Defaults), message =>
        {
            if (message is ITestCaseDiscoveryMessage { TestCase: { SkipReason: null } test })
            {
                found.Add(test);
            }

            return message is IDiscoveryCompleteMessage;
        });
        All = found.DistinctBy(test => test.UniqueID).ToDictionary(test => test.UniqueID);
    }

    public IReadOnlyDictionary<string, ITestCase> All { get; }

    public bool Passes(ITestCase test)
    {
        var failed = 0;
        Await(sink => executor.RunTests([test], sink, Defaults), message =>
        {
            failed += message is IFailureInformation or ITestFailed ? 1 : 0;
            return message is ITestAssemblyFinished;
        });
        return failed == 0;
    }

    public void Dispose()
    {
        executor.Dispose();
        framework.Dispose();
    }

    // Both begin and return; the last message says that they are done.
    private static void Await(Action<IMessageSink> begin, Func<IMessageSinkMessage, bool> isLast)
    {
        using var done = new ManualResetEventSlim();
        begin(new Sink(message =>
        {
            if (isLast(message))
            {
                done.Set();
            }

            return true;
        }));
        done.Wait();
    }

    private sealed class Sink(Func<IMessageSinkMessage, bool> onMessage) : LongLivedMarshalByRefObject, IMessageSink
    {
        public bool OnMessage(IMessageSinkMessage message) => onMessage(message);
    }

    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        public TValue GetValue<TValue>(string name) => default!;

        public void SetValue<TValue>(string name, TValue value) => throw new NotSupportedException();
    }
}
