-- offers: one row per product put forward in a campaign, a display or a mailing.
-- Key: offer_id. Left out: the same offer told again.
with numbered as (
    select offer_id, source, kind, campaign_id, product_id, store_id, placement,
        cast(cast(week_number as decimal(28, 8)) as bigint) as week_number,
        row_number() over (
            partition by offer_id
            order by kind, campaign_id nulls first, product_id nulls first, store_id nulls first,
                placement nulls first, week_number nulls first
        ) as telling
    from mapped_offers
)
select offer_id, source, kind, campaign_id, product_id, store_id, placement, week_number
from numbered
where telling = 1
