"""A whole world, from its name to its folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from .behaviour import live
from .calendar import Calendar, chance_for
from .contact_exports import call_centre, hubspot_contacts
from .dirt import soil
from .mail_exports import onetrust_receipts, sendgrid_events
from .people import make_people
from .shop_exports import shopify_orders
from .spend_exports import google_ads_campaigns, meta_ads
from .truth import main_speakers, reviewer_judgements, truth_effects, truth_people
from .web_exports import segment_events
from .writing import Export, whole_folder, write_file

FILE_NAMES = (
    "hubspot_contacts.csv", "shopify_orders.csv", "segment_events.jsonl", "call_centre.xlsx",
    "sendgrid_events.jsonl", "google_ads_campaigns.csv", "meta_ads.csv", "onetrust_receipts.jsonl",
    "reviewer_judgements.csv", "truth_people.csv", "truth_effects.csv",
)  # fmt: skip
DIRT_SHARE = 0.003
_SOILED = ("hubspot_contacts.csv", "shopify_orders.csv", "segment_events.jsonl")


def _soiled(export: Export, world_seed: int) -> Export:
    if export.file_name not in _SOILED:
        return export
    chance = chance_for(world_seed, f"dirt in {export.file_name}")
    is_csv = export.file_name.endswith(".csv")
    return replace(export, body=soil(export.body, chance, share=DIRT_SHARE, has_header=is_csv)[0])


def make_exports(persons: int, world_seed: int, weeks: int) -> list[Export]:
    """All files of a world, in memory: the vendors', dirt included, then the reviewer's and the truth."""
    calendar = Calendar(weeks)
    people = make_people(persons, world_seed)
    behaviour = live(people, calendar, world_seed)
    vendors = [
        hubspot_contacts(people, world_seed),
        shopify_orders(people, behaviour.orders, world_seed),
        segment_events(people, behaviour, calendar, world_seed),
        call_centre(people, behaviour, world_seed),
        sendgrid_events(people, behaviour, world_seed),
        google_ads_campaigns(behaviour, calendar, world_seed),
        meta_ads(behaviour, calendar, world_seed),
        onetrust_receipts(people, behaviour, calendar, world_seed),
    ]
    main = main_speakers(pd.concat([export.speakers for export in vendors if len(export.speakers)]))
    told = [reviewer_judgements(people, main, world_seed), truth_people(main), truth_effects(behaviour)]
    return [*(_soiled(export, world_seed) for export in vendors), *told]


def build_world(folder: Path, *, persons: int = 1000, world_seed: int = 1, weeks: int = 12) -> dict[str, int]:
    """Make up a retailer and write what its systems would export, and the truth.

    The same arguments give the same bytes, in any process on any day. The folder gets its name when
    every file is complete, so a run that is killed leaves no half world.

    Args:
        folder: Where the files go; may hold an older world, which is replaced.
        persons: People in the world, at least 2.
        world_seed: Names the world: another number, other people.
        weeks: Weeks up to the world's end on 2025-03-30, at least 1.

    Returns:
        File name -> rows, header left out.

    Raises:
        ValueError: ``persons`` or ``weeks`` is too small.
        UserError: ``folder`` holds files that are no world's.
    """
    exports = make_exports(persons, world_seed, weeks)
    with whole_folder(Path(folder), FILE_NAMES) as unfinished:
        for export in exports:
            write_file(unfinished, export.file_name, export.body)
    return {export.file_name: export.n_rows for export in exports}
