-- expectations: one row per promise of a source, with the share of its touches that keep it.
-- Key: source, promise, action, earlier_action. Left out: touches of bots.
with said as (
    select source, record_id, action, touched_at
    from touches
    where not is_bot
),
spans as (
    select source, record_id, min(touched_at) as first_at, max(touched_at) as last_at
    from said
    group by source, record_id
),
beginnings as (
    select source, record_id, action, min(touched_at) as begun_at
    from said
    group by source, record_id, action
),
judged as (
    select promises.source, promises.promise, promises.action, promises.earlier_action,
        case promises.promise
            when 'last_of_record' then said.touched_at = spans.last_at
            when 'first_of_record' then said.touched_at = spans.first_at
            else coalesce(beginnings.begun_at <= said.touched_at, false)
        end as keeps
    from promises
    join said on said.source = promises.source and said.action = promises.action
    join spans on spans.source = said.source and spans.record_id = said.record_id
    left join beginnings on beginnings.source = said.source and beginnings.record_id = said.record_id
        and beginnings.action = promises.earlier_action
),
counted as (
    select source, promise, action, earlier_action,
        count(*) as n_touches,
        sum(case when keeps then 1 else 0 end) as n_kept
    from judged
    group by source, promise, action, earlier_action
)
select promises.source, promises.promise, promises.action, promises.earlier_action,
    promises.promised_share, promises.stops_run,
    cast(coalesce(counted.n_touches, 0) as bigint) as n_touches,
    cast(counted.n_kept as double) / counted.n_touches as seen_share,
    coalesce(cast(counted.n_kept as double) / counted.n_touches >= promises.promised_share, true) as is_kept
from promises
left join counted on counted.source = promises.source and counted.promise = promises.promise
    and counted.action = promises.action
    and coalesce(counted.earlier_action, '') = coalesce(promises.earlier_action, '')
