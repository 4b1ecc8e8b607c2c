-- earlier_contacts: one row per person, channel and day that has a contact on it or in the days before.
-- Key: person_id, channel, day. Left out: days before the first or after the last that is looked at.
select person_id, channel, contact_days.day - steps.step as day, min(first_us) as first_us
from contact_days cross join steps
where steps.step < $within_days and contact_days.day - steps.step between $last_day and $first_day
group by person_id, channel, contact_days.day - steps.step
