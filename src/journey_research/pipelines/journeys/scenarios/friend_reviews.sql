-- friend_reviews: one row per review that a person read of a friend whom they had asked before.
-- Key: review_id. Left out: reviews of others, before the ask, at its instant or longer after it than the
-- window; acts that do not name both sides; asks of oneself. A review answers the last ask it can answer.
with steps as (
    select referrals.referral_id, referrals.kind, receivers.person_id,
        referrals.giver_record_id, givers.person_id as peer_person_id,
        referrals.product_id, referrals.referred_at
    from referrals
    join people as receivers on receivers.record_id = referrals.receiver_record_id
    left join people as givers on givers.record_id = referrals.giver_record_id
    where referrals.kind in ('ask', 'review') and referrals.giver_record_id is not null
        and coalesce(givers.person_id <> receivers.person_id, true)
),
answered as (
    select reviews.referral_id as review_id, asks.referral_id as ask_id, reviews.person_id,
        reviews.peer_person_id, reviews.product_id, asks.referred_at as asked_at,
        reviews.referred_at as read_at,
        row_number() over (
            partition by reviews.referral_id order by asks.referred_at desc, asks.referral_id
        ) as place
    from steps as reviews
    join steps as asks
        on asks.person_id = reviews.person_id
        and coalesce(asks.giver_record_id = reviews.giver_record_id
            or asks.peer_person_id = reviews.peer_person_id, false)
        and asks.referred_at < reviews.referred_at
        and micros(reviews.referred_at) - micros(asks.referred_at) <= $answer_us
    where reviews.kind = 'review' and asks.kind = 'ask'
)
select review_id, ask_id, person_id, peer_person_id, product_id, asked_at, read_at
from answered
where place = 1
