"""Keys and pseudonyms: unreadable for others, never shown, no joins, nothing after the end."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from rami.core.errors import ConfigurationError, DataError
from rami.information.meters.files import text
from rami.information.meters.ingest import ingest
from rami.information.meters.keys import KeyFile, KeyRing
from rami.information.meters.pseudonym import identity, pseudonyms
from rami.information.meters.rekey import rekey
from rami.information.meters.releases import Refused
from rami.information.meters.rotate import rekeyed, rotate
from rami.information.meters.settings import HISTORIAN, MeterDataset
from rami.information.meters.share import share
from rami.information.meters.subject import erase
from tests.information.meters.conftest import SETTINGS, Make, Write, meters
from tests.information.meters.memory import MemoryStore


def test_key_files_are_private(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys" / "d.keys")
    file.write(KeyRing.fresh(["a", "b"]))
    assert file.file.stat().st_mode & 0o777 == 0o600
    assert file.file.parent.stat().st_mode & 0o777 == 0o700
    file.file.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        file.read()
    file.file.chmod(0o600)
    (tmp_path / "keys" / "link.keys").symlink_to(file.file)
    with pytest.raises(ConfigurationError, match="link"):
        KeyFile(tmp_path / "keys" / "link.keys").read()


def test_keys_are_not_shown(tmp_path: Path) -> None:
    ring = KeyRing.fresh(["a"])
    assert ring.key("a").hex() not in repr(ring)
    assert repr(ring.key("a")) not in repr(ring)
    file = tmp_path / "keys" / "d.keys"
    file.parent.mkdir(mode=0o700)
    file.write_text(f'{{"identity": "{ring.identity.hex()}"')
    file.chmod(0o600)
    with pytest.raises(ConfigurationError) as error:
        KeyFile(file).read()
    assert ring.identity.hex() not in str(error.value)


def test_nothing_of_an_old_key_file_stays(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys" / "d.keys")
    ring = KeyRing.fresh(["a"])
    file.write(ring)
    with file.file.open("rb") as old:
        ring.next_epoch()
        ring.epochs, ring.current = {2: ring.epochs[2]}, 2
        file.write(ring)
        old.seek(0)
        assert not old.read().strip(b"\0")
    assert [p.name for p in file.file.parent.iterdir()] == ["d.keys"]


def test_pseudonyms_of_two_recipients_do_not_join() -> None:
    count = iter(range(100))
    ring = KeyRing.fresh(["a", "b"], lambda n: bytes([next(count)]) * n)
    people = [identity(ring.identity, "d", str(i).encode()) for i in range(4000)]
    a, b = (pseudonyms(ring.key(r), "d", people) for r in ("a", "b"))
    other = pseudonyms(ring.key("a"), "e", people)
    everything = [*a, *b, *other, *people]
    assert len(set(everything)) == len(everything)
    assert all(len(one) * 5 == 160 for one in everything)
    # characters at the same place agree as often as by chance, 1 in 32
    for one, two in ((a, b), (a, people), (a, other)):
        agree = sum(
            x == y for p, q in zip(one, two, strict=True) for x, y in zip(p, q, strict=True)
        )
        trials = 32 * 4000
        assert abs(agree - trials / 32) < 5 * math.sqrt(trials / 32)

    # nor does the order of one tell the order of the other: rank correlation
    def rank(x: list[str]) -> dict[str, int]:
        return {p: i for i, p in enumerate(sorted(x))}

    ra, rb = rank(a), rank(b)
    mean = (len(a) - 1) / 2
    dot = sum((ra[p] - mean) * (rb[q] - mean) for p, q in zip(a, b, strict=True))
    assert abs(dot / sum((i - mean) ** 2 for i in range(len(a)))) < 5 / math.sqrt(len(a))
    assert max(Counter(p[0] for p in a).values()) < 2 * 4000 / 32


def test_rotation_moves_rows_and_old_pseudonyms_link_to_nothing(
    make: Make, store: MemoryStore, write: Write
) -> None:
    readings, customers = write(meters(("north", "flat", 8)))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    people = list(dataset.roster().customers)
    ring = dataset.ring()
    before = {n: dict(store.held[n]) for names in dataset.names(ring, people) for n in names}
    planning = pseudonyms(ring.key("planning"), dataset.name, people)

    assert rotate(dataset, store, keep_old=True) == 2
    assert not set(before) & set(store.known)
    after = [n for names in dataset.names(dataset.ring(), people) for n in names]
    assert [store.held[n] for n in after] == list(before.values())
    now = pseudonyms(dataset.ring().key("planning"), dataset.name, people)
    assert rekeyed(dataset, "planning", [*planning, "nobody"], 1) == [*now, None]

    rotate(dataset, store)
    assert list(dataset.ring().epochs) == [3]
    with pytest.raises(ConfigurationError, match="no key"):
        rekeyed(dataset, "planning", planning, 1)
    # the same meters find their rows again
    again = ingest(dataset, store, [readings])
    assert (again.new, again.duplicates) == (0, 8 * 6 * 2)


def test_the_order_in_the_store_does_not_tell_the_numbers(
    make: Make, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store keeps signals and rows in the order in which they came: never that of files."""
    monkeypatch.setattr(text.blocks, "__defaults__", (600, b'"\r'))
    dataset, store = make(), MemoryStore()
    readings, _ = write(meters(("north", "flat", 60)))
    ingest(dataset, store, [readings])
    first = list(store.known)
    assert len(first) == 120
    assert first[::2] == sorted(first[::2])
    for rows in store.written:
        assert list(rows.names) == sorted(rows.names)
        assert (np.diff(rows.places) >= 0).all()
    store.written.clear()
    rotate(dataset, store)
    second = list(store.known)
    assert not set(first) & set(second)
    assert second[::2] == sorted(second[::2])
    moved = [rows.names[place] for rows in store.written for place in rows.places]
    assert [n for n in moved if n.endswith("energy")] == sorted(
        n for n in moved if n.endswith("energy")
    )


def test_a_recipients_table_gets_its_new_pseudonyms(
    make: Make, store: MemoryStore, write: Write, tmp_path: Path
) -> None:
    groups = meters(("north", "flat", 8))
    readings, customers = write(groups)
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    old, new, wanted = (tmp_path / name for name in ("old.csv", "new.csv", "wanted.csv"))
    share(dataset, store, "planning", 0, 2**62, old)
    rotate(dataset, store, keep_old=True)
    erase(dataset, store, next(iter(groups)).encode())
    assert rekey(dataset, "planning", old, 1, new) == (7 * 12, 12)
    share(dataset, store, "planning", 0, 2**62, wanted)
    assert sorted(new.read_text().splitlines()) == sorted(wanted.read_text().splitlines())
    assert list(dataset.log.rows())[-2]["action"] == "rekey"
    with pytest.raises(Refused, match="aggregates"):
        rekey(dataset, "city", old, 1, new)
    # another's table says nothing
    assert rekey(dataset, "service", old, 1, new) == (0, 8 * 12)
    readings.write_text("a,b\n")
    for table in (readings, tmp_path / "none.csv"):
        with pytest.raises(DataError):
            rekey(dataset, "planning", table, 1, new)
    rotate(dataset, store)
    with pytest.raises(ConfigurationError, match="no key"):
        rekey(dataset, "planning", old, 1, new)


def test_one_meter_in_several_encodings_is_one() -> None:
    spellings = ("Ø 12".encode(), "Ø 12".encode("latin-1"), b"  O\xcc\x88 12\n", "Ö 12".encode())
    first, second, third, fourth = (identity(b"k" * 32, "d", s) for s in spellings)
    assert first == second != third == fourth


def test_reserved_and_unsafe_settings_are_refused() -> None:
    for change, why in (
        ({"k": 4}, "greater than or equal to 5"),
        ({"dominance": 0.9}, "at most 0.8"),
        ({"recipients": {HISTORIAN: {"purpose": "abc"}}}, "taken"),
        ({"recipients": {"x": {"purpose": "abc", "gets": "rows"}}}, "inside: true"),
        ({"recipients": {"x": {"purpose": "abc", "by": ["street"]}}}, "no grouping"),
        ({"registers": {"x": {"quantity": "energy", "unit": "m3"}}}, "does not measure"),
        ({"files": {"id": "energy"}}, "more than once"),
        (
            {"registers": {n: {"quantity": "energy", "unit": "kWh", "column": "E"} for n in "ab"}},
            "more than once",
        ),
        ({"keys": "meter-records"}, "folders of their own"),
    ):
        with pytest.raises(ValueError, match=why):
            MeterDataset.model_validate({**SETTINGS, **change})


def test_keys_may_not_lie_in_the_historian(make: Make) -> None:
    dataset = make(keys="history/keys")
    with pytest.raises(ConfigurationError, match="folder of their own"):
        dataset.check_places(dataset.folder / "history")
