-- referrals: one row per act by which one record brings something to another.
-- Key: referral_id. Left out: the same act told again, of which the earliest telling is kept; acts
-- between a record and itself.
with ordered as (
    select *,
        row_number() over (
            partition by referral_id
            order by referred_at, giver_record_id nulls last, receiver_record_id nulls last, kind,
                product_id nulls last
        ) as telling
    from mapped_referrals
)
select referral_id, source, giver_record_id, receiver_record_id, kind, product_id, referred_at
from ordered
where telling = 1
    and (giver_record_id is null or receiver_record_id is null or giver_record_id <> receiver_record_id)
