"""What is said in public about the shop, as Brandwatch collects it: posts, replies and shares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.names import SITE

from .exporting import Exporter, Part, speakers_of
from .json_objects import json_objects, only_where, quoted
from .text import chosen, digit_ids, joined, local_time, looked_up, shares, texts

BRAND = "bergfreund"
KINDS = ("mentioned", "complained", "replied", "reviewed")
# Site of those who have a name there, and how many of them have it.
_SITES = {"x.com": 0.55, "facebook.com": 0.15, "instagram.com": 0.12, "bsky.app": 0.08, "reddit.com": 0.10}
_REVIEWS = "trustpilot.com"  # where people without a handle leave a first name and an initial
_PAGES = {
    "x.com": "twitter", "facebook.com": "facebook", "instagram.com": "instagram", "bsky.app": "bluesky",
    "reddit.com": "reddit", _REVIEWS: "review",
}  # fmt: skip
_SECOND = "reddit.com"
_NAMESAKES = 0.7  # of the people there: their name is another person's on another site
_SHARED = 0.12  # of mentions hand on somebody else's
_TAGS = {"complained": "complaint", "reviewed": "review", "replied": "service"}
_BETWEEN = "\x1f"  # ASCII's sign between units: a name and its site are one key


def authors(block: Block) -> pd.DataFrame:
    """Under which name each person writes, and on which site: ``author``, ``domain``; in order of people."""
    people = block.people
    number = people["number"].to_numpy()
    handle = people["social_handle"].to_numpy()
    limits = np.cumsum(list(_SITES.values()))
    at = np.minimum(np.searchsorted(limits, shares(number, "social site"), side="right"), len(_SITES) - 1)
    domain = np.where(handle != "", np.array(list(_SITES), dtype=object)[at], _REVIEWS)
    initial = people["first_name"] + " " + people["last_name"].str[:1] + "."
    name = np.where(handle != "", handle, initial)
    # Of the people who speak, some on one site are called as the one before them is on another.
    speaks = block.touches.loc[block.touches["kind"].isin(KINDS), "person"].unique()
    loud = np.sort(speaks[speaks >= 0])
    loud = loud[handle[loud] != ""]
    other, elsewhere = np.roll(handle[loud], 1), np.roll(domain[loud], 1)
    is_namesake = (domain[loud] == _SECOND) & (elsewhere != _SECOND)
    is_namesake &= shares(number[loud], "social namesake") < _NAMESAKES
    name[loud[is_namesake]] = other[is_namesake]
    return pd.DataFrame({"author": name, "domain": domain})


def _answered(mentions: pd.DataFrame) -> np.ndarray:
    """Row of the same person's last complaint before each reply of the shop; -1 without one."""
    place = np.arange(len(mentions))
    is_complaint = (mentions["kind"] == "complained").to_numpy()
    last = pd.Series(np.where(is_complaint, place, np.nan)).groupby(mentions["person"].to_numpy()).ffill()
    return np.where(mentions["kind"] == "replied", last.fillna(-1), -1).astype("int64")


def brandwatch_mentions(block: Block) -> Part:
    """Mentions, oldest first; the shop's own answers name the person whom they answer."""
    touches = block.touches
    mentions = touches[touches["kind"].isin(KINDS) & (touches["person"] >= 0)].reset_index(drop=True)
    rows, numbers, kind = (
        mentions["person"].to_numpy(),
        mentions["id"].to_numpy(),
        mentions["kind"].to_numpy(),
    )
    who = authors(block).iloc[rows].reset_index(drop=True)
    is_reply = kind == "replied"
    parent = _answered(mentions)
    handed_on = (kind == "mentioned") & (shares(numbers, "mention shared") < _SHARED)
    handed_on[:1] = False
    url = joined(
        "https://$domain/p/$no", domain=who["domain"].tolist(), no=digit_ids(numbers, "mention url", 15)
    )
    entry = np.select([is_reply, handed_on], ["reply", "share"], "post")
    thread = np.where(parent >= 0, parent, np.arange(len(mentions)))
    product = looked_up(block.catalogue.products["name"].tolist(), mentions["product"].to_numpy())
    tag = pd.Series(kind).map(_TAGS).fillna("").to_numpy()
    lines = json_objects(
        {
            "resourceId": quoted(digit_ids(numbers, "mention", 18)),
            "date": quoted(local_time(mentions["at_ms"].to_numpy(), "UTC", "%Y-%m-%dT%H:%M:%S.%f+0000")),
            "added": quoted(
                local_time(mentions["at_ms"].to_numpy() + 420_000, "UTC", "%Y-%m-%dT%H:%M:%S.%f+0000")
            ),
            "domain": quoted(who["domain"].tolist()),
            "pageType": quoted(who["domain"].map(_PAGES).tolist()),
            "author": quoted(chosen(is_reply, BRAND, who["author"].tolist())),
            "url": quoted(url),
            "title": quoted(product),
            "sentiment": quoted(_sentiment(kind, numbers)),
            "language": quoted(looked_up(block.people["language"], rows)),
            "queryName": '"Bergfreund"',
            "queryId": "1998",
            "threadEntryType": quoted(entry),
            "threadId": quoted(digit_ids(numbers[thread], "mention", 18)),
            "replyTo": only_where(is_reply, quoted(looked_up(url, parent))),
            "retweetOf": only_where(handed_on, quoted(looked_up(url, np.arange(len(mentions)) - 1))),
            "mentionedAuthors": only_where(is_reply, joined("[$who]", who=quoted(who["author"].tolist()))),
            "impressions": texts((shares(numbers, "mention seen") ** 4 * 9000).astype("int64")),
            "tags": only_where(tag != "", joined('["$tag"]', tag=texts(tag))),
            "originalUrl": only_where(handed_on, f'"{SITE}/"'),
        }
    )
    key = joined(f"$domain{_BETWEEN}$author", domain=who["domain"].tolist(), author=who["author"].tolist())
    return Part(lines, speakers_of("brandwatch_mentions", key, rows), {"touchpoints": len(mentions)})


def _sentiment(kind: np.ndarray, numbers: np.ndarray) -> pa.Array:
    """A word: complaints are negative, our own answers neutral; the rest as people are."""
    drawn = shares(numbers, "mention sentiment")
    mood = np.where(drawn < 0.4, "positive", np.where(drawn < 0.85, "neutral", "negative"))
    stars = np.where(drawn < 0.75, "positive", "negative")
    word = np.select(
        [kind == "complained", kind == "replied", kind == "reviewed"], ["negative", "neutral", stars], mood
    )
    return texts(word)


EXPORTERS = (Exporter("brandwatch_mentions.jsonl", b"", brandwatch_mentions, dirt=("json", "cut", "bytes")),)
