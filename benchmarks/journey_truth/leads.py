"""Whether a converted lead and the contact it became are one person, in the run and in truth."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def check_conversions(run: Path, raw: Path) -> tuple[pd.DataFrame, str]:
    """Conversions of leads that the sources state, and whether both ends are one person.

    Args:
        run: Folder of a run that made all stages up to journeys.
        raw: Folder of the world's exports; not read: the run holds its truth as ``true_people``.

    Returns:
        One row per rule of the sources: ``n_links`` of which both records are there, ``n_one_person`` in the
        run, ``n_truly_one`` where the truth of both is known, ``n_known``. And one line on leads.
    """
    del raw
    links = pd.read_parquet(run / "01_ingestion" / "source_links.parquet")
    people = pd.read_parquet(run / "02_identity" / "people.parquet").set_index("record_id")["person_id"]
    truth = pd.read_parquet(run / "01_ingestion" / "true_people.parquet")
    true = truth.drop_duplicates("record_id").set_index("record_id")["true_person_id"]
    for whose, told in (("person", people), ("true", true)):
        for end in ("a", "b"):
            links[f"{whose}_{end}"] = links[f"record_id_{end}"].map(told)
    links = links[links["person_a"].notna() & links["person_b"].notna()]
    links["is_known"] = links["true_a"].notna() & links["true_b"].notna()
    links["is_one"] = links["person_a"] == links["person_b"]
    links["is_truly_one"] = links["is_known"] & (links["true_a"] == links["true_b"])
    counted = links.groupby("rule", as_index=False).agg(
        n_links=("is_one", "size"),
        n_one_person=("is_one", "sum"),
        n_known=("is_known", "sum"),
        n_truly_one=("is_truly_one", "sum"),
    )
    leads = counted[counted["rule"] == "lead_conversion"]
    n, one, known, truly = (
        int(leads[name].sum()) for name in ("n_links", "n_one_person", "n_known", "n_truly_one")
    )
    return counted, (
        f"leads: {one:,} of {n:,} converted leads are one person with their contact; "
        f"in truth {truly:,} of {known:,} are"
    )
