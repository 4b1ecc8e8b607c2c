-- last_instant: one row: when the last event happened, in microseconds; null without events.
-- Key: none, one row. Left out: nothing.
select max(happened_us) as ends_us from steps
