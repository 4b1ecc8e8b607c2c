-- influence_edges: one row per giver and receiver of a word between persons.
-- Key: giver_person_id, receiver_person_id. Left out: acts of kinds not asked for, of or to nobody known, to oneself.
-- is_followed: the receiver converted after one of the words, no later than the window.
with said as (
    select referrals.referral_id, givers.person_id as giver_person_id,
        receivers.person_id as receiver_person_id, referrals.referred_at
    from referrals
    join kinds on kinds.kind = referrals.kind
    join people as givers on givers.record_id = referrals.giver_record_id
    join people as receivers on receivers.record_id = referrals.receiver_record_id
    where givers.person_id <> receivers.person_id
),
followed as (
    select distinct said.referral_id
    from said
    join outcomes
        on outcomes.person_id = said.receiver_person_id and outcomes.occurred_at > said.referred_at
        and micros(outcomes.occurred_at) - micros(said.referred_at) <= $adoption_us
)
select giver_person_id, receiver_person_id, count(*) as n_acts, min(referred_at) as first_at,
    max(referred_at) as last_at, count(followed.referral_id) > 0 as is_followed
from said
left join followed on followed.referral_id = said.referral_id
group by giver_person_id, receiver_person_id
