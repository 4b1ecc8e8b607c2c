-- action_values: one row per known person: may they be approached, where, and what each action is
-- assumed to bring beyond doing nothing.
-- Key: person_id. Left out: anonymous persons. Amounts are null where the person has no score.
-- A channel that the person clearly prefers goes before our order, where it is permitted and ours.
with liked as (
    select person_id, max(preferred_value) as channel
    from person_preferences
    where dimension = 'channel'
    group by person_id
),
reachable as (
    select p.person_id,
        min(case when p.is_permitted and liked.channel = p.channel then preferred.position end)
            as liked_position,
        min(case when p.is_permitted then preferred.position end) as position
    from permissions p
    left join preferred on preferred.channel = p.channel
    left join liked on liked.person_id = p.person_id
    group by p.person_id
),
scored as (
    select person_id, max(conversion_probability) as conversion_probability
    from scores
    where split = 'current'
    group by person_id
)
select r.person_id, c.channel, s.conversion_probability,
    least(s.conversion_probability * (1 + $message_effect), 1.0) * $margin_amount
        - s.conversion_probability * $margin_amount - $message_cost_amount as message_amount,
    least(s.conversion_probability * (1 + $offer_effect), 1.0) * ($margin_amount - $offer_discount_amount)
        - s.conversion_probability * $margin_amount - $offer_cost_amount as offer_amount
from reachable r
left join preferred c on c.position = coalesce(r.liked_position, r.position)
left join scored s on s.person_id = r.person_id
order by r.person_id
