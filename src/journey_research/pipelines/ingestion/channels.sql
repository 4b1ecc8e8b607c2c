-- channels: one row per channel and tactic that touches, orders or spend speak of.
-- Key: channel, tactic. Reviewed: the catalogue has the channel, and the tactic where one is told.
with seen as (
    select channel, tactic, 1 as n_touches, 0 as n_orders, 0 as n_spend_rows, touched_at
    from touches
    union all
    select channel, null as tactic, 0, 1, 0, null as touched_at from orders
    union all
    select channel, tactic, 0, 0, 1, null as touched_at from spend
),
counted as (
    select channel, tactic,
        cast(sum(n_touches) as bigint) as n_touches,
        cast(sum(n_orders) as bigint) as n_orders,
        cast(sum(n_spend_rows) as bigint) as n_spend_rows,
        min(touched_at) as first_touched_at,
        max(touched_at) as last_touched_at
    from seen
    group by channel, tactic
),
reviewed as (
    select distinct channel, tactic from catalogue
)
select counted.channel, counted.tactic, n_touches, n_orders, n_spend_rows, first_touched_at,
    last_touched_at,
    case when reviewed.channel is null then 'unreviewed' else 'reviewed' end as status
from counted
left join reviewed on reviewed.channel = counted.channel
    and coalesce(reviewed.tactic, '') = coalesce(counted.tactic, '')
