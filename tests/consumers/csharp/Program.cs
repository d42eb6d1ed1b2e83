// What a user of the package does first: trains ten steps, saves, loads, goes down and up, moves to float64, puts lifts in a network of
// max pools.
// Ends with the number of parameters, or with an error that says what is wrong.
using LiftPool;
using TorchSharp;
using static TorchSharp.torch;

const long Wanted = (16 * 9 + 16) + (16 + 16) + 2 * (16 * 5 + 16) + (16 * 14 * 14 * 10 + 10);   // conv, norm, pool, head

random.manual_seed(1);
using var network = new Network();
var parameters = network.parameters().Sum(parameter => parameter.numel());
Check(parameters == Wanted, $"{parameters} parameters, not {Wanted}");

var images = rand(32, 1, 28, 28);
var labels = randint(10, 32);
using var optimizer = optim.Adam(network.parameters(), 0.001);
var losses = new List<float>();
for (var step = 0; step < 10; step++)
{
    using var scope = NewDisposeScope();
    using var penalty = new LiftRegularizer();
    var loss = nn.functional.cross_entropy(network.call(images), labels) + penalty.loss();
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    losses.Add(loss.item<float>());
}

Check(losses[^1] < losses[0], $"the loss went from {losses[0]} to {losses[^1]}");

network.eval();
using var unused = no_grad();
var expected = network.call(images);
var file = Path.GetTempFileName();
network.save(file);
using var loaded = new Network();
loaded.load(file).eval();
File.Delete(file);
Check(Difference(loaded.call(images), expected) == 0, "what was loaded predicts something else");

var photo = rand(2, 16, 37, 41);
var (_, bands) = network.Pool.forward_with_bands(photo);
var restored = new LiftUpPool2d(network.Pool).forward(bands);
Check(Difference(restored, photo) < 2e-6, $"the way down and up is off by {Difference(restored, photo)}");

loaded.to(ScalarType.Float64);
var precise = loaded.call(images.to(ScalarType.Float64)).to(ScalarType.Float32);
Check(Difference(precise, expected) < 1e-3, $"in float64 the output is off by {Difference(precise, expected)}");

// Surgery looks into the fields of modules, TorchSharp's and this program's, whatever was trimmed.
using var pooled = new Pooled();
var same = pooled.call(photo);
var hooks = 0;
var hook = pooled.First.register_forward_pre_hook((nn.Module _) => hooks++);
var report = LiftSurgery.ReplaceMaxPools(pooled, photo, new() { Strict = true });
Check(report.Replaced == 4 && pooled.parameters().Count() == 4 * 3, $"surgery in {pooled.parameters().Count()} parameters:\n{report}");
hooks = 0;
var off = Difference(pooled.call(photo), same);
Check(off < 1e-5, $"after surgery the output is off by {off}");
hook.remove();
pooled.call(photo);
Check(hooks == 1, $"of a hook on a pool came {hooks} calls on its lift");

Console.WriteLine($"{parameters} parameters, loss {losses[0]:F2} to {losses[^1]:F2}");

static float Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

static void Check(bool holds, string otherwise)
{
    if (!holds)
    {
        Console.Error.WriteLine(otherwise);
        Environment.Exit(1);
    }
}

internal sealed class Pooled : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> first = nn.MaxPool2d(2);
    private readonly TorchSharp.Modules.Sequential deep = nn.Sequential(nn.ReLU(), nn.Sequential(nn.MaxPool2d(3, 2, 1)));
    private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> list
        = nn.ModuleList<nn.Module<Tensor, Tensor>>(nn.MaxPool2d(2));
    private readonly TorchSharp.Modules.ModuleDict<nn.Module<Tensor, Tensor>> dict
        = nn.ModuleDict(("a", (nn.Module<Tensor, Tensor>)nn.MaxPool2d(3, 2)));

    public Pooled() : base("Pooled") => RegisterComponents();

    public nn.Module<Tensor, Tensor> First => first;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return dict["a"].call(list[0].call(deep.call(first.call(input)))).MoveToOuterDisposeScope();
    }
}

internal sealed class Network : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> conv = nn.Conv2d(1, 16, 3, padding: 1);
    private readonly nn.Module<Tensor, Tensor> norm = nn.BatchNorm2d(16);
    private readonly LiftDownPool2d pool = new(channels: 16);
    private readonly nn.Module<Tensor, Tensor> head = nn.Sequential(("flatten", nn.Flatten()), ("linear", nn.Linear(16 * 14 * 14, 10)));

    public Network() : base("Network") => RegisterComponents();

    public LiftDownPool2d Pool => pool;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return head.call(pool.call(norm.call(conv.call(input)).relu())).MoveToOuterDisposeScope();
    }
}
