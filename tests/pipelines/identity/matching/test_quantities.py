"""Dates, numbers and places: read, spelt and compared."""

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.pipelines.identity.matching import quantities
from journey_research.pipelines.identity.matching.columns import encode, extended, find_columns
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.quantities import (
    QUANTITIES,
    closeness,
    days_near,
    find_places,
    is_quantity,
    near,
    nearness,
    read,
    read_dates,
    spell,
)
from journey_research.verbs.resolve import resolve

dates = st.dates(date(1850, 1, 1), date(2150, 12, 31))
shares = {"date": days_near, "number": closeness, "place": nearness}
texts = {
    "date": dates.map(date.isoformat),
    "number": st.decimals(-9999, 9999, places=2).map(str),
    "place": st.tuples(st.floats(-90, 90), st.floats(-180, 180)).map(lambda at: f"{at[0]:.4f}, {at[1]:.4f}"),
}


def days(*told):
    return read_dates(np.array(told, dtype=object)).tolist()


def test_worked_example():
    assert days("1970-01-11", "11.1.1970", "11/01/1970", "19700111", "1970-01-11 00:00:00") == [10.0] * 5
    assert days("01/31/1970") == [30.0]  # there is no 31st month
    assert np.isnan(days("1970-02-30", "30.13.1970", "70-01-01", "1970", "next week", "00000000")).all()
    assert days_near("2000-01-01", "2000-01-01") == 1.0
    assert days_near("2000-01-01", "2000-01-02") == pytest.approx(1 - math.log(2) / math.log(36_526))
    assert days_near("1900-01-01", "2001-01-01") == 0.0
    assert closeness("99.00", "$100.00") == pytest.approx(0.99)
    assert (closeness("0.0", "0.00"), closeness("-5.0", "5.0"), closeness("5.0", "five")) == (1.0, 0.0, 0.0)
    berlin, potsdam, madrid = "52.5200, 13.4050", "52.3906, 13.0645", "40.4168, -3.7038"
    assert nearness(berlin, "52.5200,13.4050") == 1.0
    assert nearness(berlin, potsdam) > nearness(berlin, madrid) > 0.0
    # 27 km and 1,870 km as the crow flies
    assert nearness(berlin, potsdam) == pytest.approx(1 - math.log1p(272) / math.log1p(200_160), abs=2e-3)
    assert nearness(berlin, madrid) == pytest.approx(1 - math.log1p(18_700) / math.log1p(200_160), abs=2e-3)
    assert nearness("0,0", "0.0,180.0") == pytest.approx(0.0, abs=1e-5)  # across the globe


@given(dates, st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%Y/%m/%d"]))
def test_every_date_is_read_as_the_day_it_is(day, form):
    # strftime writes years before 1000 short; there are none
    assert days(day.strftime(form)) == [(day - date(1970, 1, 1)).days]


@given(st.integers(0, 40_000), st.integers(0, 40_000))
def test_days_near_agrees_with_the_definition(a, b):
    one, other = (date(1900, 1, 1) + timedelta(days=at) for at in (a, b))
    by_hand = max(0.0, 1 - math.log(1 + abs(a - b)) / math.log(36_526))
    assert days_near(one.isoformat(), other.isoformat()) == pytest.approx(by_hand, abs=1e-9)


@given(st.data(), st.sampled_from(QUANTITIES))
def test_near_is_a_share_alike_both_ways_and_whole_for_equal(data, kind):
    a, b = data.draw(texts[kind]), data.draw(texts[kind])
    told = shares[kind](a, b)
    assert 0.0 <= told <= 1.0
    assert told == pytest.approx(shares[kind](b, a), abs=1e-12)
    assert shares[kind](a, a) == 1.0


@given(st.lists(st.sampled_from(["1.5", "2/3/1999", "52.5, 13.4", "$1,200", "x", "1999-02-29", "0,0"])))
def test_spelling_twice_changes_nothing_and_keeps_what_is_measured(told):
    values = np.array([*told, None], dtype=object)[:-1]
    for kind in QUANTITIES:
        spelt = spell(values, kind)
        assert spell(spelt, kind).tolist() == spelt.tolist()
        assert read(spelt, kind) == pytest.approx(read(values, kind), nan_ok=True)


@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-179, 179)), min_size=2, max_size=2))
def test_nearness_agrees_with_the_law_of_cosines(two):
    (north, east), (other_north, other_east) = [[math.radians(part) for part in at] for at in two]
    cosine = math.sin(north) * math.sin(other_north)
    cosine += math.cos(north) * math.cos(other_north) * math.cos(other_east - east)
    km = 6371.0088 * math.acos(max(-1.0, min(1.0, cosine)))
    told = near("place", np.array(two[:1]), np.array(two[1:]))[0]
    # The law of cosines cannot tell a few metres.
    assert told == pytest.approx(max(0, 1 - math.log1p(km * 10) / math.log1p(200_160)), abs=0.02)


def test_columns_find_their_kinds_and_one_spelling():
    people = pd.DataFrame(
        {
            "born": ["1999-12-31", "31.12.1999", "1.2.2000", "19991331", None, "4/5/1980"],
            "spent": ["€10.00", "10", "12.50 eur", "9.99", None, "twelve"],
            "shop_lat": ["52.5", "52.50", "48.1", None, "48.1", "50.0"],
            "shop_lon": ["13.4", "13.40", "11.5", "1.0", None, "8.1"],
            "lat": ["1", "2", "3", "4", "5", "6"],
        }
    )
    columns, _ = find_columns(people, list(people))
    told = {column.name: column for column in columns}
    assert {name: column.kind for name, column in told.items()} == {
        "born": "date",
        "spent": "number",
        "lat": "code",
        "shop_lat + shop_lon": "place",
    }
    born = told["born"]
    assert born.codes[0] == born.codes[1]
    # No month is the 13th: its digits are kept, to be held against those of dates.
    assert sorted(born.values) == ["19800504", "19991231", "19991331", "20000201"]
    assert told["spent"].codes[0] == told["spent"].codes[1]
    place = told["shop_lat + shop_lon"]
    assert (place.codes[0] == place.codes[1], place.codes[3], place.codes[4]) == (True, -1, -1)
    again = encode(people, [column.field for column in columns])
    assert all((one.codes == two.codes).all() for one, two in zip(columns, again, strict=True))
    grown = extended(columns, people.iloc[:1].assign(born="31/12/1999"), {})
    assert all(column.codes[-1] == column.codes[0] for column in grown)


def test_what_only_looks_like_a_quantity_is_a_code():
    told = pd.DataFrame(
        {
            "phone": ["030.1234567", "040.7654321", "089.1111111"],
            "zip": ["04109", "10115", "20095"],
            "order": ["20190001", "20190002", "20190099"],
            "year": ["1999", "2001", "2002"],
            "card": ["abc123", "abd124", "xyz999"],
        }
    )
    assert {column.name: column.kind for column in find_columns(told, list(told))[0]} == dict.fromkeys(
        told, "code"
    )


def test_places_are_found_by_the_names_of_their_columns():
    assert find_places(["latitude", "longitude"]) == {"latitude + longitude": ("latitude", "longitude")}
    assert find_places(["Home_Lat", "home_lng", "work_lat"]) == {
        "Home_Lat + home_lng": ("Home_Lat", "home_lng")
    }
    assert find_places(["flat", "along", "plat", "plon"]) == {}
    assert Field("born", "date").kind in QUANTITIES


def test_a_saved_model_finds_the_coordinates_of_its_place():
    draw = np.random.default_rng(2)
    north, east = draw.uniform(47, 54, 60), draw.uniform(6, 14, 60)
    names = [f"{word}{at}" for at, word in enumerate(["anna", "bert", "cora", "dirk", "ella", "finn"] * 10)]
    told = [
        pd.DataFrame(
            {"id": [f"{list_}{at:02}" for at in range(60)], "name": names, "lat": north, "lon": east}
        )
        for list_ in "ab"
    ]
    people = pd.concat(told, ignore_index=True)
    pairs = [(f"a{at:02}", f"b{at:02}", "same") for at in range(30)]
    pairs += [(f"a{at:02}", f"b{at + 1:02}", "distinct") for at in range(30)]
    found = resolve(people, id="id", labels=pd.DataFrame(pairs, columns=["id_a", "id_b", "answer"]))
    assert "place" in [one["kind"] for one in found.model["fields"]]
    again = resolve(people.assign(more="x"), id="id", model=found.model)
    assert again.persons["person_id"].nunique() == 60
    with pytest.raises(UserError, match="lon"):
        resolve(people.drop(columns="lon"), id="id", model=found.model)


@pytest.mark.parametrize("n_dates", [7, 8, 9])
def test_asking_few_values_first_changes_nothing(n_dates, monkeypatch):
    # Of ten values eight must be dates, wherever those that are none stand.
    texts = np.array([f"199{at}-01-02" for at in range(n_dates)] + ["soon"] * (10 - n_dates), dtype=object)
    for few in (1, 3, 100):
        monkeypatch.setattr(quantities, "FEW_ASKED", few)
        for order in (texts, texts[::-1]):
            assert is_quantity(order, np.ones(10, dtype=np.int64), "date") == (n_dates >= 8)
