-- spend: one row per advertising source, day and campaign.
-- Key: spend_id. Left out: the same row told again; the larger amount, told later, is kept.
with ordered as (
    select spend_id, source,
        cast(spent_at as date) as spent_date,
        channel, campaign_id,
        money(cast(amount as decimal(28, 8))) as spent_amount,
        currency,
        cast(cast(impressions as decimal(28, 8)) as bigint) as n_impressions,
        cast(cast(clicks as decimal(28, 8)) as bigint) as n_clicks,
        tactic,
        cast(cast(reach as decimal(28, 8)) as bigint) as n_reach,
        cast(platform_conversions as double) as platform_conversions,
        money(cast(platform_value as decimal(28, 8))) as platform_amount
    from mapped_spend
),
numbered as (
    select *,
        row_number() over (
            partition by spend_id
            order by spent_amount desc, n_impressions desc nulls last, n_clicks desc nulls last,
                spent_date, channel, currency, campaign_id nulls first, tactic nulls first,
                n_reach desc nulls last, platform_conversions desc nulls last,
                platform_amount desc nulls last
        ) as telling
    from ordered
)
select spend_id, source, spent_date, channel, campaign_id, spent_amount, currency, n_impressions, n_clicks,
    tactic, n_reach, platform_conversions, platform_amount
from numbered
where telling = 1
