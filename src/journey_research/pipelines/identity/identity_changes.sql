-- identity_changes: one row per run, subject, event and cause; contract IdentityChanges.
-- Key: run_number, subject, event, cause. A touch and an order count with their record, in every run that
-- moved it. Left out: touches of bots and without a direction, orders that are not paid (as in outcomes).
with moves as (
    select run_number, event, cause, record_id,
        case when event = 'moved' then other_person_id else person_id end as left_id,
        case when event = 'moved' then person_id end as joined_id
    from person_events
    where record_id is not null
),
touched as (
    select record_id, count(*) as n_touches
    from touches
    where not is_bot and direction <> 'none'
    group by record_id
),
bought as (
    select record_id, count(*) as n_orders,
        sum(cast(order_amount - refunded_amount as decimal(28, 8))) as order_amount
    from orders
    where status = 'paid'
    group by record_id
),
weighed as (
    select moves.run_number, moves.event, moves.cause, moves.record_id, moves.left_id, moves.joined_id,
        coalesce(touched.n_touches, 0) as n_touches,
        coalesce(bought.n_orders, 0) as n_orders,
        coalesce(bought.order_amount, cast(0 as decimal(28, 8))) as order_amount
    from moves
    left join touched on touched.record_id = moves.record_id
    left join bought on bought.record_id = moves.record_id
),
of_records as (
    select run_number, 'record' as subject, event, cause,
        coalesce(joined_id, left_id) as person_id,
        record_id, n_touches, n_orders, order_amount
    from weighed
),
sides as (
    select run_number, 1 as is_begun, joined_id as person_id, record_id, n_touches, n_orders, order_amount
    from weighed
    where joined_id is not null
    union all
    select run_number, 0 as is_begun, left_id as person_id, record_id, n_touches, n_orders, order_amount
    from weighed
    where left_id is not null
),
begun_and_ended as (
    select run_number, event, cause, person_id,
        case when event in ('created', 'split') then 1 else 0 end as is_begun
    from person_events
    where record_id is null
),
of_persons as (
    select begun_and_ended.run_number, 'person' as subject, begun_and_ended.event, begun_and_ended.cause,
        begun_and_ended.person_id,
        sides.record_id, sides.n_touches, sides.n_orders, sides.order_amount
    from begun_and_ended
    left join sides
        on sides.person_id = begun_and_ended.person_id
        and sides.run_number = begun_and_ended.run_number
        and sides.is_begun = begun_and_ended.is_begun
),
told as (
    select * from of_records
    union all
    select * from of_persons
)
select run_number, subject, event, cause,
    cast(count(distinct person_id) as bigint) as n_persons,
    cast(count(record_id) as bigint) as n_records,
    cast(coalesce(sum(n_touches), 0) as bigint) as n_touches,
    cast(coalesce(sum(n_orders), 0) as bigint) as n_orders,
    coalesce(money(sum(order_amount)), money(0)) as order_amount
from told
group by run_number, subject, event, cause
