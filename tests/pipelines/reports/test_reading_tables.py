"""What a reader is told of channels nobody reviewed, late sources, absent classes and planted dirt."""

from worlds import MOMENT, table

from journey_research.pipelines.reports import reading_tables


def test_an_unreviewed_channel_stands_first_and_is_marked():
    channels = table(
        "CHANNELS",
        {"channel": "email", "tactic": "newsletter", "n_touches": 5, "status": "reviewed"},
        {"channel": "email", "tactic": None, "n_touches": 2, "status": "reviewed"},
        {"channel": "kiosk", "tactic": None, "n_touches": 3, "status": "unreviewed"},
    )

    told = reading_tables.channels_table(channels)

    assert told["channel"].tolist() == ["kiosk", "email"]
    assert told["reviewed"].tolist() == ["UNREVIEWED", "yes"]
    assert told["touches"].tolist() == ["3", "7"]
    assert told["tactics"].tolist() == ["none told", "newsletter, none told"]
    assert "1 channel not reviewed yet: kiosk" in reading_tables.new_channels(channels)
    assert "has been reviewed" in reading_tables.new_channels(table("CHANNELS"))


def test_late_and_absent():
    freshness = table(
        "FRESHNESS",
        {"source": "crm", "cadence": "daily", "as_of": MOMENT, "lag_days": 4.26, "is_stale": True},
        {"source": "web", "cadence": "daily", "as_of": MOMENT, "lag_days": 0.5, "is_stale": False},
    )
    classes = table(
        "DATA_CLASSES",
        {"data_class": "social", "is_expected": True, "is_absent": True},
        {"data_class": "marketing", "n_sources": 2, "is_expected": True, "is_absent": False},
    )

    assert "1 source late: crm, daily, 4.3 days behind." in reading_tables.stale_sources(freshness)
    assert reading_tables.absent_classes(classes).startswith("No source tells: social.")


def test_dirt_that_nobody_planted_is_not_called_found():
    planted = table(
        "DIRT_FOUND",
        {"source": "crm", "damage": "day", "rule": "is a day", "n_planted": 7, "n_found": 7, "n_false": 0},
        {"source": "crm", "damage": "none", "rule": "is a day", "n_planted": 0, "n_found": 0, "n_false": 2},
    )

    assert "Of 7 rows damaged on purpose, 7 were set aside, and 2 others" in reading_tables.dirt_remark(
        planted
    )
    assert "not known" in reading_tables.dirt_remark(table("DIRT_FOUND"))
