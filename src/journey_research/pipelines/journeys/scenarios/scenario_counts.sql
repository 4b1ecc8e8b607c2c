-- scenario_counts: one row per scenario, figure and person: how often it could be so, and how often it was.
-- Key: scenario, figure, person_id. Left out: what cannot be decided yet.
with visited as (
    select visits.person_id, visits.visit_id, visits.n_interests > 0 as has_interests,
        visits.is_approached
    from assistant_views as visits
),
sides as (
    select visit_id, person_id,
        max(case when author = 'customer' then 1 else 0 end) = 1 as has_customer
    from feedback
    where visit_id is not null
    group by visit_id, person_id
    having max(case when author = 'assistant' then 1 else 0 end) = 1
),
told as (
    select 'store check-in' as scenario, 'looked online before' as figure, person_id,
        has_interests as is_so from visited
    union all
    select 'store check-in', 'approached before or in the stay', person_id, is_approached from visited
    union all
    select 'friends asked', 'answered by a review', person_id, n_reviews > 0 from friend_asks
    union all
    select 'friends asked', 'bought after the review', person_id, is_bought from friend_asks
    where n_reviews > 0
    union all
    select 'collected at the counter', 'stay in the store noticed', person_id, visit_id is not null
    from collected_orders where status = 'paid'
    union all
    select 'thanks and coupon', 'mailed without permission', person_id, not is_permitted
    from post_sale_mails
    union all
    select 'thanks and coupon', 'coupon mail opened', person_id, opened_at is not null
    from post_sale_mails where kind in (select word from coupon_tactics)
    union all
    select 'thanks and coupon', 'coupon mail clicked', person_id, clicked_at is not null
    from post_sale_mails where kind in (select word from coupon_tactics)
    union all
    select 'thanks and coupon', 'coupon redeemed', person_id, redeemed_at is not null
    from post_sale_mails where kind in (select word from coupon_tactics)
    union all
    select 'complaint in public', 'order known', person_id, order_id is not null from complaints
    union all
    select 'complaint in public', 'bought after a newsletter', person_id, newsletter_at is not null
    from complaints where order_id is not null
    union all
    select 'complaint in public', 'answered too late', person_id, is_late
    from complaints where is_late is not null
    union all
    select 'feedback of both', 'customer spoke too', person_id, has_customer from sides
    union all
    select 'nature of conversion', 'recommended by a friend', person_id, nature = 'recommended'
    from conversion_natures
)
select scenario, figure, person_id, count(*) as n, count(case when is_so then 1 end) as n_so
from told
group by scenario, figure, person_id
