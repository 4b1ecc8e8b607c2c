-- message_claims: one row per message and claim that it makes.
-- Key: touch_id, claim. Left out: messages that make no claim of which the rule knows.
-- What replacing a phrase would change holds it. A condition that leaves phrase, tactic or channel open is met by any.
with campaigns as (
    select distinct channel, tactic, campaign_id from messages
),
claiming as (
    select distinct campaigns.channel, coalesce(campaigns.tactic, '') as tactic,
        coalesce(campaigns.campaign_id, '') as campaign_id, claims.claim, claims.subject
    from campaigns
    join claims
        on (
            claims.phrase is null
            or replace(lower(campaigns.campaign_id), claims.phrase, '') <> lower(campaigns.campaign_id)
        )
        and (claims.tactic is null or campaigns.tactic = claims.tactic)
        and (claims.channel is null or campaigns.channel = claims.channel)
)
select messages.touch_id, messages.person_id, messages.journey_id, messages.touched_at, messages.channel,
    messages.campaign_id, claiming.claim, claiming.subject, messages.owner
from messages
join claiming
    on messages.channel = claiming.channel and coalesce(messages.tactic, '') = claiming.tactic
    and coalesce(messages.campaign_id, '') = claiming.campaign_id
