// csharp/Program.cs in F#: ten steps of training, saved, loaded, down and up, float64.
open System.IO
open LiftPool
open TorchSharp
open type TorchSharp.torch
open type TorchSharp.TensorExtensionMethods

let wanted = (16L * 9L + 16L) + (16L + 16L) + 2L * (16L * 5L + 16L) + (16L * 14L * 14L * 10L + 10L)

type Network() as this =
    inherit nn.Module<Tensor, Tensor>("Network")

    let conv = nn.Conv2d(1L, 16L, 3L, padding = 1L)
    let norm = nn.BatchNorm2d(16L)
    let pool = new LiftDownPool2d(16)
    let linear = nn.Linear(16L * 14L * 14L, 10L)

    do this.RegisterComponents()

    member _.Pool = pool

    override _.forward input =
        use scope = NewDisposeScope()
        let pooled = pool.call(norm.call(conv.call(input)).relu())
        linear.call(pooled.flatten(1L)).MoveToOuterDisposeScope()

let difference (a: Tensor) (b: Tensor) = (a - b).abs().max().item<float32>()

let check holds otherwise =
    if not holds then
        eprintfn "%s" otherwise
        exit 1

random.manual_seed(1L) |> ignore
let network = new Network()
let parameters = network.parameters() |> Seq.sumBy (fun parameter -> parameter.numel())
check (parameters = wanted) $"{parameters} parameters, not {wanted}"

let images = rand(32L, 1L, 28L, 28L)
let labels = randint(10L, [| 32L |])
let optimizer = optim.Adam(network.parameters(), 0.001)

let step () =
    use scope = NewDisposeScope()
    use penalty = new LiftRegularizer()
    let loss = nn.functional.cross_entropy(network.call(images), labels) + penalty.loss()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step() |> ignore
    loss.item<float32>()

let losses = [ for _ in 1..10 -> step () ]
check (List.last losses < losses.Head) $"the loss went from {losses.Head} to {List.last losses}"

network.eval()
let expected = network.call(images)
let file = Path.GetTempFileName()
network.save(file) |> ignore
let loaded = new Network()
loaded.load(file).eval()
File.Delete file
check (difference (loaded.call(images)) expected = 0f) "what was loaded predicts something else"

let photo = rand(2L, 16L, 37L, 41L)
let struct (_, bands) = network.Pool.forward_with_bands(photo)
let restored = (new LiftUpPool2d(network.Pool)).forward(bands)
check (difference restored photo < 2e-6f) $"the way down and up is off by {difference restored photo}"

loaded.``to``(ScalarType.Float64) |> ignore
let precise = loaded.call(images.``to``(ScalarType.Float64)).``to``(ScalarType.Float32)
check (difference precise expected < 1e-3f) $"in float64 the output is off by {difference precise expected}"

printfn $"{parameters} parameters, loss {losses.Head:F2} to {List.last losses:F2}"
