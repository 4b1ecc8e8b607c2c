-- touchpoint_metrics: one row per share that is counted over persons, with what its interval takes.
-- Key: metric. Left out: shares of which there is nobody.
with counted as (
    select 'consistency_index_by_' || unit as metric, person_id, n_agreeing as n_hits, n_messages as n
    from message_consistency
    union all
    select 'contradicted_person_share', told.person_id,
        case when contradicted.person_id is null then 0 else 1 end, 1
    from (select distinct person_id from message_claims) as told
    left join (select distinct person_id from contradictions) as contradicted
        on told.person_id = contradicted.person_id
    union all
    select dimension || '_preference_share', person_id, case when is_clear then 1 else 0 end, 1
    from person_preferences
),
by_person as (
    select metric, person_id, cast(sum(n_hits) as bigint) as n_hits, cast(sum(n) as bigint) as n
    from counted
    group by metric, person_id
)
select metric,
    cast(sum(n_hits) as bigint) as n_hits,
    cast(sum(n) as bigint) as n,
    count(*) as n_persons,
    cast(sum(n_hits * n_hits) as bigint) as hh,
    cast(sum(n_hits * n) as bigint) as hn,
    cast(sum(n * n) as bigint) as nn
from by_person
group by metric
order by metric
