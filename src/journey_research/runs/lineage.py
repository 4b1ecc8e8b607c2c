"""Where a figure comes from: the steps back to its tables, and the files that its sources gave.

Context: whoever doubts a figure asks which export it stands on. Choice: the graph of nodes and the mappings
are told in the manifest, and everything else is worked out of them by table: a file is *counted* in a figure
when its source yields rows of the kind that the figure counts, and *shapes* it when a table on the way back
reads it (who is one person, what consent allows, when the data end). Given up: lineage by column or row.
Canonical tables are unions over sources, so a table says too many files rather than too few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from journey_research.business.goals import FIGURE_TABLES
from journey_research.errors import UserError

# Block of a mapping -> the canonical tables that its rows go into.
BLOCK_TABLES: dict[str, tuple[str, ...]] = {
    "record": ("records", "record_values"),
    "identifiers": ("identifiers",),
    "same_as": ("source_links",),
    "member_of": ("memberships",),
    "touch": ("touches",),
    "order": ("orders", "order_lines", "order_sightings"),
    "consent": ("consents",),
    "spend": ("spend",),
    "offer": ("offers",),
    "availability": ("availability",),
    "referral": ("referrals",),
    "judged_pair": ("judgements",),
    "judgement": ("judgements",),
    "labelled_group": ("labelled_groups",),
    "true_person": ("true_people",),
    "planted_dirt": ("planted_dirt",),
}
# What every file gives, whatever its mapping yields.
OF_EVERY_FILE = ("source_files", "rejected", "promises", "lost_values")
PREFIX = 12  # signs of a hash that are shown

Graph = Mapping[str, Mapping[str, Any]]


def graph_of(nodes: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """What each table is made by, and of what, without parameters.

    Args:
        nodes: Kedro's nodes: each with ``name``, ``inputs`` and ``outputs``.

    Returns:
        Table -> ``node`` and ``of``, the tables that the node reads, sorted.
    """
    return {
        table: {
            "node": node.name,
            "of": sorted(name for name in node.inputs if not name.startswith(("params:", "parameters"))),
        }
        for node in sorted(nodes, key=lambda one: str(one.name))
        for table in sorted(node.outputs)
    }


def yields_of(sources: Mapping[str, Mapping[str, Any] | None]) -> dict[str, list[str]]:
    """The canonical tables that rows of each source go into, by its mapping.

    Example:
        >>> yields_of({"till": {"file": "till.csv", "order": {"key": "no"}}})["till"][:2]
        ['lost_values', 'order_lines']
    """
    return {
        source: sorted(
            {
                *OF_EVERY_FILE,
                *(table for block in mapping or {} for table in BLOCK_TABLES.get(str(block), ())),
            }
        )
        for source, mapping in sorted(sources.items())
    }


def way_back(graph: Graph, tables: Iterable[str]) -> list[str]:
    """The tables themselves and everything that they are made of, nearest first.

    Example:
        >>> way_back({"b": {"node": "make_b", "of": ["a"]}}, ["b"])
        ['b', 'a']
    """
    found = list(dict.fromkeys(tables))
    for name in found:  # grows while it is walked
        found += [one for one in graph.get(name, {"of": []})["of"] if one not in found]
    return found


def counted_tables(figure: str, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The canonical tables whose rows a figure of the week counts or sums.

    Example:
        >>> counted_tables("conversions", {"journey_rule": {"conversion_action": "booked"}})
        ('touches',)
    """
    by_order = parameters.get("journey_rule", {}).get("conversion_action", "order") == "order"
    goal = ("orders",) if by_order else ("touches",)
    return {
        "touches": ("touches",),
        "active persons": ("touches",),
        "conversions": goal,
        "revenue": ("orders",),
        "spend": ("spend",),
        "conversion rate": tuple(dict.fromkeys(("touches", *goal))),
        "rejected share": ("source_files",),
    }[figure]


def trace(
    name: str, lineage: Mapping[str, Any], parameters: Mapping[str, Any], files: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """All that stands behind a KPI, a figure of the week or a table.

    Args:
        name: Of a KPI in ``business.yml``, of a figure, or of a table.
        lineage: What a manifest says: ``graph`` and ``yields``.
        parameters: Of the run.
        files: Rows of ``source_files``.

    Returns:
        ``name``, ``kpis`` (those that watch it), ``steps`` (``table``, ``node``, ``of``; nearest first),
        ``counts`` (canonical tables whose rows it counts) and ``files`` (``source``, ``file``, ``sha256``,
        ``tables``, and whether it ``is_counted``), the counted ones first.

    Raises:
        UserError: There is no such KPI, figure or table.
    """
    graph, yields = lineage["graph"], lineage["yields"]
    kpis = dict((parameters.get("business") or {}).get("kpis") or {})
    figure = kpis[name]["figure"] if name in kpis else name
    if figure in FIGURE_TABLES:
        tables, counted = FIGURE_TABLES[figure], counted_tables(figure, parameters)
    elif name in graph:
        tables, counted = (name,), ()
    else:
        listed = ", ".join([*sorted(kpis), *FIGURE_TABLES])
        raise UserError(f"there is no figure or table '{name}'", do=f"name a table of the run, or: {listed}")
    behind = way_back(graph, tables)
    told = []
    for file in files:
        reached = [table for table in yields.get(file["source"], ()) if table in behind]
        if reached:
            told.append(
                {
                    "source": file["source"],
                    "file": file["file_name"],
                    "sha256": file["file_sha256"],
                    "tables": reached,
                    "is_counted": bool(set(reached) & set(counted)),
                }
            )
    return {
        "name": name,
        "figure": figure if figure in FIGURE_TABLES else None,
        "kpis": {key: dict(kpi) for key, kpi in sorted(kpis.items()) if kpi["figure"] == figure},
        "steps": [{"table": table, **graph[table]} for table in behind if table in graph],
        "counts": list(counted),
        "files": sorted(told, key=lambda one: (not one["is_counted"], one["source"], one["file"])),
    }


def kpi_lineage(
    lineage: Mapping[str, Any], parameters: Mapping[str, Any], files: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One row per KPI and source whose rows it counts, for the manifest.

    Returns:
        ``kpi``, ``figure``, ``tables`` (canonical ones that it counts), ``source`` and ``sha256``, the first
        signs of the hash of each of its files. A KPI that no file is counted in has one row, without source.
    """
    rows = []
    for kpi in sorted((parameters.get("business") or {}).get("kpis") or {}):
        traced = trace(kpi, lineage, parameters, files)
        common = {"kpi": kpi, "figure": traced["figure"], "tables": traced["counts"]}
        hashes: dict[str | None, list[str]] = {}
        for one in traced["files"]:
            if one["is_counted"]:
                hashes.setdefault(one["source"], []).append(one["sha256"][:PREFIX])
        for source, told in (hashes or {None: []}).items():
            rows.append({**common, "source": source, "sha256": told})
    return rows


def traced_in_words(traced: Mapping[str, Any]) -> list[str]:
    """What stands behind a figure or a table, a line each."""
    lines = [f"{traced['name']}"]
    for name, kpi in traced["kpis"].items():
        lines.append(
            f"  KPI {name}: serves {kpi['goal']}, at stage {kpi['stage']}, {kpi['owner']}"
            + (f"; {kpi['action']}" if kpi.get("action") else "")
        )
    lines += ["", "made of, nearest first"]
    wide = max((len(one["table"]) for one in traced["steps"]), default=0)
    lines += [
        f"  {one['table']:<{wide}}  {one['node']} <- {', '.join(one['of']) or 'nothing'}"
        for one in traced["steps"]
    ]
    counted = [one for one in traced["files"] if one["is_counted"]]
    shaping = [one for one in traced["files"] if not one["is_counted"]]
    if traced["counts"]:
        lines += ["", f"files whose rows are counted ({', '.join(traced['counts'])})"]
        lines += _listed(counted) or ["  none: no source of this environment gives such rows"]
    lines += ["", "files that shape it" if traced["counts"] else "files that reach it"]
    lines += _listed(shaping) or ["  none"]
    lines += [
        "",
        "Told by table, which is a union over its sources: some of these files may hold no row that counts.",
    ]
    return lines


def _listed(files: Sequence[Mapping[str, Any]], most: int = 6) -> list[str]:
    """A line per file; of a source with many files the first and how many more."""
    by_source: dict[str, list[Mapping[str, Any]]] = {}
    for one in files:
        by_source.setdefault(one["source"], []).append(one)
    lines = []
    for own in by_source.values():
        for one in own if len(own) <= most else own[:1]:
            more = f" and {len(own) - 1:,} more files (--json lists them)" if len(own) > most else ""
            lines.append(f"  {one['sha256'][:PREFIX]}  {one['file']}{more}  ({', '.join(one['tables'])})")
    return lines
