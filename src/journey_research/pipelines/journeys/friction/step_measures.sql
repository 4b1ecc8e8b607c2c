-- step_measures: one row per process, step and measure, with what an interval by person needs.
-- Key: process, step, metric. Left out: cases whose time to be counted is not over.
-- hits: cases with the trouble; hh, hn, nn: sums over persons of products of hits and cases.
with usual_waits as (
    select process, cast(median(wait_us) as double) as usual_us
    from step_cases
    where wait_us is not null
    group by process
),
told as (
    select process, step, step_number, person_id, 'drop_off' as metric, is_left as hit, 0 as before,
        is_goal, wait_us
    from step_cases
    union all
    select step_cases.process, step, step_number, person_id, 'wait',
        case when wait_us > $long_wait_ratio * usual_us then 1 else 0 end, 0, is_goal, wait_us
    from step_cases join usual_waits on usual_waits.process = step_cases.process
    where wait_us is not null
    union all
    select process, step, step_number, person_id, 'rework_loop', is_reworked, 0, is_goal, null
    from step_cases
    union all
    select process, step, step_number, person_id, 'repeat_contact', is_repeated, 0, is_goal, null
    from step_cases
    where can_repeat = 1
    union all
    select process, step, step_number, person_id, 'channel_switch', is_switched, is_contact_before,
        is_goal, null
    from step_cases
    where can_switch = 1
),
by_person as (
    select process, step, step_number, metric, person_id, count(*) as n, sum(hit) as hits,
        sum(before) as hits_before, sum(is_goal) as goals, sum(is_goal * hit) as goals_hit
    from told
    group by process, step, step_number, metric, person_id
),
waits as (
    select process, step, median(wait_us) / 60000000.0 as typical_minutes
    from step_cases
    where wait_us is not null
    group by process, step
)
select by_person.process, by_person.step, step_number, metric,
    count(*) as n_persons,
    cast(sum(n) as bigint) as n, cast(sum(hits) as bigint) as hits,
    cast(sum(hits_before) as bigint) as hits_before,
    cast(sum(goals) as bigint) as goals, cast(sum(goals_hit) as bigint) as goals_hit,
    cast(sum(hits * hits) as bigint) as hh, cast(sum(hits * n) as bigint) as hn,
    cast(sum(n * n) as bigint) as nn,
    max(case when metric = 'wait' then typical_minutes end) as typical_minutes
from by_person
left join waits on waits.process = by_person.process and waits.step = by_person.step
group by by_person.process, by_person.step, step_number, metric
