-- planted_dirt: one row per damage to a row of an export, as the one who damaged it tells.
-- Key: file_name, row_number, damage.
select distinct file_name, cast(cast(row_number as decimal(28, 8)) as bigint) as row_number, damage
from mapped_planted_dirt
