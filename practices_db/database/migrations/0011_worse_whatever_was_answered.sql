-- A main result that worsened is worse, also where nobody answered on it (criteria/results.py).
UPDATE practice_card SET effectiveness_group = 'worse'
WHERE effectiveness_group = 'level-only' AND result_direction = 'worsened';
UPDATE practice_facet SET value = 'worse'
WHERE facet = 'effectiveness_group' AND value = 'level-only'
    AND practice_id IN (SELECT id FROM practice_card WHERE effectiveness_group = 'worse');
