"""A small world's tables of how people move: a shop with a web page, mails, a store and a call centre.

Made up directly, in keeping with the contracts and with one another; no stage has computed it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from journey_research.engine import Table
from tests.worlds import MOMENT, empty_world, small_world, table

MONDAY = datetime(2025, 3, 3)
CHANNELS = ["direct", "email", "paid_search", "store"]


def journeys_world() -> dict[str, Table]:
    """Every table that the report on how people move reads; by dataset name."""
    return {
        **empty_world(),
        **small_world(),
        **_moving(),
        **_meeting(),
        **_scenes(),
        **_dialogue(),
        **_peers(),
    }


def _share(name: str, value: float, n: float = 0.05) -> dict[str, float]:
    return {name: value, "low": max(value - n, 0.0), "high": min(value + n, 1.0)}


def _moving() -> dict[str, Table]:
    stitching = [
        {"reason": "known record", "is_in_journey": True, "n_touches": 700},
        {"reason": "joined", "is_in_journey": True, "n_touches": 200},
        {"reason": "consent refused", "is_in_journey": True, "n_touches": 60},
        {"reason": "bot", "is_in_journey": False, "n_touches": 40},
    ]
    ladder = [
        {
            "rung": rung,
            "rung_number": place + 1,
            "n_persons": n,
            "n": 200,
            "n_out_of_order": 0,
            **_share("reached_share", n / 200),
        }
        for place, (rung, n) in enumerate(
            zip(
                ("connection", "contact", "subscriber", "relationship", "customer", "repeat"),
                (200, 120, 80, 60, 30, 10),
                strict=True,
            )
        )
    ]
    ladder[4]["n_out_of_order"] = 3
    funnel = [
        {"stage_number": 1, "stage": "product_viewed", "n_persons": 100, "n_all_persons": 200,
         "first_share": 1.0, "first_low": 1.0, "first_high": 1.0,
         "previous_share": 0.5, "previous_low": 0.43, "previous_high": 0.57},
        {"stage_number": 2, "stage": "added_to_cart", "n_persons": 40, "n_all_persons": 200,
         "first_share": 0.4, "first_low": 0.31, "first_high": 0.5,
         "previous_share": 0.4, "previous_low": 0.31, "previous_high": 0.5,
         "median_seconds": 90.0, "median_low_seconds": 60.0, "median_high_seconds": 120.0},
        {"stage_number": 3, "stage": "order", "n_persons": 30, "n_all_persons": 200,
         "first_share": 0.3, "first_low": 0.22, "first_high": 0.4,
         "previous_share": 0.75, "previous_low": 0.6, "previous_high": 0.86, "median_seconds": 7200.0},
    ]  # fmt: skip
    hops = [
        {"channel": channel, "n_hops": n, "n_followed": 100, "n_persons": 40, **_share("hop_share", n / 100)}
        for channel, n in zip(CHANNELS, (10, 30, 25, 5), strict=True)
    ] + [{"channel": "(all)", "n_hops": 70, "n_followed": 400, "n_persons": 90, **_share("hop_share", 0.175)}]
    transitions = [
        {"from_channel": one, "to_channel": other, "n_transitions": 60 if one == other else 10 + 5 * place}
        for one in CHANNELS
        for place, other in enumerate(CHANNELS)
    ]
    reach = [
        {
            "rank": place + 1,
            "channel": channel,
            "n_persons": n,
            "n_all_persons": 200,
            "n_only": only,
            "n_new": new,
            "only_share": only / 200,
            "new_share": new / 200,
            "reached_share": reached,
            "reached_low": reached - 0.03,
            "reached_high": min(reached + 0.03, 1.0),
            **_share("reach_share", n / 200),
        }
        for place, (channel, n, only, new, reached) in enumerate(
            (("direct", 120, 40, 120, 0.6), ("email", 90, 30, 70, 0.95), ("store", 20, 5, 10, 1.0))
        )
    ]
    sequences = [
        {"rank": 1, "sequence": "email > direct", "n_channels": 2, "n_converted": 20,
         "n_converted_journeys": 40, "converted_share": 0.5, "n_other": 30, "n_other_journeys": 300,
         "other_share": 0.1, "difference": 0.4, "low": 0.25, "high": 0.55, "p_value": 0.001,
         "q_value": 0.01, "n_tested": 7},
        {"rank": 2, "sequence": "store", "n_channels": 1, "n_converted": 2, "n_converted_journeys": 40,
         "converted_share": 0.05, "n_other": 20, "n_other_journeys": 300, "other_share": 0.067,
         "difference": -0.017, "low": -0.1, "high": 0.07, "p_value": 0.7, "q_value": 0.9, "n_tested": 7},
    ]  # fmt: skip
    retention = [
        {
            "cohort_at": MONDAY + timedelta(weeks=cohort),
            "week_number": week,
            "n_persons": 100,
            "is_complete": cohort + week < 4,
            **(
                {
                    "n_active": 100 if week == 0 else 30 - 5 * week,
                    "active_share": 1.0 if week == 0 else 0.3 - 0.05 * week,
                }
                if cohort + week < 4
                else {}
            ),
        }
        for cohort in range(4)
        for week in range(5 - cohort)
    ]
    return {
        "stitching_counts": table("STITCHING_COUNTS", *stitching),
        "ladder_counts": table("LADDER_COUNTS", *ladder),
        "funnel": table("FUNNEL", *funnel),
        "hop_rates": table("HOP_RATES", *hops),
        "transitions": table("TRANSITIONS", *transitions),
        "channel_reach": table("CHANNEL_REACH", *reach),
        "telling_sequences": table("TELLING_SEQUENCES", *sequences),
        "retention": table("RETENTION", *retention),
        "segment_traits": table("SEGMENT_TRAITS", *_traits()),
        "channel_pairs": table("CHANNEL_PAIRS", *_pairs()),
        "lead_outcomes": table("LEAD_OUTCOMES", *_leads()),
    }


def _pairs() -> list[dict[str, Any]]:
    told = (
        ("email", "display", 0.03, 0.01, 0.001, True),
        ("display", "email", 0.01, 0.03, 0.4, False),
        ("sms", "email", -0.02, None, 0.9, False),
    )
    return [
        {"first_channel": one, "second_channel": other, "together_rate": rate, "low": rate - 0.02,
         "high": rate + 0.02, "reverse_rate": back, "n_days": 300, "n_conversions": 20, "n_persons": 60,
         "p_value": p, "q_value": min(3 * p, 1.0), "is_declared": declared}
        for one, other, rate, back, p, declared in told
    ]  # fmt: skip


def _leads() -> list[dict[str, Any]]:
    known = {"contact_share": 0.5, "contact_low": 0.4, "contact_high": 0.6,
             "customer_share": 0.25, "customer_low": 0.15, "customer_high": 0.35}  # fmt: skip
    days = {"customer_days": 24.4, "customer_days_low": 19.6, "customer_days_high": 33.0}
    return [
        {"grouped_by": "all", "name": "all", "n_leads": 100, "n_contacts": 50, "n": 80, **known, **days},
        {"grouped_by": "channel", "name": "email", "n_leads": 70, "n": 60, **known, **days},
        {"grouped_by": "channel", "name": "none", "n_leads": 24, "n": 18, **known, "customer_days": 5.0},
        {"grouped_by": "channel", "name": "store", "n_leads": 16, "n": 2, **known},
        {"grouped_by": "source", "name": "web_forms", "n_leads": 94, "n": 78, **known, **days},
    ]


def _traits() -> list[dict[str, Any]]:
    told = (
        ("n_opened", "style", 1.5, -0.9),
        ("email", "channel", 1.1, -0.8),
        ("n_touches", "activity", 0.4, -0.3),
        ("n_coupons", "coupons", 0.05, -0.05),
    )
    return [
        {"segment": segment, "trait": trait, "kind": kind, "difference": difference, "place": place, "n": 9}
        for place, (trait, kind, *both) in enumerate(told, 1)
        for segment, difference in zip(("frequent buyers", "lookers"), both, strict=True)
    ]


def _meeting() -> dict[str, Table]:
    shares = [
        {"level": "channel", "base": "all", "name": "email", "n_interactions": 600, "n_persons": 90,
         **_share("interaction_share", 0.6)},
        {"level": "channel", "base": "all", "name": "social", "n_interactions": 10, "n_persons": 9,
         **_share("interaction_share", 0.01, 0.004), "spent_amount": Decimal(300), "spend_share": 0.3,
         "spend_index": 30.0, "is_shiny": True},
        {"level": "channel", "base": "all", "name": "paid_search", "n_interactions": 390, "n_persons": 80,
         **_share("interaction_share", 0.39), "spent_amount": Decimal(700), "spend_share": 0.7,
         "spend_index": 1.8, "attention_share": 0.5},
        {"level": "tool", "base": "all", "name": "marketing", "n_interactions": 600, "n_persons": 90},
        {"level": "tool", "base": "all", "name": "advertising", "n_interactions": 10, "is_shiny": True,
         "spend_share": 1.0, "interaction_share": 0.01},
        {"level": "channel", "base": "paid", "name": "paid_search", "n_interactions": 390, "is_shiny": True,
         "spend_share": 0.7, "interaction_share": 0.97},
    ]  # fmt: skip
    coverage = [
        {"area": "store", "n_interactions": 0, "n_persons": 0, "interaction_share": 0.0, "min_share": 0.02,
         "status": "missing", "is_warning": True, "low": 0.0},
        {"area": "post_sale", "n_interactions": 60, "n_persons": 40,
         **_share("interaction_share", 0.06, 0.01),
         "min_share": 0.02, "status": "covered"},
    ]  # fmt: skip
    kinds = [
        {"channel": "email", "action": "email_opened", "n_touches": 90},
        {"channel": "store", "action": "assistant_rated", "n_touches": 10, "is_missing_from_map": True},
        {"channel": "tv", "action": "any", "n_touches": 0, "is_absent_from_data": True},
    ]
    figures = [
        {"metric": "contradicted_person_share", **_share("value", 0.2), "n": 80},
        {"metric": "consistency_index_by_week", **_share("value", 0.6), "n": 120},
        {"metric": "channel_preference_share", **_share("value", 0.2), "n": 22},
        {"metric": "part_of_day_preference_share", **_share("value", 0.0), "n": 3},
    ]
    contradictions = [
        {
            "person_id": f"person:{n % 3:x}",
            "first_touch_id": f"mail:{n}",
            "second_touch_id": f"sms:{n}",
            "second_at": MONDAY + timedelta(days=day),
            "is_across_owners": n % 2 == 0,
        }
        for n, day in enumerate((0, 1, 6, 15))
    ]
    lags = [
        {"level": "claim", "name": "price_cut", "first_channel": "email", "second_channel": "sms",
         "n_persons": 8, "median_lag_hours": 40.25, "low": 39.0, "high": 41.5},
        {"level": "claim", "name": "new_shop", "first_channel": "email", "second_channel": "store",
         "n_persons": 3, "median_lag_hours": 90.0},
    ]  # fmt: skip
    views = [
        {"initiative": "customer", "direction": "inbound", "n_touches": 800, **_share("touch_share", 0.8),
         "n_records": 300, "n_persons": 180, "n_converted": 30},
        {"initiative": "company", "direction": "outbound", "n_touches": 200, **_share("touch_share", 0.2),
         "n_records": 90, "n_persons": 60, "n_converted": 20},
        {"initiative": "all", "direction": "all", "n_touches": 1000, "touch_share": 1.0, "low": 1.0,
         "high": 1.0, "n_records": 390, "n_persons": 200, "n_converted": 32},
    ]  # fmt: skip
    directions = [
        {"direction": "inbound", "n_touches": 800, **_share("touch_share", 0.8), "n_journeys": 100,
         "conversion_rate": 0.1, "conversion_low": 0.05, "conversion_high": 0.15},
        {"direction": "outbound", "n_touches": 200, **_share("touch_share", 0.2), "n_journeys": 0},
    ]  # fmt: skip
    return {
        "channel_shares": table("CHANNEL_SHARES", *shares),
        "coverage_warnings": table("COVERAGE_WARNINGS", *coverage),
        "touchpoint_map": table("TOUCHPOINT_MAP", *kinds),
        "touchpoint_metrics": table("METRICS", *figures),
        "contradictions": table("CONTRADICTIONS", *contradictions),
        "sync_lags": table("SYNC_LAGS", *lags),
        "process_views": table("PROCESS_VIEWS", *views),
        "direction_kpis": table("DIRECTION_KPIS", *directions),
    }


def _dialogue() -> dict[str, Table]:
    roles = [
        {"stage": stage, "role": role, "tool": tool, "n_touches": n, "n_persons": 9,
         **_share("stage_share", share)}
        for stage, role, tool, n, share in (
            ("connection", "discover", "search", 60, 0.6), ("connection", "discover", "website", 40, 0.4),
            ("customer", "complain", "service", 8, 0.4), ("customer", "buy", "store", 7, 0.35),
            ("customer", "buy", "website", 4, 0.2), ("customer", "unknown", "unknown", 1, 0.05),
        )
    ]  # fmt: skip
    # Of the persons who come by app three of four surely prefer it; seven channels lead for somebody.
    led = {"app": (4, 3), "direct": (9, 0), "email": (3, 0), "store": (2, 0), "social": (2, 0),
           "survey": (1, 1), "support": (1, 0)}  # fmt: skip
    preferences = [
        {"person_id": f"person:{place:x}{n:x}", "dimension": "channel", "leading_value": channel,
         "preferred_value": channel if n < n_clear else None, "is_clear": n < n_clear, "n_days": 4 + n}
        for place, (channel, (n_all, n_clear)) in enumerate(led.items())
        for n in range(n_all)
    ] + [
        {"person_id": f"person:0{n:x}", "dimension": "part_of_day", "leading_value": "evening", "n_days": 3}
        for n in range(3)
    ]  # fmt: skip
    # cart_left thrice, of two persons, once in the last seven days; a complaint exactly seven days ago.
    triggers = [
        {"rule": rule, "touch_id": f"web:{n}", "person_id": f"person:{person:x}", "owner": owner,
         "signal_at": fired - timedelta(hours=hours), "fired_at": fired}
        for n, (rule, person, owner, hours, fired) in enumerate((
            ("cart_left", 1, "shop team", 24, MOMENT - timedelta(days=30)),
            ("cart_left", 1, "shop team", 24, MOMENT - timedelta(days=9)),
            ("cart_left", 2, "shop team", 24, MOMENT - timedelta(days=6)),
            ("complaint_open", 3, "service team", 0, MOMENT - timedelta(days=7)),
        ))
    ]  # fmt: skip
    agreement = [
        {"unit": unit, "unit_id": f"{unit}:{n}", "person_id": f"person:{n % 3:x}", "n_messages": n_all,
         "n_agreeing": n_same, "consistency_index": n_same / n_all}
        for unit, counts in (
            ("week", ((2, 2), (2, 1), (3, 2), (2, 1), (5, 2))), ("journey", ((2, 2), (4, 4)))
        )
        for n, (n_all, n_same) in enumerate(counts)
    ]  # fmt: skip
    return {
        "touchpoint_roles": table("TOUCHPOINT_ROLES", *roles),
        "person_preferences": table("PERSON_PREFERENCES", *preferences),
        "triggers": table("TRIGGERS", *triggers),
        "message_consistency": table("MESSAGE_CONSISTENCY", *agreement),
    }


def _peers() -> dict[str, Table]:
    # A giver reaches one, one two, one four and one twelve; the last one's word is passed on.
    reached = {"a": (1, 0), "b": (2, 0), "c": (4, 0), "d": (12, 3), "e": (0, 0), "f": (0, 0)}
    spheres = [
        {"person_id": f"person:{name}", "n_reached": n, "n_reached_further": further}
        for name, (n, further) in reached.items()
    ]
    edges = [
        {"giver_person_id": f"person:{giver}", "receiver_person_id": f"person:{giver}{n:x}",
         "n_acts": 1 if giver == "d" else 4 + n, "is_followed": n % 4 == 0}
        for giver, (n_reached, _) in reached.items()
        for n in range(n_reached)
    ]  # fmt: skip
    figures = [
        {"figure": "touched_by_peers_share", **_share("share", 0.15), "n": 200},
        {"figure": "giving_share", **_share("share", 0.02, 0.01), "n": 200},
        {"figure": "passed_on_share", **_share("share", 0.25), "n": 4},
        {"figure": "followed_share", **_share("share", 0.3), "n": 19},
        {"figure": "largest_community_share", "share": 0.6, "n": 20},
    ]
    return {
        "influence_figures": table("INFLUENCE_FIGURES", *figures),
        "influence_spheres": table("INFLUENCE_SPHERES", *spheres),
        "influence_edges": table("INFLUENCE_EDGES", *edges),
    }


def _scenes() -> dict[str, Table]:
    scenarios = [
        {"scenario": "complaint in public", "figure": "answered too late", "n_found": 10, "n_persons": 9,
         **_share("found_share", 0.3)},
        {"scenario": "thanks and coupon", "figure": "coupon redeemed", "n_found": 50, "n_persons": 40,
         **_share("found_share", 0.1)},
        {"scenario": "friends asked", "figure": "answered by a review", "n_found": 0, "n_persons": 0},
    ]  # fmt: skip
    complaints = [
        {"complaint_id": f"social:{n}", "person_id": f"person:{n:x}", "response_minutes": minutes}
        for n, minutes in enumerate((30.0, 60.0, 61.0, 1440.0, 1441.0, 9000.0, None))
    ]
    mails = [
        {
            "mail_id": f"mail:{n}",
            "person_id": f"person:{n % 3:x}",
            "kind": "coupon" if n < 4 else "post_sale",
            "mailed_at": MONDAY,
            "opened_at": MONDAY + timedelta(hours=1) if n % 2 == 0 else None,
            "redeemed_at": MONDAY + timedelta(days=2 + n) if n < 2 else None,
        }
        for n in range(6)
    ]
    pairs = [
        {
            "first_session_id": f"web:{n}",
            "second_session_id": f"app:{n}",
            "person_id": f"person:{n % 4:x}",
            "first_device_class": "mobile",
            "second_device_class": "desktop" if n else "tablet",
            "pattern": "simultaneous" if n % 3 == 0 else "sequential",
        }
        for n in range(8)
    ]
    return {
        "scenarios": table("SCENARIOS", *scenarios),
        "complaints": table("COMPLAINTS", *complaints),
        "post_sale_mails": table("POST_SALE_MAILS", *mails),
        "device_pairs": table("DEVICE_PAIRS", *pairs),
    }
