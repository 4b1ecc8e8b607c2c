"""Splink as its tutorials use it, with the model of :mod:`splink_models`; runs in its own environment.

u by random sampling, m by expectation maximisation on two blocking rules, connected components of
the pairs above a threshold, for each of the task's thresholds. Lists that hold an entity once are linked
and not deduplicated, and clustered by single best links, which keep to that.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import splink.comparison_library as cl
from peer_task import Found, run_task
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

COMPARISONS: dict[str, Callable[[str], Any]] = {
    "name": cl.NameComparison,
    "email": cl.EmailComparison,
    "text": lambda column: cl.JaroWinklerAtThresholds(column, [0.95, 0.88, 0.7]),
    "words": lambda column: cl.JaccardAtThresholds(column, [0.9, 0.7]),
    "one_off": lambda column: cl.LevenshteinAtThresholds(column, 1),
    "two_off": lambda column: cl.DamerauLevenshteinAtThresholds(column, [2]),
    "exact": lambda column: cl.ExactMatch(column).configure(term_frequency_adjustments=True),
    "date": lambda column: cl.DateOfBirthComparison(column, input_is_string=True),
    "date_without_dashes": lambda column: cl.DateOfBirthComparison(
        column, input_is_string=True, datetime_format="%Y%m%d"
    ),
}


def find(records: pa.Table, task: dict[str, Any]) -> Iterator[Found]:
    """Clusters at every threshold of the task."""
    model = task["model"]
    api = DuckDBAPI()
    columns = [f'lower("{name}") as "{name}"' for name in task["fields"]]
    columns += [f'{sql} as "{name}"' for name, sql in model["derived"].items()]
    parts, of_list = [records], None
    if task.get("source"):
        of_list = records[task["source"]]
        parts = [records.filter(pc.equal(of_list, name)) for name in sorted(of_list.unique().to_pylist())]
    names = [f"list_{number}" for number in range(len(parts))]
    tables = [
        api.duckdb_con.from_arrow(part).project(f"id as unique_id, {', '.join(columns)}").to_arrow_table()
        for part in parts
    ]
    settings = SettingsCreator(
        link_type="dedupe_only" if of_list is None else "link_only",
        comparisons=[COMPARISONS[kind](column) for column, kind in model["comparisons"].items()],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in model["blocking"]],
    )
    named = [
        api.register(table, dataset_display_name=name) for table, name in zip(tables, names, strict=True)
    ]
    linker = Linker(named if of_list is not None else named[0], settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in model["sure"]], recall=model["sure_recall"]
    )
    training.estimate_u_using_random_sampling(max_pairs=task.get("max_pairs", 2e6), seed=task["seed"])
    for rule in model["training"]:
        training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    scored = linker.inference.predict(threshold_match_probability=min(task["thresholds"]))
    for threshold in task["thresholds"]:
        if of_list is None:
            clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
                scored, threshold_match_probability=threshold
            )
        else:
            clusters = linker.clustering.cluster_using_single_best_links(
                scored, duplicate_free_datasets=names, threshold_match_probability=threshold
            )
        told = clusters.as_duckdbpyrelation().order("unique_id").to_arrow_table()
        yield f"{threshold:g}", told["unique_id"].to_pylist(), told["cluster_id"].to_pylist()


if __name__ == "__main__":
    run_task(find)
