-- source_links: one row per pair of records that a source says are one, and its rule.
-- Key: record_id_a, record_id_b, rule. A record that no source lists any more keeps its links.
select record_id_a, record_id_b, rule, min(stated_at) as stated_at
from mapped_source_links
group by record_id_a, record_id_b, rule
