"""The primitive encodings of lib0, on which every Yjs message is built.

Own code, because the readers at hand are quadratic on long varints or count characters where the wire counts bytes.
Two things always hold: reading costs time linear in what was read, and whatever the bytes are, the only error is
`DecodeError`. A reader takes the data and a position and returns the value and the position after it.
"""

MAX_SAFE_INTEGER = (1 << 53) - 1
"""The largest number that JavaScript holds exactly; nothing larger is written by an honest client."""

_ONE_BYTE = [bytes((n,)) for n in range(128)]


class DecodeError(ValueError):
    """The bytes are not what their place in the protocol calls for; the message says what was found."""


def read_var_uint(data: bytes, at: int) -> tuple[int, int]:
    """Read an unsigned integer of at most 53 bits; refuses one that is cut off or longer than it needs to be."""
    try:
        byte = data[at]
        at += 1
        if byte < 128:
            return byte, at
        value = byte & 127
        shift = 7
        while True:
            byte = data[at]
            at += 1
            if byte < 128:
                value |= byte << shift
                if byte == 0 or value > MAX_SAFE_INTEGER:
                    raise DecodeError("an integer is longer than it needs to be, or over 2^53-1")
                return value, at
            value |= (byte & 127) << shift
            shift += 7
            if shift > 49:
                raise DecodeError("an integer is over 2^53-1")
    except IndexError:
        raise DecodeError("the bytes end in the middle of an integer") from None


def write_var_uint(number: int) -> bytes:
    """Write an unsigned integer, 7 bits a byte, the lowest first."""
    if 0 <= number < 128:
        return _ONE_BYTE[number]
    if not 0 <= number <= MAX_SAFE_INTEGER:
        raise ValueError(f"{number} is not between 0 and 2^53-1: a varUint cannot hold it")
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_var_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    """Read a byte string that is preceded by its length in bytes."""
    size, at = read_var_uint(data, at)
    end = at + size
    if end > len(data):
        raise DecodeError(f"{size} bytes are announced and {len(data) - at} are left")
    return data[at:end], end


def write_var_bytes(value: bytes) -> bytes:
    """Write a byte string preceded by its length in bytes."""
    return write_var_uint(len(value)) + value


def read_var_string(data: bytes, at: int) -> tuple[str, int]:
    """Read a string: its length in bytes, then strict UTF-8."""
    raw, at = read_var_bytes(data, at)
    try:
        return raw.decode(), at
    except UnicodeDecodeError:
        raise DecodeError("a string is not UTF-8") from None


def write_var_string(value: str) -> bytes:
    """Write a string; a lone surrogate becomes U+FFFD, as in JavaScript's TextEncoder."""
    try:
        raw = value.encode()
    except UnicodeEncodeError:
        raw = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
    return write_var_uint(len(raw)) + raw
