-- funnel_next: the events of a funnel, with the way that reaches its next stage there.
-- Key: kind, person, part, step. Left out: nothing.
-- Of all ways to an event the one that began last is kept: if that one is too old, all are. gap_us is the
-- time since the last event of the stage before that has a way to it.
with looked_back as (
    select *,
        max(started_us) over before as started_before_us,
        max(case when started_us is not null then happened_us end) over before as stage_before_us
    from reached
    window before as (
        partition by kind, person, part, stretch order by step
        rows between unbounded preceding and 1 preceding
    )
)
select kind, person, part, stretch, step, event, happened_us,
    case when event = $stage and happened_us - started_before_us <= $window_us then started_before_us end
        as started_us,
    happened_us - stage_before_us as gap_us
from looked_back
