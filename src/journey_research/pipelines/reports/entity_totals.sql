-- entity_totals: one row per entity and currency of its orders: a person, or the firm that a person belongs to.
-- Key: entity_id, currency ('XXX', ISO's word for none, where nothing was ordered). A person that several
-- firms list belongs to the one that most of its records name. Left out: pending and cancelled orders.
with merged as (
    select record_id_b as group_record_id, min(record_id_a) as kept_record_id
    from source_links
    where rule = 'source_merge'
    group by record_id_b
),
named as (
    select person_id, coalesce(kept_record_id, group_record_id) as account_id, count(*) as n_records
    from memberships
    join people using (record_id)
    left join merged using (group_record_id)
    where kind = 'account'
    group by person_id, coalesce(kept_record_id, group_record_id)
),
firms as (
    select person_id, account_id
    from (
        select *, row_number() over (partition by person_id order by n_records desc, account_id) as place
        from named
    ) as ranked
    where place = 1
),
persons as (
    select distinct person_id from people
),
entities as (
    select person_id,
        case when $by_account then coalesce(account_id, person_id) else person_id end as entity_id,
        case when $by_account and account_id is not null then 'account' else 'person' end as kind
    from persons left join firms using (person_id)
),
sizes as (
    select entity_id, kind, cast(count(*) as bigint) as n_persons
    from entities
    group by entity_id, kind
),
bought as (
    select entity_id, currency,
        cast(count(*) as bigint) as n_orders,
        money(sum(cast(order_amount - refunded_amount as decimal(28, 8)))) as order_amount
    from orders
    join people using (record_id)
    join entities using (person_id)
    where status in ('paid', 'refunded')
    group by entity_id, currency
)
select entity_id, kind,
    coalesce(currency, 'XXX') as currency,
    n_persons,
    coalesce(n_orders, 0) as n_orders,
    coalesce(order_amount, money(0)) as order_amount
from sizes left join bought using (entity_id)
