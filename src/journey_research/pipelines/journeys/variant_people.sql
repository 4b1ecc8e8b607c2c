-- variant_people: one row per variant of identity and record; every variant's persons are its own.
-- Key: record_id, person_id. Left out: nothing.
select record_id, variant || '|' || person_id as person_id
from people_variants
