-- touchpoint_roles: one row per stage, role and tool, with its touches and what their interval by person takes.
-- Key: stage, role, tool. Left out: touches of bots; what has no direction. A touch without a person counts as
-- its record's. n_hits sums to the touches of the map.
with kinds as (
    select channel, coalesce(tactic, '') as tactic, action, stage, role, tool from touchpoint_kinds
),
owned as (
    select touches.touch_id, touches.channel, coalesce(touches.tactic, '') as tactic, touches.action,
        coalesce(stitched.person_id, touches.record_id) as owner_id
    from touches
    left join (select touch_id, person_id from journey_touches) as stitched
        on touches.touch_id = stitched.touch_id
    where not touches.is_bot and touches.direction <> 'none'
),
by_role as (
    select kinds.stage, kinds.role, kinds.tool, owned.owner_id, count(*) as n_hits
    from owned
    join kinds
        on owned.channel = kinds.channel and owned.tactic = kinds.tactic and owned.action = kinds.action
    group by kinds.stage, kinds.role, kinds.tool, owned.owner_id
),
by_stage as (
    select stage, owner_id, sum(n_hits) as n
    from by_role
    group by stage, owner_id
),
totals as (
    select stage, sum(n) as n, count(*) as n_persons, sum(n * n) as nn
    from by_stage
    group by stage
)
select by_role.stage, by_role.role, by_role.tool,
    cast(sum(by_role.n_hits) as bigint) as n_hits,
    count(*) as n_role_persons,
    cast(min(totals.n) as bigint) as n,
    min(totals.n_persons) as n_persons,
    cast(sum(by_role.n_hits * by_role.n_hits) as bigint) as hh,
    cast(sum(by_role.n_hits * by_stage.n) as bigint) as hn,
    cast(min(totals.nn) as bigint) as nn
from by_role
join by_stage on by_role.stage = by_stage.stage and by_role.owner_id = by_stage.owner_id
join totals on by_role.stage = totals.stage
group by by_role.stage, by_role.role, by_role.tool
order by by_role.stage, by_role.role, by_role.tool
