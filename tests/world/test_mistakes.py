"""Mistakes belong to a person and a system, whoever else is recorded, and leave the rest as it is."""

import numpy as np
import pandas as pd
import pytest
from blocks import block
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.world.simulation.catalogue import SHOP_PHONE
from journey_research.world.simulation.mistakes import COPIES, RATES, STALE, noted, slips_of
from journey_research.world.simulation.slips import by_ear, choose, respell_phone, typo, wrong_digit

DETAILS = ["first_name", "last_name", "email", "phone", "birth_date", "street", "postal_code", "city"]
CHANGES = {
    "typo": {"first_name", "last_name"}, "by_ear": {"first_name", "last_name"}, "nickname": {"first_name"},
    "swapped": {"first_name", "last_name"}, "other_email": {"email"}, "junk_email": {"email"},
    "junk_phone": {"phone"}, "wrong_phone": {"phone"}, "wrong_birth_date": {"birth_date"},
    "married": {"last_name"}, "moved": {"street", "postal_code", "city"},
    "missing": {"email", "phone", "street", "postal_code", "birth_date"},
}  # fmt: skip


def test_each_mistake_changes_what_it_is_about_and_nothing_else():
    people = block().people
    told = noted(people, np.arange(len(people)), "twilio_calls", 5, 0)
    differs = {column: told[column] != people[column] for column in DETAILS}

    assert set(told["mistake"]) >= {"", "typo", "by_ear", "missing", "swapped", "moved", "married"}
    for mistake, rows in told.groupby("mistake").groups.items():
        changed = {column for column in DETAILS if differs[column][rows].any()}
        assert changed <= CHANGES.get(mistake, set()), mistake
        assert bool(changed) == (mistake != ""), mistake


def test_worked_example():
    people = block().people.head(1).assign(
        first_name="Katharina", last_name="Groß", former_last_name="Klein", email="k.gross1@example.de",
        other_email="kgross1@example.com",
    )  # fmt: skip
    seen = {}
    for seed in range(500):
        told = noted(people, np.array([0]), "salesforce_leads", seed, 0).iloc[0]
        seen[told["mistake"]] = told

    assert seen[""]["first_name"] == "Katharina"
    assert seen["nickname"]["first_name"] == "Kathi"
    assert (seen["swapped"]["first_name"], seen["swapped"]["last_name"]) == ("Groß", "Katharina")
    assert seen["other_email"]["email"] == "kgross1@example.com"
    assert seen["junk_phone"]["phone"] in {"0000000000", "+490000000000", "+491234567890", SHOP_PHONE}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 199), min_size=1, max_size=30))
def test_a_persons_mistakes_do_not_depend_on_who_else_is_recorded(who):
    people = block(0, 200).people
    everybody = {}
    for time in range(COPIES):
        told = noted(people, np.repeat(np.arange(200), time + 1), "shopify_orders", 5, 0)
        everybody[time] = told.groupby("person").nth(time).set_index("person")

    told = noted(people, np.array(who), "shopify_orders", 5, 0)

    time: dict[int, int] = {}
    for row, person in enumerate(who):
        expected = everybody[min(time.get(person, 0), COPIES - 1)].loc[people["person"].iat[person]]
        pd.testing.assert_series_equal(told.iloc[row][[*DETAILS, "mistake"]], expected[[*DETAILS, "mistake"]],
                                       check_names=False)  # fmt: skip
        time[person] = time.get(person, 0) + 1


@pytest.mark.parametrize("system", list(RATES))
def test_rates_are_as_agreed(system):
    people = block().people
    kind = slips_of(people, system, 5, 0).kind
    n = kind.size
    for mistake, share in RATES[system].items():
        assert abs((kind == mistake).mean() - share) < 5 * np.sqrt(share / n), mistake
    junk = np.isin(kind, ["junk_email", "junk_phone"]).mean()
    assert 0 < junk < 0.03
    moved = kind[people["moved_ms"].to_numpy() > 0]
    assert 0.3 * STALE < (moved == "moved").mean() < STALE
    assert not (kind[people["moved_ms"].to_numpy() == 0] == "moved").any()


@given(st.text("abcdeüß ", min_size=3, max_size=12), st.floats(0, 1, exclude_max=True))
@settings(max_examples=25)
def test_slips_keep_the_first_letter_and_about_the_length(text, luck):
    slipped = typo(text, luck)

    assert slipped[0] == text[0]
    assert abs(len(slipped) - len(text)) <= 1
    assert by_ear(text, luck)[0] == text[0]
    assert choose(luck, 7)[0] in range(7)


@given(st.integers(10**9, 10**10 - 1), st.floats(0, 1, exclude_max=True))
@settings(max_examples=25)
def test_a_number_is_the_same_however_it_is_written(number, luck):
    phone = f"+49{number}"
    digits = "".join(filter(str.isdigit, respell_phone(phone, luck).replace("(0)", "")))

    assert digits.removeprefix("00").removeprefix("49").removeprefix("0") == str(number)
    wrong = wrong_digit(phone, luck)
    assert sum(a != b for a, b in zip(phone, wrong, strict=True)) == 1
