-- offers: one row per product put forward in a campaign, a display or a mailing.
-- Key: offer_id. Left out: the same offer told again.
with repeated as (
    select offer_id from mapped_offers group by offer_id having count(*) > 1
),
numbered as (
    select mapped_offers.*,
        row_number() over (
            partition by mapped_offers.offer_id
            order by kind, campaign_id nulls first, product_id nulls first, store_id nulls first,
                placement nulls first, cast(cast(week_number as decimal(28, 8)) as bigint) nulls first
        ) as telling
    from mapped_offers
    join repeated on repeated.offer_id = mapped_offers.offer_id
),
told as (
    select mapped_offers.*, 1 as telling
    from mapped_offers
    left join repeated on repeated.offer_id = mapped_offers.offer_id
    where repeated.offer_id is null
    union all
    select * from numbered
)
select offer_id, source, kind, campaign_id, product_id, store_id, placement,
    cast(cast(week_number as decimal(28, 8)) as bigint) as week_number
from told
where telling = 1
