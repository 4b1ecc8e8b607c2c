-- funnel_next_strict: as funnel_next, where the event just before has to be the stage before.
-- Key: kind, person, part, step. Left out: nothing.
with looked_back as (
    select *,
        lag(started_us) over history as started_before_us,
        lag(happened_us) over history as event_before_us
    from reached
    window history as (partition by kind, person, part, stretch order by step)
)
select kind, person, part, stretch, step, event, happened_us,
    case when event = $stage and happened_us - started_before_us <= $window_us then started_before_us end
        as started_us,
    happened_us - event_before_us as gap_us
from looked_back
