-- outcomes: one row per conversion of a resolved person.
-- Key: outcome_id. Left out: records without a person; orders that are not paid; touches of bots.
with ordered as (
    select order_id as outcome_id, person_id, ordered_at as occurred_at, $order as kind,
        money(order_amount - refunded_amount) as outcome_amount
    from orders join people using (record_id)
    where $conversion_action = $order and status = 'paid'
),
acted as (
    select touch_id as outcome_id, person_id, touched_at as occurred_at, action as kind,
        money(0) as outcome_amount
    from touch_people
    where $conversion_action <> $order and action = $conversion_action
)
select outcome_id, person_id, occurred_at, kind, outcome_amount from ordered
union all
select outcome_id, person_id, occurred_at, kind, outcome_amount from acted
