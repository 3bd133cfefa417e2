"""Configuration files of every kind are read to the last byte, or refused in one line."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import shutil
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kresolve.api.bases import running_config
from kresolve.dotconfig import config_file
from kresolve.dotconfig.config_file import read_config
from kresolve.dotconfig.lines import Line, read_lines
from kresolve.dotconfig.packing import Cursor, unlz4
from kresolve.errors import ConfigFileError

TEXT = "# Linux/toy\nCONFIG_FISH=y\n# CONFIG_BIRD is not set\n" + "".join(
    f"CONFIG_N{number}={number * number}\n" for number in range(3000)
)
CONFIG = TEXT.encode()

if sys.version_info >= (3, 14):
    from compression.zstd import compress as zstd
else:
    from backports.zstd import compress as zstd


def lzma_alone(data: bytes) -> bytes:
    """As ``lzma -9``, which does not know the size beforehand."""
    return lzma.compress(data, lzma.FORMAT_ALONE, preset=6)


def lz4(data: bytes) -> bytes:
    """As ``lz4 -l``, all literals: blocks, without an end mark."""
    blocks = [data[start : start + (8 << 20)] for start in range(0, len(data), 8 << 20)]
    packed = b"\x02\x21\x4c\x18"
    for block in blocks:
        more, last = divmod(len(block) - 15, 255)
        content = b"\xf0" + b"\xff" * more + bytes([last]) + block
        packed += struct.pack("<I", len(content)) + content
    return packed


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "lzma": lzma_alone,
    "bzip2": bz2.compress,
    "zstd": zstd,
    "lz4": lz4,
}
# Those whose data tells when it is damaged.
CHECKED = [name for name in PACKERS if name != "lz4"]


def junk(size: int, seed: int = 0) -> bytes:
    """Bytes that mean nothing, always the same."""
    return random.Random(seed).randbytes(size)  # noqa: S311 (no secret)


def vmlinux(content: bytes = b"IKCFG_ST" + gzip.compress(CONFIG) + b"IKCFG_ED") -> bytes:
    """A kernel, as far as we look: ELF's magic, code, and what IKCONFIG adds."""
    decoys = b"IKCFG_ST is what to look for\0IKCFG_ST\x1f\x8b\x00\0" + b"\x1f\x8b\x08\0" + b"BZh9"
    return b"\x7fELF" + junk(70_000) + decoys + content + junk(50_000, seed=1)


def boot_image(packed: bytes) -> bytes:
    """An x86 boot image: setup code with its header, the packed kernel, a size."""
    setup = bytearray(junk(20_000, seed=2))
    setup[:2] = b"\xea\x05"
    setup[0x202:0x206] = b"HdrS"
    return bytes(setup) + packed + struct.pack("<I", 60_000_000) + junk(5_000, seed=3)


def write(folder: Path, data: bytes, name: str = "file") -> Path:
    """A file with these bytes."""
    path = folder / name
    path.write_bytes(data)
    return path


def refused(path: Path) -> str:
    """The error for a file, which is one line that begins with the path."""
    with pytest.raises(ConfigFileError) as caught:
        read_config(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert "\n" not in text
    return text.removeprefix(str(path))


# --------------------------------------------------------------- plain, packed


@pytest.mark.parametrize("text", ["", "CONFIG_A=y", "CONFIG_A=y\r\nCONFIG_B=n\r\n", TEXT, "ä\n"])
def test_a_plain_file_is_its_text(tmp_path: Path, text: str) -> None:
    """A text is returned as it stands: nothing is added, dropped or translated."""
    assert read_config(write(tmp_path, text.encode())) == text


def test_bytes_that_are_no_utf8_survive(tmp_path: Path) -> None:
    """A string in another encoding is kept byte for byte."""
    data = b'CONFIG_X="\xe4\xff"\n'
    assert read_config(write(tmp_path, data)).encode("utf-8", "surrogateescape") == data


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_file_is_unpacked(tmp_path: Path, packer: str) -> None:
    """Whatever it is packed with, and whatever it is called, the text comes out."""
    assert read_config(write(tmp_path, PACKERS[packer](CONFIG))) == TEXT


@pytest.mark.parametrize("packer", ["gzip", "xz", "bzip2", "zstd"])
def test_packed_files_can_be_joined(tmp_path: Path, packer: str) -> None:
    """Two packed files one behind the other are both read, zeros at the end are not."""
    pack = PACKERS[packer]
    data = pack(b"CONFIG_A=y\n") + pack(b"CONFIG_B=y\n") + bytes(512)
    assert read_config(write(tmp_path, data)) == "CONFIG_A=y\nCONFIG_B=y\n"


@pytest.mark.parametrize(
    "command", [["gzip"], ["xz", "-9"], ["lzma"], ["bzip2"], ["zstd", "-19"], ["lz4", "-l", "-9"]]
)
def test_the_programs_own_output_is_read(tmp_path: Path, command: list[str]) -> None:
    """What the programs that build a kernel write is read."""
    if not shutil.which(command[0]):
        pytest.skip(f"no {command[0]} here")
    data = CONFIG * 40
    packed = subprocess.run([*command, "-c"], input=data, capture_output=True, check=True).stdout
    assert read_config(write(tmp_path, packed)) == TEXT * 40


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path: Path, packer: str, part: float) -> None:
    """Half a configuration is none: where the packed data breaks off, it is refused."""
    packed = PACKERS[packer](CONFIG)
    text = refused(write(tmp_path, packed[: int(len(packed) * part)]))
    assert text.startswith(f": damaged {packer} data: ")


@pytest.mark.parametrize("packer", ["gzip", "xz", "bzip2"])
def test_a_flipped_bit_is_noticed(tmp_path: Path, packer: str) -> None:
    """Damage in the middle is found by the checksum."""
    packed = bytearray(PACKERS[packer](CONFIG))
    packed[len(packed) // 2] ^= 1
    assert f"damaged {packer} data" in refused(write(tmp_path, bytes(packed)))


@pytest.mark.parametrize("packer", CHECKED)
def test_what_follows_packed_text_is_not_dropped(tmp_path: Path, packer: str) -> None:
    """Lines behind packed ones would be lost without a word; so they are an error."""
    data = PACKERS[packer](CONFIG) + b"CONFIG_LAST=y\n"
    assert "something else follows" in refused(write(tmp_path, data))


@pytest.mark.parametrize(("packer", "mapped"), [("gzip", False), ("zstd", True)])
def test_a_bomb_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packer: str, *, mapped: bool
) -> None:
    """What unpacks to more than the limit is refused before it fills the memory."""
    monkeypatch.setattr(config_file, "_MAPPED_FROM", 1 if mapped else 1 << 30)
    bomb = PACKERS[packer](bytes(config_file.LIMIT + 1))
    assert "more than 256 MiB unpacked" in refused(write(tmp_path, bomb))
    assert "more than 256 MiB unpacked" in refused(write(tmp_path, boot_image(bomb)))


def test_a_bomb_under_the_mark_is_refused(tmp_path: Path) -> None:
    """The configuration in an image may not be endless either."""
    marked = b"IKCFG_ST" + gzip.compress(bytes(config_file.LIMIT + 1))
    assert "more than 256 MiB unpacked" in refused(write(tmp_path, vmlinux(marked)))


def test_packed_again_and_again_is_refused(tmp_path: Path) -> None:
    """Layers are looked through only so far."""
    data = CONFIG
    for _ in range(3):
        data = gzip.compress(data)
    assert read_config(write(tmp_path, data)) == TEXT
    assert "binary file" in refused(write(tmp_path, gzip.compress(data)))


# -------------------------------------------------------------- kernel images


@pytest.mark.parametrize("mapped", [False, True])
def test_a_kernel_with_a_configuration_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, mapped: bool
) -> None:
    """A vmlinux with IKCONFIG gives the configuration, among whatever looks like one."""
    monkeypatch.setattr(config_file, "_MAPPED_FROM", 1 if mapped else 1 << 30)
    assert read_config(write(tmp_path, vmlinux())) == TEXT


@pytest.mark.parametrize("shift", range(-12, 13, 3))
def test_the_mark_is_found_between_blocks(tmp_path: Path, shift: int) -> None:
    """Wherever the mark stands, also where one block that we read ends."""
    place = (1 << 18) + shift
    data = b"\x7fELF" + bytes(place - 4) + b"IKCFG_ST" + gzip.compress(CONFIG) + b"IKCFG_ED"
    assert read_config(write(tmp_path, data)) == TEXT


@pytest.mark.parametrize("packer", PACKERS)
def test_a_boot_image_is_read(tmp_path: Path, packer: str) -> None:
    """A boot image is looked into, whatever its kernel is packed with, junk around it."""
    assert read_config(write(tmp_path, boot_image(PACKERS[packer](vmlinux())))) == TEXT


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_image_is_read(tmp_path: Path, packer: str) -> None:
    """Image.gz and its like, with what a boot loader wants behind it."""
    packed = PACKERS[packer](vmlinux()) + junk(0 if packer == "lz4" else 3000, seed=4)
    assert read_config(write(tmp_path, packed)) == TEXT


def test_a_packed_boot_image_is_read(tmp_path: Path) -> None:
    """Also a packed boot image with a packed kernel in it."""
    data = lzma.compress(boot_image(zstd(vmlinux())))
    assert read_config(write(tmp_path, data)) == TEXT


def test_what_comes_after_the_configuration_is_not_read(tmp_path: Path) -> None:
    """A kernel that breaks off behind its configuration still gives it."""
    packed = gzip.compress(vmlinux() + junk(3_000_000))
    assert read_config(write(tmp_path, packed[: len(packed) // 2])) == TEXT


@pytest.mark.parametrize(
    "image",
    [
        vmlinux(b""),
        boot_image(gzip.compress(vmlinux(b""), mtime=0)),
        b"MZ" + junk(60) + gzip.compress(vmlinux(b""), mtime=0),
        bytes(0x38) + b"ARM\x64" + junk(3000),
        gzip.compress(vmlinux(b""), mtime=0),
    ],
)
def test_a_kernel_without_configuration_is_refused(tmp_path: Path, image: bytes) -> None:
    """The error says which option the kernel should have been built with."""
    assert "built with CONFIG_IKCONFIG" in refused(write(tmp_path, image))


@pytest.mark.parametrize("part", [0.5, 0.99])
def test_a_damaged_configuration_in_a_kernel_is_refused(tmp_path: Path, part: float) -> None:
    """Half the configuration is none, in an image too."""
    packed = gzip.compress(CONFIG)
    whole = b"IKCFG_ST" + packed[: int(len(packed) * part)]
    assert "is damaged" in refused(write(tmp_path, vmlinux(whole)))
    assert "is damaged" in refused(write(tmp_path, b"\x7fELF" + bytes(900) + whole))


# --------------------------------------------------------------- other things


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"CONFIG_A=y\n\0\n", ":2: this is a binary file, not a .config or a fragment"),
        (bytes(4096), ":1: this is a binary file"),
        (junk(100_000), ": this is a binary file"),
        (gzip.compress(b"x\0y", mtime=0), ": this is a binary file"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), ":1: this is UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), ":1: this is UTF-16"),
        (b"\x89LZO\0\r\n\x1a\n" + junk(300), ": packed with lzo"),
        (b"\x04\x22\x4d\x18" + bytes(20), ": packed with lz4 in its newer frame"),
    ],
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, data: bytes, expected: str) -> None:
    """Anything else is one line that says what it is, and where that shows."""
    text = refused(write(tmp_path, data))
    assert expected.removeprefix(": ") in text
    assert expected.startswith(": ") or text.startswith(expected)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing file and a directory carry the system's reason."""
    assert refused(tmp_path / "none") == ": cannot read it: No such file or directory"
    assert refused(tmp_path) == ": cannot read it: Is a directory"


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """A file whose size is 0 or unknown, as in /proc, is read to its end."""
    path = tmp_path / "config.gz"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(gzip.compress(CONFIG),))
    writer.start()
    assert read_config(path) == TEXT
    writer.join()


def test_an_endless_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device, a pipe without writer or without end, and 5 GB of holes are not read for ever."""
    assert refused(Path("/dev/zero")) == ": cannot read it: this is a device; name a file"
    assert read_config(Path("/dev/null")) == ""
    monkeypatch.setattr(config_file, "LIMIT", 1 << 20)
    pipe, sparse = tmp_path / "pipe", tmp_path / "sparse"
    os.mkfifo(pipe)
    assert refused(pipe) == ": cannot read it: nobody writes to this pipe"
    with subprocess.Popen(["cat", "/dev/zero"], stdout=subprocess.PIPE) as endless:
        assert endless.stdout is not None
        name = Path(f"/dev/fd/{endless.stdout.fileno()}")
        assert refused(name) == ": more than 1 MiB; not a .config"
        endless.kill()
    with sparse.open("wb") as file:
        file.truncate(5 << 30)
    assert refused(sparse) == ": more than 2 GiB; not a kernel"


def test_this_machines_configuration_is_read() -> None:
    """/proc/config.gz or /boot/config-RELEASE, where the machine has one."""
    try:
        path = running_config()
    except ConfigFileError as error:
        pytest.skip(str(error))
    lines, bad = read_lines(path)
    assert len(lines) > 1000
    assert bad == []


def test_random_bytes_never_surprise(tmp_path: Path) -> None:
    """Whatever follows a magic number, there is a text or one line, no other exception."""
    heads = [pack(CONFIG)[:size] for pack in PACKERS.values() for size in (4, 12, 40)]
    for seed, head in enumerate(heads * 3):
        path = write(tmp_path, head + junk(300, seed))
        refused(path)


# ----------------------------------------------------------------------- lz4


def test_lz4_copies(tmp_path: Path) -> None:
    """Copies, also those that overlap themselves and those with long lengths."""
    block = b"\x31abc\x03\x00"  # abc, then 5 of it again
    block += b"\x0f\x01\x00\xff\x10"  # the last letter 15 + 255 + 16 + 4 times
    block += b"\x10!"
    frame = b"\x02\x21\x4c\x18" + struct.pack("<I", len(block)) + block
    cursor = Cursor(frame + b"\xff\xff\xff\x00rest", 0)
    expected = b"abcabcab" + b"b" * (15 + 255 + 16 + 4) + b"!"
    assert b"".join(unlz4(cursor)) == expected
    assert cursor.position == len(frame)


# ------------------------------------------------------------------- as lines


def test_a_byte_order_mark_does_what_it_does_to_conf(tmp_path: Path) -> None:
    """conf takes a line behind the mark for unexpected data; so do we, and say why."""
    path = write(tmp_path, b"\xef\xbb\xbfCONFIG_A=y\nCONFIG_B=y\n")
    lines, bad = read_lines(path)
    assert [str(line) for line in lines] == ["CONFIG_B=y"]
    assert [str(line) for line in bad] == [
        f"{path}:1: a byte order mark before it, so conf ignores the line: CONFIG_A=y"
    ]


def test_lines_of_a_kernel_carry_its_name(tmp_path: Path) -> None:
    """A line out of an image is placed by the image and the line of its text."""
    path = write(tmp_path, boot_image(zstd(vmlinux())), "vmlinuz")
    lines, bad = read_lines(path)
    assert isinstance(lines[0], Line)
    assert str(lines[0].location) == f"{path}:2"
    assert bad == []
