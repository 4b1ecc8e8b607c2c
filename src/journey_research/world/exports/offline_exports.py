"""What is noted away from the shop's own systems: fairs, letters, experiments, a box that asks for stars."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.mistakes import noted

from .exporting import Exporter, Part, speakers_of
from .text import (
    chosen,
    csv_lines,
    digit_ids,
    hex_ids,
    iso_seconds,
    joined,
    letter_ids,
    local_time,
    looked_up,
    over_distinct,
    shares,
    texts,
)

# One of the scanners was set up abroad and tells the same instants on its own clock.
_SCANNERS = {"Berlin": "Europe/Berlin", "Eastern Time (US & Canada)": "America/New_York"}
_ABROAD = 0.15


def _of_kind(block: Block, kind: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The people's touches of one kind, and the row of the person in each."""
    found = block.touches[(block.touches["kind"] == kind) & (block.touches["person"] >= 0)]
    found = found.reset_index(drop=True)
    return found, found["person"].to_numpy()


def _printed(block: Block, rows: np.ndarray, system: str) -> pd.DataFrame:
    """The details of the person of each row: noted once, and then printed again and again."""
    persons, place = np.unique(rows, return_inverse=True)
    return noted(block.people, persons, system, block.world_seed, block.number).iloc[place]


def badge_scans(block: Block) -> Part:
    """Badges scanned at trade fairs: what stood on them, the wall clock and the name of its zone."""
    scans, rows = _of_kind(block, "badge_scanned")
    people, numbers = block.people, scans["id"].to_numpy()
    told = _printed(block, rows, "badge_scans")
    abroad = shares(numbers, "badge scanner") < _ABROAD
    here, there = _SCANNERS
    at_ms = scans["at_ms"].to_numpy()
    clock = chosen(abroad, local_time(at_ms, _SCANNERS[there]), local_time(at_ms, _SCANNERS[here]))
    account = people["account"].to_numpy()[rows]
    company = looked_up(block.accounts["name"].tolist(), account)
    work = people["work_email"].to_numpy()[rows]
    badge = joined("B-$no", no=digit_ids(people["number"].to_numpy()[rows], "badge", 9))
    columns = [
        joined("S-$no", no=hex_ids(numbers, "badge scan", 12)), badge,
        looked_up(block.catalogue.campaigns["name"].tolist(), scans["campaign"].to_numpy()),
        clock, chosen(abroad, there, here), texts(told["first_name"]), texts(told["last_name"]), company,
        chosen(work != "", texts(work), texts(told["email"])),
    ]  # fmt: skip
    speakers = speakers_of("badge_scans", badge, rows)
    return Part(csv_lines(columns, n=len(scans)), speakers, {"touchpoints": len(scans)})


def mail_drops(block: Block) -> Part:
    """Letters handed to the post: the day, and a name and an address; no mail address, no number of ours."""
    drops, rows = _of_kind(block, "mail_dropped")
    told = _printed(block, rows, "mail_drops")
    recipient = joined("R$no", no=digit_ids(block.people["number"].to_numpy()[rows], "letter shop", 14))
    name = joined("$first $last", first=texts(told["first_name"]), last=texts(told["last_name"]))
    house = joined("$last|$street|$code", last=texts(told["last_name"]), street=texts(told["street"]),
                   code=texts(told["postal_code"]))  # fmt: skip
    came_back = shares(drops["id"], "letter came back") < 0.02
    columns = [
        joined("DM$no", no=hex_ids(drops["id"], "letter", 14)), recipient, _household(house),
        looked_up(block.catalogue.campaigns["name"].tolist(), drops["campaign"].to_numpy()),
        local_time(drops["at_ms"].to_numpy(), pattern="%Y-%m-%d"), name, texts(told["street"]),
        texts(told["postal_code"]), texts(told["city"]), looked_up(block.people["country"], rows),
        chosen(came_back, "yes", "no"),
    ]  # fmt: skip
    speakers = speakers_of("mail_drops", recipient, rows)
    return Part(csv_lines(columns, n=len(drops)), speakers, {"touchpoints": int((~came_back).sum())})


def _household(house: pa.Array) -> pa.Array:
    """The letter shop's number for a name at an address."""
    return over_distinct(house, _digest)


def _digest(text: str) -> str:
    return "H" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def experiment_arms(block: Block) -> Part:
    """Who was drawn into which arm; known by login, else by mail address."""
    drawn, rows = _of_kind(block, "arm_assigned")
    login = block.people["login_id"].to_numpy()[rows]
    has_login = login != ""
    unit = chosen(has_login, texts(login), looked_up(block.people["email"], rows))
    columns = [
        hex_ids(drawn["id"], "assignment"), texts(drawn["tactic"].tolist()),
        chosen(has_login, "user_id", "email"), unit, texts(drawn["referrer"].tolist()),
        iso_seconds(drawn["at_ms"].to_numpy()),
    ]  # fmt: skip
    return Part(
        csv_lines(columns, n=len(drawn)),
        speakers_of("experiment_arms", unit, rows),
        {"touchpoints": len(drawn)},
    )


def feedback_widget(block: Block) -> Part:
    """Stars that visitors click to be rid of the box that asks for them: chance alone."""
    answers, rows = _of_kind(block, "widget_answered")
    cookie = letter_ids(block.devices["number"].to_numpy()[answers["device"].to_numpy()], "widget cookie", 14)
    stars = 1 + (shares(answers["id"], "widget stars") * 5).astype("int64")
    columns = [
        hex_ids(answers["id"], "widget answer", 12), cookie, iso_seconds(answers["at_ms"].to_numpy()),
        "How do you like this page?", texts(stars),
        chosen(shares(answers["id"], "widget closed") < 0.3, "yes", "no"),
    ]  # fmt: skip
    speakers = speakers_of("feedback_widget", cookie, rows)
    return Part(csv_lines(columns, n=len(answers)), speakers, {"touchpoints": len(answers)})


EXPORTERS = (
    Exporter(
        "badge_scans.csv",
        b"Scan ID,Badge ID,Event,Scan Time,Time Zone,First Name,Last Name,Company,Email\n",
        badge_scans,
    ),
    Exporter(
        "mail_drops.csv",
        b"Piece ID,Recipient No,Household No,Campaign,Drop Date,Name,Street,Postal Code,City,Country,"
        b"Returned\n",
        mail_drops,
        dirt=("day", "cut", "extra"),
    ),
    Exporter(
        "experiment_arms.csv",
        b"assignment_id,experiment,unit_type,unit_id,variant,assigned_at\n",
        experiment_arms,
    ),
    Exporter("feedback_widget.csv", b"answer_id,cookie,asked_at,question,stars,closed\n", feedback_widget),
)
