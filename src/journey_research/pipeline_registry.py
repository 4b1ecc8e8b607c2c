"""The stages in data order."""

from kedro.pipeline import Pipeline

from journey_research.pipelines.conversion.pipeline import create_pipeline as conversion
from journey_research.pipelines.decisions.pipeline import create_pipeline as decisions
from journey_research.pipelines.identity.pipeline import create_pipeline as identity
from journey_research.pipelines.ingestion.pipeline import create_pipeline as ingestion
from journey_research.pipelines.journeys.pipeline import create_pipeline as journeys
from journey_research.pipelines.reports.pipeline import create_pipeline as reports


def register_pipelines() -> dict[str, Pipeline]:
    """Each stage under its own name, and all of them as ``__default__``.

    A stage needs its own name: Kedro builds a node's parameter dataclasses pipeline by pipeline.
    """
    stages = {
        "ingestion": ingestion(),
        "identity": identity(),
        "journeys": journeys(),
        "conversion": conversion(),
        "decisions": decisions(),
        "reports": reports(),
    }
    return {**stages, "__default__": sum(stages.values(), Pipeline([]))}
