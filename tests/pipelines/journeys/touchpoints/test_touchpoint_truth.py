"""On a made-up world whose people are known: the social share is covered, every contradiction is found."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from benchmarks.journey_truth.shares import compare_contradictions, compare_social_share
from journey_research.engine import Table
from journey_research.pipelines.journeys.touchpoints.blueprint import TouchpointMap
from journey_research.pipelines.journeys.touchpoints.mapping_touchpoints import map_touchpoints
from journey_research.pipelines.journeys.touchpoints.messages import (
    MessageRule,
    find_claims,
    find_contradictions,
)
from journey_research.pipelines.journeys.touchpoints.preferences import PreferenceRule, find_preferences
from journey_research.pipelines.journeys.touchpoints.shares import ShareRule, share_channels
from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import Calendar
from journey_research.world.simulation.catalogue import make_catalogue
from journey_research.world.simulation.living import make_block
from journey_research.world.simulation.truth import truths
from tests.worlds import table

CONF = Path(__file__).resolve().parents[4] / "conf" / "base" / "parameters_touchpoints.yml"
CALENDAR = Calendar(12)
OURS = {
    "mail_delivered", "sms_sent", "mail_dropped", "push_sent", "messenger_sent", "in_app_shown", "call_out",
    "call_machine", "ticket_answered", "ticket_solved", "replied",
}  # fmt: skip
NO_CONTACT = {"mail_sent", "mail_machine_opened", "mail_bounced", "arm_assigned"}


@lru_cache
def block(without: tuple[str, ...] = ()) -> Block:
    return make_block(0, 800, 5, CALENDAR, make_catalogue(5, CALENDAR), without)


@lru_cache
def parameters() -> dict:
    return yaml.safe_load(CONF.read_text(encoding="utf-8"))


def as_tables(made: Block) -> tuple[Table, Table]:
    """The block's contacts as touches of known persons; a visit is a session, so is a message."""
    told = made.touches
    told = told[~told["is_bot"] & ~told["kind"].isin(NO_CONTACT)]
    names = np.append(made.catalogue.campaigns["name"].to_numpy(dtype=object), None)
    message = np.where(told["message"] >= 0, "m" + told["message"].astype(str), "t" + told["id"].astype(str))
    session = np.where(told["visit"] >= 0, "v" + told["visit"].astype(str), message)
    common = pd.DataFrame(
        {
            "touch_id": "block:" + told["id"].astype(str),
            "touched_at": pd.to_datetime(told["at_ms"], unit="ms").astype("datetime64[us]"),
            "channel": told["channel"],
            "action": told["kind"],
            "session_id": session,
        }
    )
    touches = common.assign(
        record_id="block:" + told["person"].astype(str),
        tactic=told["tactic"].replace("", None),
        campaign_id=names[told["campaign"].to_numpy()],
        content_id=message,
        is_bot=False,
        is_date_only=False,
        direction=np.where(told["kind"].isin(OURS), "outbound", "inbound"),
        initiative="customer",
    ).drop(columns="session_id")
    person = [f"person:{number:07x}" for number in told["person"]]
    return Table.from_pandas(touches), Table.from_pandas(common.assign(person_id=person, journey_id=person))


def finished(made: Block, folder: Path) -> tuple[Path, Path]:
    """A run's tables of the block, and its truth, where the comparison looks for them."""
    run, raw = folder / "run", folder / "raw"
    (run / "03_journeys").mkdir(parents=True)
    raw.mkdir()
    told = truths(made)
    for name in ("truth_effects", "truth_contradictions"):
        told[name].to_csv(raw / f"{name}.csv", index=False)
    touches, journey_touches = as_tables(made)
    touchpoint_map = TouchpointMap(**parameters()["touchpoint_map"])
    kinds = Table.from_pandas(map_touchpoints(touches, journey_touches, touchpoint_map))
    shares = share_channels(
        touches,
        journey_touches,
        kinds,
        table("SPEND"),
        touchpoint_map,
        ShareRule(**parameters()["share_rule"]),
    )
    rule = MessageRule(**parameters()["message_rule"])
    claims = Table.from_arrow(find_claims(touches, journey_touches, kinds, rule).to_arrow())
    shares.to_parquet(run / "03_journeys" / "channel_shares.parquet")
    found = find_contradictions(claims, rule).to_pandas()
    found.to_parquet(run / "03_journeys" / "contradictions.parquet")
    return run, raw


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    return finished(block(), tmp_path_factory.mktemp("world"))


def test_the_social_share_is_covered_by_its_interval(compared):
    table, said = compare_social_share(*compared)

    assert table["planted_share"].between(0.008, 0.02).all(), "about one in a hundred"
    assert table["is_covered"].all(), said


def test_every_planted_contradiction_is_found_and_nothing_like_it_beside(compared):
    table, said = compare_contradictions(*compared)

    row = table.iloc[0]
    assert row["n_planted"] > 50, said
    assert row["recall"] == 1
    assert row["n_more_by_channel"] == 0, said


def test_in_a_world_without_the_sale_nothing_contradicts_anything(tmp_path):
    run, _ = finished(block(("sms", "direct_mail")), tmp_path)

    assert len(pd.read_parquet(run / "03_journeys" / "contradictions.parquet")) == 0


def test_who_was_made_fond_of_mail_or_the_telephone_is_seen_there_more_often():
    """Twelve weeks are too few to call it a preference of many; where they lean is what was planted."""
    made = block()
    touches, journey_touches = as_tables(made)
    found = find_preferences(touches, journey_touches, PreferenceRule(**parameters()["preference_rule"]))
    channel = found.to_pandas().query("dimension == 'channel'")
    number = [int(person.removeprefix("person:"), 16) for person in channel["person_id"]]
    planted = made.people["channel_preference"].to_numpy()[number]
    leads = pd.crosstab(planted, channel["leading_value"].to_numpy(), normalize="index")

    assert leads.loc["email", "email"] > 2 * leads.loc["web", "email"]
    assert leads.loc["phone", "call_centre"] > 5 * leads.loc["web", "call_centre"]
