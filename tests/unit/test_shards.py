"""Shards: the same bytes for the same records, read by others, and damage named."""

import json
import tarfile

import pytest

from qvl.data.index import BrokenShard, index_of, scan
from qvl.data.shards import Cursor, Shard, stream, verify, write
from tests.records import boxes, prose


@pytest.fixture
def rows():
    return [boxes("a-0", 0), prose("a-1"), boxes("b-2", 2)]


@pytest.fixture
def shard(rows, tmp_path):
    write(tmp_path / "a-00000.tar", rows)
    return tmp_path / "a-00000.tar"


def test_records_come_back_in_order_and_by_key(rows, shard):
    read = Shard(shard)
    assert [read[i] for i in range(len(read))] == rows
    assert read.keyed("b-2") == rows[2]
    with pytest.raises(KeyError, match="no sample 'c'"):
        read.keyed("c")
    verify(shard)


def test_the_same_records_are_the_same_bytes(rows, shard, tmp_path):
    write(tmp_path / "again.tar", rows)
    assert (tmp_path / "again.tar").read_bytes() == shard.read_bytes()
    assert index_of(tmp_path / "again.tar").read_bytes() == index_of(shard).read_bytes()


def test_tarfile_reads_it(rows, shard):
    with tarfile.open(shard) as tar:
        assert tar.getnames() == ["a-0.json", "a-0.0.png", "a-1.json", "b-2.json", "b-2.0.png"]
        assert all((m.mtime, m.uid, m.mode) == (0, 0, 0o644) for m in tar)
        held = tar.extractfile("b-2.0.png")
        assert held and held.read() == rows[2].media["0.png"]


def test_webdataset_reads_it(rows, shard):
    import webdataset

    found = list(webdataset.WebDataset(str(shard), shardshuffle=False))
    assert [each["__key__"] for each in found] == ["a-0", "a-1", "b-2"]
    assert found[0]["0.png"] == rows[0].media["0.png"]
    assert json.loads(found[1]["json"])["family"] == "prose"


def test_an_index_is_made_where_there_is_none(shard):
    read = Shard(shard)
    written = read.index
    index_of(shard).unlink()
    assert scan(shard) == written
    read = Shard(shard)
    assert read.index == written


def test_reading_goes_on_from_any_cursor(rows, shard, tmp_path):
    write(tmp_path / "b.tar", [prose("c-0"), prose("c-1")])
    paths = [shard, tmp_path / "b.tar"]
    whole = list(stream(paths))
    assert [record.key for record, _ in whole] == ["a-0", "a-1", "b-2", "c-0", "c-1"]
    for i, (_, cursor) in enumerate(whole):
        assert [r.key for r, _ in stream(paths, cursor)] == [r.key for r, _ in whole[i + 1 :]]
    assert next(stream(paths, Cursor(1, 1)))[0].key == "c-1"


def test_each_damaged_byte_of_a_member_is_named(shard):
    read = Shard(shard)
    entry = read.index.entries[2]
    held = bytearray(shard.read_bytes())
    for member in entry.members:
        place = member.offset + member.size // 2
        held[place] ^= 1
        shard.write_bytes(held)
        with pytest.raises(BrokenShard, match=f"b-2.{member.name} at byte {member.offset}"):
            verify(shard)
        held[place] ^= 1
    held[entry.members[0].offset - 512] ^= 1  # a header
    shard.write_bytes(held)
    with pytest.raises(BrokenShard, match="sha256"):
        verify(shard)


def test_a_shard_cut_short_is_named(shard):
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-700])
    with pytest.raises(BrokenShard, match=f"{len(whole) - 700} bytes, its index tells"):
        Shard(shard)
    index_of(shard).unlink()
    shard.write_bytes(whole[:2000])
    with pytest.raises(BrokenShard, match="no whole tar"):
        Shard(shard)
    with pytest.raises(BrokenShard, match="no such file"):
        Shard(shard.with_name("x.tar"))


def test_nothing_stays_of_a_shard_that_fails(rows, tmp_path):
    def broken():
        yield rows[0]
        raise OSError("the source ends")

    with pytest.raises(OSError, match="source ends"):
        write(tmp_path / "a.tar", broken())
    with pytest.raises(ValueError, match="two records have the key 'a-0'"):
        write(tmp_path / "a.tar", [rows[0], rows[0]])
    assert not list(tmp_path.iterdir())
