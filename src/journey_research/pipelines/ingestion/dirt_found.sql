-- dirt_found: one row per source, damage and rule.
-- Key: source, damage, rule. Rows that were damaged and broke no rule stand under the rule 'none';
-- rows that broke one and that nobody damaged, under the damage 'none'. Left out: sources of which
-- nobody damaged a row.
with planted as (
    select distinct files.source, files.file_sha256, planted_dirt.row_number, planted_dirt.damage
    from planted_dirt
    join files on files.file_name = planted_dirt.file_name
),
dirty as (
    select distinct source from planted
),
told as (
    select planted.source, planted.damage, coalesce(rejected.rule, 'none') as rule,
        1 as n_planted,
        case when rejected.rule is null then 0 else 1 end as n_found,
        0 as n_false
    from planted
    left join rejected on rejected.source = planted.source
        and rejected.file_sha256 = planted.file_sha256 and rejected.row_number = planted.row_number
    union all
    select rejected.source, 'none' as damage, rejected.rule, 0 as n_planted, 0 as n_found, 1 as n_false
    from rejected
    join dirty on dirty.source = rejected.source
    left join planted on planted.source = rejected.source
        and planted.file_sha256 = rejected.file_sha256 and planted.row_number = rejected.row_number
    where planted.row_number is null
)
select source, damage, rule,
    cast(sum(n_planted) as bigint) as n_planted,
    cast(sum(n_found) as bigint) as n_found,
    cast(sum(n_false) as bigint) as n_false
from told
group by source, damage, rule
