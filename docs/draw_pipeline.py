"""Draw the pipeline as it is registered: six stages, and the tables that each hands on.

Run it after a change of the graph: ``.venv/bin/python docs/draw_pipeline.py``
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from journey_research.pipeline_registry import register_pipelines

STAGES = {
    "ingestion": "what did each source say,\nwhat could not be read?",
    "identity": "which records\nare one person?",
    "journeys": "which touches\nbelong to one effort?",
    "conversion": "what did we know then,\nwhat happened next?",
    "decisions": "offer, message\nor nothing?",
    "reports": "what should a reader\ntake away?",
}
MOST = 16  # tables named under a stage
INK, SOFT, FILL = "#1f2a37", "#6b7280", "#e8f0f7"


def draw(to: Path) -> None:
    """Six boxes in data order; under each the tables it makes, those first that most later nodes take."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    pipelines = register_pipelines()
    taken = {
        stage: Counter(
            name
            for later in list(STAGES)[number + 1 :]
            for node in pipelines[later].nodes
            for name in node.inputs
        )
        for number, stage in enumerate(STAGES)
    }
    figure, axes = plt.subplots(figsize=(15, 5.4), dpi=110)
    axes.set_xlim(0, 6)
    axes.set_ylim(-3.2, 1.15)
    axes.axis("off")
    for number, (stage, question) in enumerate(STAGES.items()):
        axes.add_patch(
            plt.Rectangle((number + 0.05, 0), 0.82, 1, facecolor=FILL, edgecolor=INK, linewidth=1.2)
        )
        axes.text(number + 0.46, 0.74, stage, ha="center", va="center", fontsize=15, weight="bold", color=INK)
        axes.text(number + 0.46, 0.34, question, ha="center", va="center", fontsize=8.8, color=INK)
        if number:
            axes.annotate(
                "", (number + 0.05, 0.5), (number - 0.13, 0.5), arrowprops={"arrowstyle": "-|>", "color": INK}
            )
        made = sorted(pipelines[stage].all_outputs(), key=lambda name: (-taken[stage][name], name))
        more = len(made) - MOST
        told = [*made[:MOST], *([f"and {more} more"] if more > 0 else [])]
        for row, name in enumerate(told):
            axes.text(
                number + 0.07,
                -0.22 - row * 0.19,
                name,
                fontsize=9.5,
                family="monospace",
                color=INK if taken[stage][name] else SOFT,
                weight="bold" if taken[stage][name] else "normal",
            )
    axes.text(5.95, -3.15, "bold: a later stage takes it", ha="right", fontsize=9, color=SOFT)
    figure.savefig(to, bbox_inches="tight", metadata={"Software": None})


if __name__ == "__main__":
    draw(Path(__file__).parent / "pictures" / "pipeline.png")
