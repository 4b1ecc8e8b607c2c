"""The checklist: a business that has everything, one that has nothing, and each answer by hand."""

from datetime import datetime

import pytest

from journey_research.engine import Table
from journey_research.pipelines.reports.bridge_tables import bridges_answer, bridges_table
from journey_research.pipelines.reports.maturity import MaturityRule, answer_share, check_maturity
from journey_research.pipelines.reports.maturity_tables import (
    maturity_answer,
    maturity_table,
    refusals_remark,
)
from tests.worlds import broken_rules, empty_world, table

SYSTEMS = ("transactional", "marketing", "social", "demographic", "support", "consent", "inventory")
RULE = MaturityRule(systems=SYSTEMS)
NAMES = (
    "source_files", "freshness", "consents", "permissions", "honoured_refusals", "identity_metrics",
    "stitching_counts", "coverage_warnings", "decisions", "channels",
)  # fmt: skip
MOMENT = datetime(2025, 3, 31)


def files(*classes, n_accepted=5):
    return table(
        "SOURCE_FILES",
        *(
            {"source": f"s{n}", "file_name": f"{n}.csv", "data_class": told, "n_accepted": n_accepted}
            for n, told in enumerate(classes)
        ),
    )


def sources(*lags):
    """Sources with a cadence: on time, late, or (null) never come."""
    return table(
        "FRESHNESS",
        *(
            {"source": f"s{n}", "cadence": "daily", "allowed_days": 3.0, "is_stale": lag == "late",
             "newest_at": None if lag is None else MOMENT}
            for n, lag in enumerate(lags)
        ),
        {"source": "once", "cadence": "once", "is_stale": False, "newest_at": None},
    )  # fmt: skip


def permissions(*bases):
    return table(
        "PERMISSIONS",
        *(
            {"person_id": f"person:{n:x}", "channel": channel, "basis": told}
            for n, told in enumerate(bases)
            for channel in ("email", "sms")
        ),
    )


def honoured(n_approached, n_violations=0):
    numbers = {"n_approached": n_approached, "n_violations": n_violations, "n_refusing": 1, "n_preferring": 2}
    return table("HONOURED_REFUSALS", {"channel": "email", **numbers})


def metrics(**figures):
    return table(
        "METRICS",
        *(
            {"metric": name, "value": value, "low": low, "high": high, "n": 10}
            for name, (value, low, high) in figures.items()
        ),
    )


def precision(*figures):
    return {"identity_metrics": metrics(pairwise_precision_named=figures)}


def after_sale(status, share=0.1):
    return {"coverage_warnings": table("COVERAGE_WARNINGS", area("post_sale", status, share))}


def area(name, status, share=0.1):
    return {"area": name, "status": status, "interaction_share": share, "low": 0.0, "high": 0.2,
            "min_share": 0.02, "n_interactions": 7}  # fmt: skip


def decisions(n_policy, n_random):
    arms = ["policy"] * n_policy + ["random"] * n_random
    told = [
        {"person_id": f"person:{n:x}", "arm": arm, "action_probability": 1.0,
         "reason": "test arm" if arm == "random" else "no action pays"}
        for n, arm in enumerate(arms)
    ]  # fmt: skip
    nobody = {"person_id": "person:ffff", "reason": "no permission", "action_probability": 1.0}
    return table("DECISIONS", *told, nobody)


def checked(**tables):
    world = {**empty_world(), **tables}
    made = check_maturity(*(world[name] for name in NAMES), RULE)
    assert broken_rules("MATURITY", Table.from_pandas(made)) == []
    return made.set_index("question")


FULL = {
    "source_files": files(*SYSTEMS, "sensor"),
    "freshness": sources("fresh", "fresh"),
    "consents": table("CONSENTS", {"consent_id": "crm:1"}),
    "permissions": permissions("granted", "never asked"),
    "honoured_refusals": honoured(5),
    "identity_metrics": metrics(
        n_judgements=(300.0, None, None), pairwise_precision_named=(0.98, 0.96, 0.99)
    ),
    "stitching_counts": table(
        "STITCHING_COUNTS",
        {"reason": "joined", "n_touches": 20},
        {"reason": "known record", "n_touches": 40},
        {"reason": "bot", "n_touches": 40},
    ),
    "coverage_warnings": table(
        "COVERAGE_WARNINGS", *(area(name, "covered") for name in ("post_sale", "contact_centre", "store"))
    ),
    "decisions": decisions(9, 1),
    "channels": table("CHANNELS", {"channel": "experiment", "n_touches": 12}),
}


def test_a_business_that_has_everything_but_what_became_of_it():
    made = checked(**FULL)
    assert made["answer"].value_counts().to_dict() == {"yes": 13, "not known": 1}
    assert made.loc["Is it known what became of decisions?", "answer"] == "not known"
    assert made.loc["Is it known whose touches they are?", "value"] == pytest.approx(0.6)
    assert made.loc["Is a share of decisions under test?", ["value", "n"]].tolist() == [0.1, 10]


def test_nothing_there_is_no_where_that_is_the_answer_and_else_not_known():
    made = checked()
    assert set(made.loc[made["answer"] == "no"].index) == {
        "Are all 7 systems read in which customers leave traces?",
        "Is there a log of consents?",
        "Have people judged a sample of pairs?",
        "Was an experiment run whose arms are in the data?",
    }
    assert "yes" not in set(made["answer"])


@pytest.mark.parametrize(
    ("question", "changed", "answer"),
    [
        ("Are all 7", {"source_files": files(*SYSTEMS[:6], "sensor")}, "no"),
        ("Are all 7", {"source_files": files(*SYSTEMS, n_accepted=0)}, "no"),  # of no use
        ("Do sources", {"freshness": sources("fresh", "late")}, "no"),
        ("Do sources", {"freshness": sources("fresh", None)}, "no"),  # never came
        ("Were known", {"permissions": permissions("unknown", "never asked", "never asked")}, "no"),
        ("Is nobody", {"honoured_refusals": honoured(5, 1)}, "no"),
        ("Is nobody", {"honoured_refusals": honoured(0)}, "not known"),
        ("Have people", {"identity_metrics": metrics(n_judgements=(199.0, None, None))}, "no"),
        ("Is the linking", precision(0.97, 0.94, 0.99), "not known"),
        ("Is the linking", precision(0.9, 0.88, 0.94), "no"),
        ("Is the linking", precision(None, None, None), "not known"),
        ("Is what comes", after_sale("missing", 0.0), "no"),
        ("Is what comes", after_sale("unsure"), "not known"),
        ("Is a share", {"decisions": decisions(99, 1)}, "no"),
        ("Is a share", {"decisions": decisions(0, 0)}, "not known"),
    ],
)  # fmt: skip
def test_each_answer_by_hand(question, changed, answer):
    made = checked(**{**FULL, **changed})
    (found,) = made.loc[made.index.str.startswith(question), "answer"]
    assert found == answer


def test_a_share_says_yes_from_the_least_on():
    assert answer_share(0.5, 0.5, 0.5) == "yes"
    assert answer_share(0.4, 0.5, 0.5) == "not known"


def test_the_reader_is_told_of_the_first_no():
    made = checked(**{**FULL, "decisions": decisions(99, 1)}).reset_index()
    told = Table.from_pandas(made)
    assert maturity_answer(told).endswith("To take up next: Is a share of decisions under test?")
    assert "14 questions, 12 are answered with yes, 1 with no and 1 not at all" in maturity_answer(told)
    shown = maturity_table(told)
    assert shown["found"].tolist()[0] == "7"
    assert shown["enough from"].tolist()[-1] == "-"
    assert maturity_answer(table("MATURITY")) == "No question was asked."


def test_the_reader_is_told_of_refusals():
    assert "email 1. Of 5 decisions to approach somebody, 0 go against that; 2 go" in refusals_remark(
        honoured(5)
    )
    assert refusals_remark(table("HONOURED_REFUSALS")).startswith("Nobody who is known has refused")


def test_the_reader_is_told_what_joins():
    shares = {f"{name}_share": 0.5 for name in ("link", "apart", "lost")}
    told = table(
        "LINK_BRIDGES",
        {"bridge": "cookie", "n_links": 9, "n_apart": 2, **shares},
        {"bridge": "email", "n_links": 7, "n_apart": 4, "apart_low": 0.4, "apart_high": 0.6, **shares},
    )
    assert bridges_answer(told) == (
        "Most hangs on one thing: without e-mail address, 4 persons of several records would fall apart: "
        "50.0% (40.0% to 60.0%)."
    )
    assert bridges_table(told)["what joins"].tolist() == ["e-mail address", "cookie"]
    assert bridges_answer(table("LINK_BRIDGES")).startswith("No two records are one person")
    assert bridges_table(table("LINK_BRIDGES")).empty


def test_what_is_enough_is_a_share():
    for wrong in (
        {"systems": ()},
        {"least_own_share": 0.0},
        {"least_precision": 1.1},
        {"least_judgements": 0},
    ):
        with pytest.raises(ValueError, match=r"share|systems|precision|judgements|above 0"):
            MaturityRule(**{"systems": SYSTEMS, **wrong})
