-- checkin_interests: one row per stay in a store and product that the person had looked at online before.
-- Key: visit_id, product_id. Left out: what was looked at when the person entered or later, or longer ago
-- than the window; contacts in stores; bots.
-- What lies in the store is the last that was said before the person entered, of the store if it was
-- counted, else of everywhere; null: nobody said.
with looked as (
    select people.person_id, touches.product_id, touches.touched_at, touches.action
    from touches join people using (record_id)
    where touches.product_id is not null and touches.channel <> 'store'
        and touches.initiative = 'customer' and not touches.is_bot
        and touches.action in ('product_viewed', 'added_to_wishlist', 'added_to_cart', 'product_shared')
),
interests as (
    select store_visits.visit_id, store_visits.person_id, store_visits.store_id, store_visits.entered_at,
        looked.product_id,
        max(looked.touched_at) as last_viewed_at,
        count(case when looked.action = 'product_viewed' then 1 end) as n_views,
        max(case when looked.action = 'added_to_wishlist' then 1 else 0 end) = 1 as is_wished,
        max(case when looked.action = 'added_to_cart' then 1 else 0 end) = 1 as is_in_cart
    from store_visits
    join looked
        on looked.person_id = store_visits.person_id
        and looked.touched_at < store_visits.entered_at
        and micros(store_visits.entered_at) - micros(looked.touched_at) <= $lookback_us
    group by store_visits.visit_id, store_visits.person_id, store_visits.store_id, store_visits.entered_at,
        looked.product_id
),
bought as (
    select distinct people.person_id, order_lines.product_id, orders.ordered_at
    from orders join people using (record_id) join order_lines using (order_id)
    where orders.status = 'paid' and order_lines.product_id is not null
),
owned as (
    select distinct interests.visit_id, interests.product_id
    from interests
    join bought
        on bought.person_id = interests.person_id and bought.product_id = interests.product_id
        and bought.ordered_at < interests.entered_at
),
said as (
    select interests.visit_id, interests.product_id,
        coalesce(availability.state in ('in_stock', 'low'), availability.quantity > 0) as is_in_stock,
        row_number() over (
            partition by interests.visit_id, interests.product_id
            order by case when availability.location_id is null then 2 else 1 end,
                availability.measured_at desc, availability.source
        ) as place
    from interests
    join availability
        on availability.product_id = interests.product_id
        and availability.measured_at <= interests.entered_at
        and coalesce(availability.location_id, interests.store_id) = interests.store_id
)
select interests.visit_id, interests.product_id, interests.person_id, interests.store_id,
    interests.entered_at, interests.last_viewed_at, interests.n_views, interests.is_wished,
    interests.is_in_cart, owned.visit_id is not null as is_bought, said.is_in_stock
from interests
left join owned on owned.visit_id = interests.visit_id and owned.product_id = interests.product_id
left join said
    on said.visit_id = interests.visit_id and said.product_id = interests.product_id and said.place = 1
