-- contradictions: one row per pair of messages to one person, less than the window apart, whose claims exclude
-- each other.
-- Key: first_touch_id, second_touch_id, first_claim, second_claim. Left out: pairs further apart.
select first_told.person_id,
    first_told.touch_id as first_touch_id,
    second_told.touch_id as second_touch_id,
    first_told.touched_at as first_at,
    second_told.touched_at as second_at,
    (micros(second_told.touched_at) - micros(first_told.touched_at)) / 86400000000.0 as gap_days,
    first_told.claim as first_claim,
    second_told.claim as second_claim,
    first_told.channel as first_channel,
    second_told.channel as second_channel,
    first_told.campaign_id as first_campaign_id,
    second_told.campaign_id as second_campaign_id,
    first_told.owner as first_owner,
    second_told.owner as second_owner,
    first_told.channel <> second_told.channel as is_across_channels,
    first_told.owner <> second_told.owner as is_across_owners
from message_claims as first_told
join message_claims as second_told on first_told.person_id = second_told.person_id
join contradicting
    on first_told.claim = contradicting.claim and second_told.claim = contradicting.other_claim
where first_told.touch_id <> second_told.touch_id
    and (
        first_told.touched_at < second_told.touched_at
        or (first_told.touched_at = second_told.touched_at and first_told.touch_id < second_told.touch_id)
    )
    and micros(second_told.touched_at) - micros(first_told.touched_at) < $window_us
