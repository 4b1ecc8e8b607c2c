"""What is known of the sources as a whole: channels, freshness, classes of data, and found damage."""

import logging
from datetime import datetime, timedelta

import pytest

from journey_research.business.goals import Business
from journey_research.pipelines.ingestion.covering_classes import cover_data_classes
from journey_research.pipelines.ingestion.finding_dirt import measure_reading
from journey_research.pipelines.ingestion.measuring_freshness import FreshnessRule, measure_freshness
from journey_research.pipelines.ingestion.summarising_channels import ChannelCatalogue, summarise_channels
from tests.worlds import broken_rules, table

NOW = datetime(2025, 3, 31, 12, 0)


def rows(told):
    return told.to_arrow().to_pylist()


def test_channels_are_counted_and_those_that_nobody_reviewed_are_told(caplog):
    touches = [
        ("email", "newsletter", 1),
        ("email", "newsletter", 3),
        ("email", None, 2),
        ("e-mail", None, 2),
    ]
    touches = table(
        "TOUCHES",
        *(
            {
                "touch_id": f"web:{n}",
                "channel": channel,
                "tactic": tactic,
                "touched_at": NOW + timedelta(hours=hour),
            }
            for n, (channel, tactic, hour) in enumerate(touches)
        ),
    )
    orders = table("ORDERS", {"order_id": "shop:1", "channel": "web"})
    spend = table("SPEND", {"spend_id": "ads:1", "channel": "email", "tactic": "surprise"})

    with caplog.at_level(logging.WARNING, logger="journey_research"):
        told = summarise_channels(
            touches, orders, spend, ChannelCatalogue({"email": ["newsletter"], "web": []})
        )

    counted = {
        (one["channel"], one["tactic"]): (
            one["n_touches"],
            one["n_orders"],
            one["n_spend_rows"],
            one["status"],
        )
        for one in rows(told)
    }
    assert counted == {
        ("email", "newsletter"): (2, 0, 0, "reviewed"),
        ("email", None): (1, 0, 0, "reviewed"),
        ("e-mail", None): (1, 0, 0, "unreviewed"),  # most likely the same channel, misspelt
        ("web", None): (0, 1, 0, "reviewed"),
        ("email", "surprise"): (0, 0, 1, "unreviewed"),
    }
    [newsletter] = [one for one in rows(told) if one["tactic"] == "newsletter"]
    assert newsletter["last_touched_at"] - newsletter["first_touched_at"] == timedelta(hours=2)
    assert [one.getMessage() for one in caplog.records] == [
        "channels: 2 of 5 channels and tactics are not in the catalogue (1 touches); see 'channels'"
    ]
    assert broken_rules("CHANNELS", told) == []


def file(source, cadence, days_old, name="a.csv"):
    newest = None if days_old is None else NOW - timedelta(days=days_old)
    return {"source": source, "cadence": cadence, "newest_at": newest, "file_name": name}


RULE = FreshnessRule({"daily": 3, "weekly": 10})


def test_a_source_that_lags_is_told_and_one_that_ran_ahead_is_not(caplog):
    files = table(
        "SOURCE_FILES",
        file("shop", "daily", 30),
        file("shop", "daily", 3, "b.csv"),  # exactly what is allowed
        file("web", "daily", 3.5),
        file("mail", "daily", -20),  # ahead of the instant
        file("crm", "weekly", 9),
        file("truth", "once", 900),
        file("till", None, 900),
        file("stock", "daily", None),  # tells no times
    )
    with caplog.at_level(logging.WARNING, logger="journey_research"):
        told = measure_freshness(files, table("AS_OF", {"as_of": NOW}), RULE)

    lags = {one["source"]: (one["lag_days"], one["is_stale"]) for one in rows(told)}
    assert lags == {
        "shop": (3.0, False),
        "web": (3.5, True),
        "mail": (0.0, False),
        "crm": (9.0, False),
        "truth": (900.0, False),
        "till": (900.0, False),
        "stock": (None, False),
    }
    assert [one.getMessage() for one in caplog.records] == [
        "web: its data end 3.5 days before the run's instant; it comes daily, so 3 are allowed"
    ]
    assert broken_rules("FRESHNESS", told) == []


def test_a_class_that_was_expected_and_is_absent_is_one_line(caplog):
    files = table(
        "SOURCE_FILES",
        {
            "source": "shop",
            "file_name": "a",
            "data_class": "transactional",
            "n_accepted": 10,
            "n_left_out": 1,
        },
        {"source": "till", "file_name": "b", "data_class": "transactional", "n_accepted": 5, "n_left_out": 0},
        {"source": "ads", "file_name": "c", "data_class": "social", "n_accepted": 3, "n_left_out": 3},
        {"source": "beacons", "file_name": "d", "data_class": "sensor", "n_accepted": 2, "n_left_out": 0},
    )
    business = Business("a shop", {}, expected_data_classes=("transactional", "social", "demographic"))
    with caplog.at_level(logging.WARNING, logger="journey_research"):
        told = cover_data_classes(files, business)

    found = {
        one["data_class"]: (one["n_sources"], one["n_rows"], one["is_expected"], one["is_absent"])
        for one in rows(told)
    }
    assert found == {
        "transactional": (2, 14, True, False),
        "social": (1, 0, True, True),  # all its rows are left out
        "demographic": (0, 0, True, True),
        "sensor": (1, 2, False, False),
    }
    assert [one.getMessage() for one in caplog.records] == [
        "no source holds demographic data, which were expected",
        "no source holds social data, which were expected",
    ]
    assert broken_rules("DATA_CLASSES", told) == []


def test_damage_that_was_found_that_was_not_and_what_was_set_aside_beside_it():
    shas = {"a": "a" * 64, "b": "b" * 64, "c": "c" * 64}
    files = table(
        "SOURCE_FILES",
        {"source": "web", "file_name": "events/a.jsonl", "file_sha256": shas["a"]},
        {"source": "web", "file_name": "events/b.jsonl", "file_sha256": shas["b"]},
        {"source": "crm", "file_name": "c.csv", "file_sha256": shas["c"]},
    )
    planted = table(
        "PLANTED_DIRT",
        {"file_name": "a.jsonl", "row_number": 1, "damage": "cut"},
        {"file_name": "a.jsonl", "row_number": 2, "damage": "cut"},
        {"file_name": "b.jsonl", "row_number": 1, "damage": "letter for digit"},
        {"file_name": "nowhere.csv", "row_number": 1, "damage": "cut"},
    )
    rejected = table(
        "REJECTED",
        {
            "source": "web",
            "file_name": "events/a.jsonl",
            "file_sha256": shas["a"],
            "row_number": 1,
            "rule": "is JSON",
        },
        {
            "source": "web",
            "file_name": "events/b.jsonl",
            "file_sha256": shas["b"],
            "row_number": 1,
            "rule": "is a number",
        },
        {
            "source": "web",
            "file_name": "events/b.jsonl",
            "file_sha256": shas["b"],
            "row_number": 2,
            "rule": "is a number",
        },  # nobody's damage
        {
            "source": "crm",
            "file_name": "c.csv",
            "file_sha256": shas["c"],
            "row_number": 1,
            "rule": "is present",
        },  # not a dirty source
    )
    told = measure_reading(rejected, files, planted)

    counts = {
        (one["damage"], one["rule"]): (one["n_planted"], one["n_found"], one["n_false"]) for one in rows(told)
    }
    assert counts == {
        ("cut", "is JSON"): (1, 1, 0),
        ("cut", "none"): (1, 0, 0),
        ("letter for digit", "is a number"): (1, 1, 0),
        ("none", "is a number"): (0, 0, 1),
    }
    assert {one["source"] for one in rows(told)} == {"web"}
    assert broken_rules("DIRT_FOUND", told) == []


def test_without_sources_every_table_is_there_and_empty():
    nothing = {
        name: table(name)
        for name in ("TOUCHES", "ORDERS", "SPEND", "SOURCE_FILES", "REJECTED", "PLANTED_DIRT")
    }
    as_of = table("AS_OF", {"as_of": NOW})

    assert (
        summarise_channels(
            nothing["TOUCHES"], nothing["ORDERS"], nothing["SPEND"], ChannelCatalogue({})
        ).count()
        == 0
    )
    assert measure_freshness(nothing["SOURCE_FILES"], as_of, RULE).count() == 0
    assert measure_reading(nothing["REJECTED"], nothing["SOURCE_FILES"], nothing["PLANTED_DIRT"]).count() == 0
    assert (
        cover_data_classes(nothing["SOURCE_FILES"], Business("a shop", {}, expected_data_classes=())).count()
        == 0
    )


@pytest.mark.parametrize("days", [{"dayly": 1}, {"daily": -1}])
def test_a_rule_that_cannot_be_meant_is_refused(days):
    with pytest.raises(ValueError, match="allowed_days"):
        FreshnessRule(days)


def test_a_channel_s_tactics_are_a_list():
    with pytest.raises(ValueError, match=r"reviewed\.email"):
        ChannelCatalogue({"email": "newsletter"})
