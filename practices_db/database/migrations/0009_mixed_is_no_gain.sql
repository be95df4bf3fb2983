-- A main result that is mixed or has no clear effect is never in a group called better (criteria/results.py).
UPDATE practice_card SET effectiveness_group = 'no-difference'
WHERE effectiveness_group IN ('better-than-others', 'better-than-before')
    AND result_direction IN ('mixed', 'no-clear-effect');
UPDATE practice_facet SET value = 'no-difference'
WHERE facet = 'effectiveness_group' AND value IN ('better-than-others', 'better-than-before')
    AND practice_id IN (SELECT id FROM practice_card WHERE effectiveness_group = 'no-difference');
