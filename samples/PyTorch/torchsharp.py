"""State dicts in the format of TorchSharp's own files: what Module.save writes and Module.load reads, in C#.

    model.load_state_dict(torchsharp.load("network.dat"))
    torchsharp.save(model.state_dict(), "network.dat")

A file is a number of entries; each is a name, a type, a number of dimensions, their lengths, and the numbers, row by row. Every
integer but those stands as LEB128: seven bits a byte, the lowest first, the eighth bit set in all but the last byte.
"""

import torch

# c10::ScalarType, by its number.
TYPES = dict(enumerate((torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32, torch.float64)))
TYPES.update({11: torch.bool, 15: torch.bfloat16})
CODES = {dtype: code for code, dtype in TYPES.items()}


def load(path):
    """The tensors of a file by name."""
    with open(path, "rb") as file:
        return dict(_read_entry(file) for _ in range(_read_integer(file)))


def save(state, path):
    """Writes tensors by name, a module's state_dict() for instance."""
    with open(path, "wb") as file:
        file.write(_integer(len(state)))
        for name, value in state.items():
            value = value.detach().cpu().contiguous()
            file.write(_integer(len(name.encode())) + name.encode() + _integer(CODES[value.dtype]) + _integer(value.dim()))
            file.write(b"".join(map(_integer, value.shape)) + _bytes_of(value).numpy().tobytes())


def _read_entry(file):
    name = file.read(_read_integer(file)).decode()
    value = torch.empty((), dtype=TYPES[_read_integer(file)])
    value = value.new_empty([_read_integer(file) for _ in range(_read_integer(file))])
    raw = bytearray(file.read(value.numel() * value.element_size()))
    _bytes_of(value).copy_(torch.frombuffer(raw, dtype=torch.uint8) if raw else _bytes_of(value))
    return name, value


def _bytes_of(value):
    """The memory of a contiguous tensor, as bytes."""
    return value.reshape(-1).view(torch.uint8)


def _integer(value):
    encoded = bytearray()
    while value >= 128:
        encoded.append(value % 128 + 128)
        value //= 128
    return bytes(encoded + bytes([value]))


def _read_integer(file):
    value = shift = 0
    while True:
        byte = file.read(1)[0]
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value
