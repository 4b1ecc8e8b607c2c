"""Contents page: every vendor's file of the world, in the order in which they are told."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from journey_research.world.simulation.truth import LISTED, SAME, SUMMED

from .exporting import AnyExporter, DailyExporter

_MODULES = (
    "web_exports", "ga4_exports", "beacon_exports",
    "crm_exports", "shop_exports", "till_exports", "consent_exports",
    "mail_exports", "support_exports", "social_exports", "ads_exports", "offline_exports",
    "feedback_exports",
)  # fmt: skip


# What no vendor tells: who is who and what is so, where the dirt lies, and what a reviewer answered.
TOLD = (
    "truth_people.csv", "truth_dirt.csv", "reviewer_judgements.csv",
    *(f"{name}.csv" for name in (*LISTED, *SUMMED, *SAME)),
)  # fmt: skip


@cache
def all_exporters() -> tuple[AnyExporter, ...]:
    """Each exporter once."""
    found: dict[str, AnyExporter] = {}
    for name in _MODULES:
        for one in import_module(f".{name}", __package__).EXPORTERS:
            found.setdefault(_name_of(one), one)
    return tuple(found.values())


def _name_of(exporter: AnyExporter) -> str:
    return exporter.folder if isinstance(exporter, DailyExporter) else exporter.file_name


def top_names() -> list[str]:
    """Every file, and every folder of files, that stands in a world's folder."""
    return [*(_name_of(one).split("/")[0] for one in all_exporters()), *TOLD]
