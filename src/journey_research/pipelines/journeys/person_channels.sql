-- person_channels: one row per person and channel.
-- Key: person_id, channel. Left out: channels without a touch of the person.
select person_id, channel, count(*) as n_touches
from journey_touches
group by person_id, channel
