-- steps_together: one row per pair of steps on the way to the goal, with how often they are passed together.
-- Key: step, other_step. Left out: steps that few pass before the goal, or others as often.
-- A step with itself tells of the step: where it stands among the others, first to last.
with passed as (
    select case_steps.case_id, case_steps.step, case_steps.first_at,
        case when cases.goal_at is not null and micros(case_steps.first_at) < micros(cases.goal_at)
            then 1 else 0 end as leads_on,
        case when cases.goal_at is null then 1 else 0 end as is_aimless
    from case_steps join cases on cases.case_id = case_steps.case_id
),
totals as (
    select sum(case when goal_at is null then 0 else 1 end) as n_goal_cases,
        sum(case when goal_at is null then 1 else 0 end) as n_aimless_cases
    from cases
),
counted as (
    select step, sum(leads_on) as n_goal, sum(is_aimless) as n_aimless
    from passed
    group by step
),
chosen as (
    select counted.step
    from counted cross join totals
    where counted.n_goal >= $least_cases
        and counted.n_goal >= $least_goal_share * totals.n_goal_cases
        and cast(counted.n_goal as double) * totals.n_aimless_cases
            >= $least_lift * cast(counted.n_aimless as double) * totals.n_goal_cases
),
ahead as (
    select passed.case_id, passed.step,
        row_number() over (partition by passed.case_id order by passed.first_at, passed.step) as place
    from passed join chosen on chosen.step = passed.step
    where passed.leads_on = 1
)
select a.step, b.step as other_step, count(*) as n_cases,
    cast(sum(a.place) as bigint) as places
from ahead as a join ahead as b on a.case_id = b.case_id
group by a.step, b.step
