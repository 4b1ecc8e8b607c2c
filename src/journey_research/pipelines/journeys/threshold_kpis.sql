-- threshold_kpis: one row per threshold of identity: how many persons, buyers and conversions it makes.
-- Key: threshold. Left out: nothing. Null where there is no buyer, or no journey.
-- A buyer is a person with a paid order and a record that is more than a browser or a nameless till
-- receipt. Counted once as chosen; each other threshold adds and takes off the persons who change there.
with numbered as (
    select threshold, is_chosen, n_persons, row_number() over (order by threshold) as number
    from identity_thresholds
),
placed as (
    select record_id, concat_ws('|', '0', 'after', cluster_id) as person_id
    from record_clusters
    union all
    select record_id, person_id
    from threshold_people
),
ordered as (
    select record_id, count(*) as n_orders
    from orders
    where status = 'paid'
    group by record_id
),
bought as (
    select placed.person_id, cast(sum(n_orders) as bigint) as n_orders
    from placed
    join records on records.record_id = placed.record_id
    left join ordered on ordered.record_id = placed.record_id
    group by placed.person_id
    having sum(n_orders) > 0 and max(case when kind <> 'anonymous' then 1 else 0 end) = 1
),
summed as (
    select cast(split_part(person_id, '|', 1) as bigint) as number,
        case when split_part(person_id, '|', 2) = 'after' then 1 else -1 end as sign,
        count(*) as n_buyers, sum(n_orders) as n_orders, count_if(n_orders > 1) as n_repeat
    from bought
    group by split_part(person_id, '|', 1), split_part(person_id, '|', 2)
),
buyers as (
    select numbered.number,
        cast(coalesce(sum(sign * n_buyers), 0) as bigint) as n_buyers,
        cast(coalesce(sum(sign * n_orders), 0) as bigint) as n_orders,
        cast(coalesce(sum(sign * n_repeat), 0) as bigint) as n_repeat
    from numbered left join summed on summed.number in (0, numbered.number)
    group by numbered.number
),
converted as (
    select threshold, cast(sum(n_conversions) as bigint) as n_conversions,
        cast(sum(n_conversions + n_nulls) as bigint) as n_journeys
    from threshold_paths
    group by threshold
)
select numbered.threshold, is_chosen, n_persons, n_buyers,
    cast(n_orders as double) / nullif(n_buyers, 0) as orders_per_buyer,
    cast(n_repeat as double) / nullif(n_buyers, 0) as repeat_buyer_share,
    coalesce(n_journeys, 0) as n_journeys,
    cast(n_conversions as double) / nullif(n_journeys, 0) as conversion_rate
from numbered
join buyers on buyers.number = numbered.number
left join converted on converted.threshold = numbered.threshold
