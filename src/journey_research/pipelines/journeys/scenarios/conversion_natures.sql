-- conversion_natures: one row per conversion: made directly, or on the word of a friend, and how we know.
-- Key: outcome_id. Left out: nothing. Words that came longer before the conversion than the window do not
-- count. The strongest sign counts: a friend's code, then the visit behind a friend's link, then a friend's
-- review that was asked for. That a friend sent something which nobody opened is no sign.
with coded as (
    select outcomes.outcome_id, 1 as strength, cast(null as timestamp) as recommended_at
    from outcomes
    join orders on orders.order_id = outcomes.outcome_id
    join friend_prefixes on starts_with(orders.coupon_id, friend_prefixes.word)
),
visited as (
    select outcomes.outcome_id, 2 as strength, touches.touched_at as recommended_at
    from outcomes
    join people using (person_id)
    join touches
        on touches.record_id = people.record_id and touches.touched_at < outcomes.occurred_at
        and micros(outcomes.occurred_at) - micros(touches.touched_at) <= $recommendation_us
    where touches.tactic in (select word from link_tactics) and touches.direction = 'inbound'
        and not touches.is_bot
),
reviewed as (
    select outcomes.outcome_id, 3 as strength, friend_reviews.read_at as recommended_at
    from outcomes
    join friend_reviews
        on friend_reviews.person_id = outcomes.person_id and friend_reviews.read_at < outcomes.occurred_at
        and micros(outcomes.occurred_at) - micros(friend_reviews.read_at) <= $recommendation_us
),
signs as (
    select outcome_id, strength, recommended_at from coded
    union all
    select outcome_id, strength, recommended_at from visited
    union all
    select outcome_id, strength, recommended_at from reviewed
),
strongest as (
    select outcome_id, min(strength) as strength, max(recommended_at) as recommended_at
    from signs
    group by outcome_id
)
select outcomes.outcome_id, outcomes.person_id, outcomes.occurred_at, outcomes.outcome_amount,
    case when strongest.outcome_id is null then 'direct' else 'recommended' end as nature,
    case strongest.strength
        when 1 then 'coupon code' when 2 then 'followed link' when 3 then 'friend''s review'
    end as sign,
    strongest.recommended_at
from outcomes
left join strongest on strongest.outcome_id = outcomes.outcome_id
