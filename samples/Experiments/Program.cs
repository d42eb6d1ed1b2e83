// The paper's experiments, at a size that anyone can run again.
using System.CommandLine;
using CsvHelper;
using Experiments;
using Quickstart;

if (args is [Worker.Command])
{
    NativeSettings.Apply();
    new Worker([new ClassifyRun(), new RobustnessRun(), new SegmentRun(), new RestoreRun()]).Work();
    return 0;
}

var root = new RootCommand("Pools against each other: does lifting help, where, and with which settings?")
{
    ExperimentCommands.Classify(),
    ExperimentCommands.Robustness(),
    ExperimentCommands.Segment(),
    ExperimentCommands.Restore(),
    ExperimentCommands.Report(),
};
var line = root.Parse(args);
if (line.Errors.Count > 0)
{
    Console.Error.WriteLine(line.Errors[0].Message);
    return 2;
}

try
{
    return await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or WorkerException or CsvHelperException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped. The same command goes on from here.");
    return 130;
}
