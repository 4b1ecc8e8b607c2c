-- step_cases: one row per process, step and case that reaches it, with what became of it there.
-- Key: process, step, case_id. Left out: cases that may still go on; what comes after the goal.
with reached as (
    select process_steps.process, process_steps.step, process_steps.step_number, case_steps.case_id,
        cases.person_id, case_steps.first_at, case_steps.last_at, case_steps.channel,
        cases.ended_at, cases.goal_at, cases.goal_amount
    from case_steps
    join process_steps on process_steps.step = case_steps.step
    join cases on cases.case_id = case_steps.case_id
    where (process_steps.is_contact = 0 or case_steps.is_contact = 1)
        and (cases.goal_at is null or process_steps.is_contact = 1
            or micros(case_steps.first_at) <= micros(cases.goal_at))
),
placed as (
    select *,
        max(micros(last_at)) over (
            partition by process, case_id order by step_number
            rows between 1 following and unbounded following
        ) as later_last_us,
        min(micros(first_at)) over (
            partition by process, case_id order by step_number
            rows between 1 following and unbounded following
        ) as later_first_us,
        max(micros(last_at)) over (
            partition by process, case_id order by step_number
            rows between unbounded preceding and 1 preceding
        ) as earlier_last_us,
        lead(micros(first_at)) over (
            partition by process, step, person_id order by first_at, case_id
        ) as again_us
    from reached
),
contacts as (
    select person_id, channel, first_at as contact_at, case_id, step
    from case_steps
    where is_contact = 1
),
near as (
    select placed.process, placed.step, placed.case_id,
        max(case when micros(contacts.contact_at) > micros(placed.last_at) then 1 else 0 end) as is_after,
        max(case when micros(contacts.contact_at) < micros(placed.first_at) then 1 else 0 end) as is_before
    from placed
    join contacts on contacts.person_id = placed.person_id
        and contacts.channel <> placed.channel
        and micros(contacts.contact_at) >= micros(placed.first_at) - $switch_us
        and micros(contacts.contact_at) <= micros(placed.last_at) + $switch_us
    group by placed.process, placed.step, placed.case_id
)
select placed.process, placed.step, placed.step_number, placed.case_id, placed.person_id,
    placed.first_at, placed.channel,
    case when goal_at is null then 0 else 1 end as is_goal,
    goal_amount,
    case when goal_at is null and coalesce(later_last_us, 0) < micros(first_at) then 1 else 0 end as is_left,
    case when coalesce(later_last_us, 0) >= micros(first_at)
            then greatest(later_first_us, micros(first_at)) - micros(first_at)
        when goal_at is not null then micros(goal_at) - micros(first_at) end as wait_us,
    case when coalesce(earlier_last_us, 0) > micros(first_at) then 1 else 0 end as is_reworked,
    case when goal_at is null and again_us - micros(first_at) <= $repeat_us then 1 else 0 end as is_repeated,
    case when goal_at is null then coalesce(near.is_after, 0) else 0 end as is_switched,
    case when goal_at is null then coalesce(near.is_before, 0) else 0 end as is_contact_before,
    case when micros(first_at) + $repeat_us < (select max(micros(as_of)) from as_of) then 1 else 0 end
        as can_repeat,
    case when micros(last_at) + $switch_us < (select max(micros(as_of)) from as_of) then 1 else 0 end
        as can_switch
from placed
left join near on near.process = placed.process and near.step = placed.step
    and near.case_id = placed.case_id
