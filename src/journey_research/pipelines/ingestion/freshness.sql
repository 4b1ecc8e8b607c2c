-- freshness: one row per source: how long before the run's instant its data end.
-- Key: source. A source that ran ahead of the others lags 0 days. Left out: files that stand for none.
with sources as (
    select source, min(cadence) as cadence, max(newest_at) as newest_at
    from source_files
    group by source
),
lagging as (
    select source, cadence, newest_at, as_of,
        greatest(cast(micros(as_of) - micros(newest_at) as double) / 86400000000.0, 0.0) as lag_days
    from sources cross join as_of
)
select source, lagging.cadence, newest_at, as_of,
    case when newest_at is null then null else lag_days end as lag_days,
    allowed_days,
    coalesce(newest_at is not null and lag_days > allowed_days, false) as is_stale
from lagging
left join allowed on allowed.cadence = lagging.cadence
