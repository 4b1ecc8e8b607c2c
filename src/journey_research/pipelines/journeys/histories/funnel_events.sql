-- funnel_events: one row per event that a funnel looks at, with the stretch of history it lies in.
-- Key: kind, person, part, step. Left out: excluded events, which end a stretch; unless the funnel is
-- strict, events that are no stage.
with marked as (
    select steps.*, case when excluded.event is null then 0 else 1 end as is_excluded
    from steps left join excluded on steps.event = excluded.event
),
parted as (
    select *,
        cast(
            sum(is_excluded) over (
                partition by kind, person, part order by step
                rows between unbounded preceding and current row
            ) as bigint
        ) as stretch
    from marked
)
select kind, person, part, stretch, step, event, happened_us
from parted
where is_excluded = 0 and ($is_strict or event in (select event from stages))
