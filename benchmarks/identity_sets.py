"""Sets of records whose true entities are known: five real or published ones, and made-up worlds.

What is loaded is told in one form, so that every tool gets the same columns, the same blanks and the
same ids. How well a tool did is counted here too, apart from the code that it is to judge.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd

CONF = Path(__file__).resolve().parents[1] / "conf"
RESTAURANT = ("name", "address", "city", "cuisine")
FEBRL = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
    "date_of_birth", "soc_sec_id",
)  # fmt: skip
RLDATA = ("fname_c1", "fname_c2", "lname_c1", "lname_c2", "by", "bm", "bd")
PERSON = (
    "first_name", "last_name", "full_name", "company", "birth_date", "street", "postal_code", "city", "email",
    "phone",
)  # fmt: skip
# Fields that stand beside each other on a form, so that one is written where the other belongs.
NEIGHBOURS = (("first_name", "last_name"), ("street", "city"))
WEEKS = 26  # of the large worlds
_KEY = b"the people of the made-up worlds"


@dataclass(frozen=True)
class IdentitySet:
    """Records, and who they truly are.

    Attributes:
        name: As in :data:`NAMES`.
        frame: n rows, text; ``id`` is unique and never blank, a blank value is null.
        fields: Columns of ``frame`` to compare.
        truth: n entity ids, text, in the order of ``frame``.
        source: n names of the list a record stands in; None where there is one list.
        is_once: Whether a list holds an entity once, as far as its makers say.
    """

    name: str
    frame: pd.DataFrame
    fields: tuple[str, ...]
    truth: np.ndarray
    source: np.ndarray | None = None
    is_once: bool = False

    def __post_init__(self) -> None:
        if len(self.truth) != len(self.frame) or (self.source is not None and len(self.source) != len(self)):
            raise ValueError(f"{self.name}: records, truth and sources differ in number")
        if not self.frame["id"].is_unique or self.frame["id"].isna().any():
            raise ValueError(f"{self.name}: an id is blank or stands twice")

    def __len__(self) -> int:
        return len(self.frame)


class Pairwise(NamedTuple):
    """Shares of pairs, 0 to 1; not a number where there is nothing to share; and the pairs counted."""

    precision: float
    recall: float
    f1: float
    n_both: int
    n_found: int
    n_true: int


def load(name: str, shared: Path) -> IdentitySet:
    """Load a set by its name.

    Args:
        name: One of :data:`NAMES`.
        shared: The folder of real data sets; worlds are made up and need none.

    Returns:
        The records in the order of the file.

    Raises:
        RuntimeError: There is no such set, or its file is not there.
    """
    if name not in _LOADERS:
        raise RuntimeError(f"there is no set '{name}'; there are: {', '.join(NAMES)}")
    try:
        return _LOADERS[name](shared / "data")
    except FileNotFoundError as error:
        raise RuntimeError(f"the file of set '{name}' is not there; set JOURNEY_SHARED") from error


def split(truth: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Part the entities, so that none is in both halves.

    Args:
        truth: n entity ids.
        share: Of the entities that teach, 0 to 1.
        seed: Which ones.

    Returns:
        Entity ids for training and for the test, each sorted.
    """
    entities = np.unique(truth)
    drawn = np.random.default_rng(seed).permutation(entities)
    n = round(len(entities) * share)
    return np.sort(drawn[:n]), np.sort(drawn[n:])


def pairwise(found: Sequence[str] | np.ndarray, truth: Sequence[str] | np.ndarray) -> Pairwise:
    """Count pairs of records that are found together, that truly are, and both.

    Args:
        found: n cluster ids; give the test records alone to count pairs among them alone.
        truth: n entity ids.

    Returns:
        Precision, recall and F1 over all pairs of the n records.

    Example:
        >>> pairwise(["x", "x", "x"], ["p", "p", "q"])[:2]
        (0.3333333333333333, 1.0)
    """
    _, found_of = np.unique(np.asarray(found, dtype=str), return_inverse=True)
    _, true_of = np.unique(np.asarray(truth, dtype=str), return_inverse=True)
    if len(found_of) != len(true_of):
        raise ValueError(f"{len(found_of)} records are found, {len(true_of)} are true")
    both_of = found_of.astype(np.int64) * (len(true_of) + 1) + true_of
    both, n_found, n_true = (
        int((sizes * (sizes - 1) // 2).sum())
        for sizes in (np.unique(of, return_counts=True)[1] for of in (both_of, found_of, true_of))
    )
    return Pairwise(
        both / n_found if n_found else float("nan"),
        both / n_true if n_true else float("nan"),
        2 * both / (n_found + n_true) if n_found + n_true else float("nan"),
        both,
        n_found,
        n_true,
    )


def world(
    noise: float = 0.0,
    seed: int = 1,
    persons: int = 1000,
    name: str = "world",
    records_of: Callable[[np.ndarray, int], np.ndarray] | None = None,
) -> IdentitySet:
    """Records of the made-up retailer that carry a name, damaged further.

    The world has slips of its own and no dial for them; ``noise`` adds to them.

    Args:
        noise: Share of the values that are damaged, 0 to 1; see ``damage``.
        seed: Of the world, and of the damage.
        persons: People in the world; not all of them leave a record with a name.
        name: Of the set.
        records_of: Chooses records, given n true persons and the seed; None keeps all.

    Returns:
        Records of all sources, sorted by id; columns and spelling of ``record_values``.
    """
    told = _world_values(seed, persons)
    if records_of is not None:
        kept = records_of(told["true_person_id"].to_numpy(dtype=str), seed)
        told = told.iloc[kept].reset_index(drop=True)
    frame = damage(told[["id", *PERSON]], PERSON, noise, seed)
    source = told["id"].str.partition(":")[0].to_numpy(dtype=str)
    return IdentitySet(name, frame, PERSON, told["true_person_id"].to_numpy(dtype=str), source)


def damage(frame: pd.DataFrame, columns: Sequence[str], noise: float, seed: int) -> pd.DataFrame:
    """Damage a share of the values: half by a typo, a quarter left out, a quarter swapped.

    Swapped are the :data:`NEIGHBOURS`; a value without a neighbour gets a typo instead. What a lower
    ``noise`` damages, a higher one damages in the same way.

    Args:
        frame: n rows; blank values are null and stay so.
        columns: Which columns.
        noise: Share of the values, 0 to 1.
        seed: Which values, and how.

    Returns:
        n rows, a new frame; the columns that are not named are as they were.
    """
    if not 0 <= noise <= 1:
        raise ValueError(f"noise is {noise}; a share lies between 0 and 1")
    damaged = frame.copy()
    pairs = [pair for pair in NEIGHBOURS if set(pair) <= set(columns)]
    for number, (first, second) in enumerate(pairs):
        chance = np.random.default_rng([seed, 0, number])
        is_swapped = chance.random(len(frame)) < noise / 4
        old = damaged[first]
        damaged[first] = old.where(~is_swapped, damaged[second])
        damaged[second] = damaged[second].where(~is_swapped, old)
    in_pairs = {name for pair in pairs for name in pair}
    for number, column in enumerate(columns):
        chance = np.random.default_rng([seed, 1, number])
        left = noise * 3 / 4 if column in in_pairs else noise
        is_hit = chance.random(len(frame)) < left
        is_lost = is_hit & (chance.random(len(frame)) < (1 / 3 if column in in_pairs else 1 / 4))
        damaged[column] = misspell(damaged[column], is_hit & ~is_lost, chance).mask(is_lost)
    return damaged


def misspell(values: pd.Series, is_hit: np.ndarray, chance: np.random.Generator) -> pd.Series:
    """One slip of the finger in each value that is hit: swapped, left out, doubled or another sign.

    A value is a row of signs, so a slip is a change of the places that the signs are taken from.
    Values shorter than three signs, and blanks, are left alone.

    Args:
        values: n texts or nulls.
        is_hit: n truth values.
        chance: Where the finger slips.

    Returns:
        n texts or nulls.
    """
    texts = values.fillna("").to_numpy(dtype=str)
    lengths = np.char.str_len(texts)
    rows = np.flatnonzero(is_hit & (lengths >= 3))
    at = 1 + (chance.random(len(texts)) * np.maximum(lengths - 2, 1)).astype(np.int64)[rows]
    kind = chance.integers(0, 4, len(texts))[rows]
    letter = np.array([ord(sign) for sign in "aeinrst0123456789"], dtype=np.uint32)
    number = chance.integers(0, 10, len(texts))[rows]
    if not len(rows):
        return values
    width = int(lengths.max()) + 1
    signs = texts[rows].astype(f"<U{width}").view(np.uint32).reshape(len(rows), width)
    place = np.broadcast_to(np.arange(width), signs.shape)
    here = at[:, None]
    taken = np.select(
        [kind[:, None] == 0, kind[:, None] == 1, kind[:, None] == 2],
        [
            np.where(place == here, here + 1, np.where(place == here + 1, here, place)),
            np.minimum(place + (place >= here), width - 1),
            place - (place > here),
        ],
        place,
    )
    slipped = np.take_along_axis(signs, taken, axis=1)
    replaced = kind == 3
    old = slipped[np.arange(len(rows)), at]
    is_digit = (old >= ord("0")) & (old <= ord("9"))
    new = np.where(is_digit, letter[7 + number], letter[number % 7])
    slipped[replaced, at[replaced]] = new[replaced]
    kept = values.astype(object).to_numpy(copy=True)
    kept[rows] = np.ascontiguousarray(slipped).view(f"<U{width}").ravel().astype(object)
    return pd.Series(kept, index=values.index, dtype="str", name=values.name)


def one_record_each(truth: np.ndarray, seed: int) -> np.ndarray:
    """Row numbers of one record of each entity, ascending; ``seed`` says which."""
    return _first_records(truth, seed, 1)[0]


def one_percent_twice(truth: np.ndarray, seed: int) -> np.ndarray:
    """One record of each entity, and a second one of 1 in 100 entities; row numbers, ascending."""
    first, second = _first_records(truth, seed, 2)
    n = min(round(len(first) / 100), len(second))
    chosen = np.random.default_rng([seed, 1]).choice(second, size=n, replace=False)
    return np.sort(np.concatenate([first, chosen]))


def _first_records(truth: np.ndarray, seed: int, most: int) -> list[np.ndarray]:
    """Row numbers of each entity's first, second ... record in an order that ``seed`` draws."""
    shuffled = np.random.default_rng(seed).permutation(len(truth))
    number = pd.Series(truth[shuffled]).groupby(truth[shuffled]).cumcount().to_numpy()
    return [np.sort(shuffled[number == at]) for at in range(most)]


@cache
def _world_values(seed: int, persons: int) -> pd.DataFrame:
    """id, columns of ``record_values``, true_person_id; records with a name, by id; nobody changes it."""
    return _named_records(seed, persons, None, processes=1)


def write_world_records(file: str, *, persons: int, world_seed: int) -> None:
    """Write the records with a name of a world of any size, in an order that says nothing.

    Args:
        file: Parquet: id, columns of ``record_values``, true_person_id.
        persons: People in the world.
        world_seed: Names the world, and draws the order.
    """
    from journey_research.engine.duckdb_engine import DuckDBLimits, configure

    with tempfile.TemporaryDirectory(prefix="identity-spilled-") as folder:
        configure(DuckDBLimits(temp_directory=folder))
        told = _named_records(world_seed, persons, WEEKS, processes=0)
        configure(DuckDBLimits())
    shuffled = np.random.default_rng(world_seed).permutation(len(told))
    unfinished = Path(file).with_suffix(".unfinished")
    told.iloc[shuffled].to_parquet(unfinished, index=False)
    unfinished.replace(file)


def _named_records(seed: int, persons: int, weeks: int | None, processes: int) -> pd.DataFrame:
    """Of the sources that tell names, read as ingestion reads them."""
    import yaml

    from journey_research.datasets.source_files import SourceFiles
    from journey_research.engine import Table
    from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
    from journey_research.world import build_world

    sources: dict[str, dict] = {}
    for file in sorted((CONF / "demo" / "sources").glob("*.yml")):
        text = file.read_text(encoding="utf-8")
        if any(name in text for name in ("last_name:", "full_name:")) or file.stem == "truth_people":
            sources |= yaml.safe_load(text)
    with tempfile.TemporaryDirectory(prefix="identity-world-") as folder:
        raw = Path(folder) / "00_raw"
        build_world(raw, persons=persons, world_seed=seed, weeks=weeks, processes=processes)
        files = SourceFiles()
        files.bind(SimpleNamespace(project=CONF, raw=raw, sources=sources, inputs={}))
        tables: dict[str, Table] = dict(zip(OUTPUTS, read_sources(files.load(), _KEY), strict=True))
        values, people = (
            tables[name].to_arrow().to_pandas(date_as_object=True)
            for name in ("record_values", "true_people")
        )
    told = values.merge(people, on="record_id", validate="one_to_one").sort_values("record_id")
    named = told[["first_name", "last_name", "full_name"]].notna().any(axis=1)
    told = told[named].rename(columns={"record_id": "id"}).reset_index(drop=True)
    told["birth_date"] = told["birth_date"].map(str, na_action="ignore")
    return told[["id", *PERSON, "true_person_id"]].astype("str")


def _read_text(file: Path, columns: Sequence[str] = (), **options) -> pd.DataFrame:
    """A file as text: no spaces around values or names, blanks null."""
    told = pd.read_csv(file, dtype=str, keep_default_na=False, **options)
    told.columns = pd.Index([name.strip() for name in told.columns])
    if columns:
        told = told[list(columns)]
    told = told.apply(lambda column: column.str.replace(r"\s+", " ", regex=True).str.strip())
    return told.mask(told == "").astype("str")


def _load_febrl3(data: Path) -> IdentitySet:
    told = _read_text(data / "febrl" / "dataset3.csv")
    frame = told.rename(columns={"rec_id": "id"})[["id", *FEBRL]]
    return IdentitySet("febrl3", frame, FEBRL, _febrl_entity(frame["id"]))


def _load_febrl4(data: Path) -> IdentitySet:
    """Both lists as one: a person stands once in each."""
    lists = [_read_text(data / "febrl" / f"dataset{name}.csv") for name in ("4a", "4b")]
    told = pd.concat(lists, ignore_index=True)
    frame = told.rename(columns={"rec_id": "id"})[["id", *FEBRL]]
    source = np.repeat(["4a", "4b"], [len(one) for one in lists])
    return IdentitySet("febrl4", frame, FEBRL, _febrl_entity(frame["id"]), source, is_once=True)


def _febrl_entity(ids: pd.Series) -> np.ndarray:
    """The generator names a record rec-NUMBER-org or rec-NUMBER-dup-N."""
    return ids.str.extract(r"^rec-(\d+)-", expand=False).to_numpy(dtype=str)


def _load_fake_1000(data: Path) -> IdentitySet:
    fields = ("first_name", "surname", "dob", "city", "email")
    told = _read_text(data / "splink_datasets" / "fake_1000.csv").rename(columns={"unique_id": "id"})
    return IdentitySet("fake_1000", told[["id", *fields]], fields, told["cluster"].to_numpy(dtype=str))


def _load_chicago(data: Path) -> IdentitySet:
    """Early-childhood sites of nine lists, grouped by hand.

    Compared are the four columns of dedupe's example. Of the others none helps: two records of equal
    website, e-mail address, programme or neighbourhood are one site in less than 2 pairs of 100.
    """
    names = {"Site name": "site_name", "Address": "address", "Zip": "zip", "Phone": "phone"}
    told = _read_text(data / "dedupe_examples" / "csv_example_input_with_true_ids.csv")
    told = told.rename(columns={"Id": "id", **names})
    return IdentitySet(
        "chicago",
        told[["id", *names.values()]],
        tuple(names.values()),
        told["True Id"].to_numpy(dtype=str),
        told["Source"].to_numpy(dtype=str),
    )


def _load_abt_buy(data: Path) -> IdentitySet:
    """Two shops' products; the same ``unique_id`` is the same product, as in dedupe's example of linkage."""
    fields = ("title", "description", "price")
    shops = {
        name: _read_text(data / "dedupe_examples" / f"AbtBuy_{name.title()}.csv") for name in ("abt", "buy")
    }
    told = pd.concat(
        [
            shop.assign(id=[f"{name}:{number:04}" for number in range(len(shop))], source=name)
            for name, shop in shops.items()
        ],
        ignore_index=True,
    )
    return IdentitySet(
        "abt_buy",
        told[["id", *fields]],
        fields,
        told["unique_id"].to_numpy(dtype=str),
        told["source"].to_numpy(dtype=str),
        is_once=True,
    )


def _load_restaurants(data: Path) -> IdentitySet:
    file = data / "restaurants_fodors_zagat" / "restaurant-nophone-training.csv"
    told = _read_text(file, skipinitialspace=True)
    told["id"] = [f"guide:{number:03}" for number in range(len(told))]
    truth = told["unique_id"].str.strip(" '").to_numpy(dtype=str)
    return IdentitySet("restaurants", told[["id", *RESTAURANT]], RESTAURANT, truth)


def _load_rldata(data: Path, n_rows: int) -> IdentitySet:
    told = _read_text(data / "rldata" / f"RLdata{n_rows}.tsv", RLDATA, sep="\t")
    told = told.mask(told == "NA").astype("str")
    truth = _read_text(data / "rldata" / f"identity.RLdata{n_rows}.tsv").iloc[:, 0].to_numpy(dtype=str)
    told.insert(0, "id", [f"row:{number:05}" for number in range(len(told))])
    return IdentitySet(f"rldata{n_rows}", told, RLDATA, truth)


_LOADERS: dict[str, Callable[[Path], IdentitySet]] = {
    "febrl3": _load_febrl3,
    "febrl4": _load_febrl4,
    "fake_1000": _load_fake_1000,
    "chicago": _load_chicago,
    "abt_buy": _load_abt_buy,
    "restaurants": _load_restaurants,
    "rldata500": lambda data: _load_rldata(data, 500),
    "rldata10000": lambda data: _load_rldata(data, 10000),
    "world_as_made": lambda _: world(0.0, name="world_as_made"),
    "world_noisy": lambda _: world(0.1, name="world_noisy"),
    "world_noisier": lambda _: world(0.25, name="world_noisier"),
    "world_without_duplicates": lambda _: world(
        name="world_without_duplicates", persons=5000, records_of=one_record_each
    ),
    "world_1_percent": lambda _: world(name="world_1_percent", persons=5000, records_of=one_percent_twice),
}
NAMES = tuple(_LOADERS)
