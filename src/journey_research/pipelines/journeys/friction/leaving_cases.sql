-- leaving_cases: one row per process and case that enters it, with where it left and what was known before.
-- Key: process, case_id. Left out: processes of contacts; cases that may still go on.
-- left_number is null where the goal was reached. What is known is of the time before the first step.
with entered as (
    select process, case_id, max(person_id) as person_id, min(first_at) as entered_at,
        max(step_number) as left_number, max(is_goal) as is_goal, max(goal_amount) as goal_amount
    from step_cases
    where step_number is not null and step_cases.process <> $contacts
    group by process, case_id
),
before_it as (
    select entered.process, entered.case_id, count(*) as n_before
    from entered join step_touches on step_touches.case_id = entered.case_id
    where micros(step_touches.touched_at) < micros(entered.entered_at)
    group by entered.process, entered.case_id
),
histories as (
    select case_id, channel,
        micros(started_at) - lag(micros(ended_at)) over (partition by person_id order by started_at, case_id)
            as since_us,
        row_number() over person - 1 as n_earlier,
        sum(case when goal_at is null then 0 else 1 end) over person
            - case when goal_at is null then 0 else 1 end as n_earlier_goals
    from cases
    window person as (
        partition by person_id order by started_at, case_id
        rows between unbounded preceding and current row
    )
)
select entered.process, entered.case_id, entered.person_id,
    case when is_goal = 1 then null else left_number end as left_number,
    is_goal, goal_amount, histories.channel,
    coalesce(n_before, 0) as n_before,
    cast(coalesce(since_us, 0) as double) / 86400000000.0 as since_days,
    case when since_us is null then 1 else 0 end as is_first,
    n_earlier, n_earlier_goals
from entered
join histories on histories.case_id = entered.case_id
left join before_it on before_it.process = entered.process and before_it.case_id = entered.case_id
