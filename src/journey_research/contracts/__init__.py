"""Tables that cross a stage border: what each promises. Import a contract by its table's name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .table_contract import TableContract

MODULES = {
    "records": "RECORDS RECORD_VALUES IDENTIFIERS JUDGEMENTS LABELLED_GROUPS TRUE_PEOPLE",
    "source_links": "SOURCE_LINKS MEMBERSHIPS REFERRALS",
    "touches": "TOUCHES ORDERS ORDER_SIGHTINGS ORDER_LINES CONSENTS SPEND OFFERS AVAILABILITY",
    "sources": (
        "REJECTED LOST_VALUES SOURCE_FILES SOURCE_QUALITY PROMISES EXPECTATIONS PROMISE_QUALITY CHANNELS "
        "FRESHNESS DATA_CLASSES PLANTED_DIRT DIRT_FOUND AS_OF"
    ),
    "people": (
        "LINKS RECORD_CLUSTERS THRESHOLD_CLUSTERS PEOPLE PEOPLE_VARIANTS PERSONS PERSON_EVENTS "
        "IDENTITY_CHANGES IDENTITY_THRESHOLDS"
    ),
    "golden": "GOLDEN_VALUES",
    "bridges": "LINK_BRIDGES",
    "journeys": (
        "JOURNEY_TOUCHES OUTCOMES SESSIONS JOURNEYS PATHS THRESHOLD_PATHS THRESHOLD_KPIS TRANSITIONS"
    ),
    "touchpoints": (
        "TOUCHPOINT_MAP TOUCHPOINT_ROLES CHANNEL_SHARES COVERAGE_WARNINGS DIRECTION_KPIS MESSAGE_CLAIMS "
        "CONTRADICTIONS MESSAGE_CONSISTENCY SYNC_LAGS PERSON_PREFERENCES TRIGGERS"
    ),
    "stitching": "HELD_TOUCHES NAMING_RECORDS STITCHING_COUNTS DEVICE_SESSIONS DEVICE_PAIRS",
    "ladder": "LADDER LADDER_MOVES LADDER_COUNTS PROCESS_VIEWS",
    "leads": "LEAD_OUTCOMES",
    "segments": ("SEGMENTS SEGMENT_PROFILES SEGMENT_TRAITS SEGMENT_CHOICES SEGMENT_MOVES RFM RFM_CELLS"),
    "histories": "FUNNEL HOP_RATES CHANNEL_REACH RETENTION TELLING_SEQUENCES",
    "together": (
        "CHANNEL_PAIRS EARLY_TOUCHES OFFLINE_SHARES INFLUENCE_EDGES INFLUENCE_SPHERES INFLUENCE_FIGURES"
    ),
    "friction": "FRICTION FIXES CORRELATIONS",
    "budget": "CHANNEL_VALUES CHANNEL_WEEKS BUDGET_PLAN",
    "scenarios": (
        "STORE_VISITS CHECKIN_INTERESTS ASSISTANT_VIEWS FRIEND_REVIEWS FRIEND_ASKS COLLECTED_ORDERS "
        "POST_SALE_MAILS COMPLAINTS FEEDBACK CONVERSION_NATURES PERSON_TIMELINES SCENARIOS"
    ),
    "conversion": (
        "EXAMPLES SCORES CALIBRATION_BINS CREDITS THRESHOLD_CHANNELS RANKING_FLIPS LIFETIME_VALUES "
        "VALUE_DECILES"
    ),
    "decisions": "PERMISSIONS DECISIONS POLICY_VALUE HONOURED_REFUSALS",
    "metrics": "METRICS HEADLINES ENTITY_TOTALS",
    "maturity": "MATURITY",
}
NAMES = {name: module for module, names in MODULES.items() for name in names.split()}


def __getattr__(name: str) -> TableContract:
    """Load a contract when it is asked for: pandera takes more than a second to import."""
    if name not in NAMES:
        raise AttributeError(name)
    contract: TableContract = getattr(import_module(f"{__name__}.{NAMES[name]}"), name)
    return contract


def __dir__() -> list[str]:
    return sorted(NAMES)
