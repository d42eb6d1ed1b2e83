// The paper's experiments, at a size that anyone can run again.
using Experiments;
using Quickstart;

if (args is [Worker.Command])
{
    NativeSettings.Apply();
    new Worker([new ClassifyRun(), new CostRun(), new RobustnessRun(), new SegmentRun(), new RestoreRun()]).Work();
    return 0;
}

return await CommandLine.Run(ExperimentCommands.Root(), args, stopped: "Stopped. The same command goes on from here.");
