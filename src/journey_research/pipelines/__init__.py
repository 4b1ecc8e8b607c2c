"""The six stages, in data order: ingestion, identity, journeys, conversion, decisions, reports."""
