// Trains a small network with MaxPool2d and with LiftDownPool2d, and draws what the trained pool does to a photograph.
using Quickstart;

NativeSettings.Apply();
return await CommandLine.Run(QuickstartCommand.Root(), args);
