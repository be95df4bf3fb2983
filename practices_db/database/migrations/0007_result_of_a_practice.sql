-- The main result of a practice stands on its card: what was found, in its own unit, and how it is known.
-- mark: the evidence of this figure, 1 to 5 (criteria/results.py). further: how many more results the practice has.
ALTER TABLE practice_card ADD COLUMN result TEXT;                   -- NULL: no result known
ALTER TABLE practice_card ADD COLUMN result_outcome TEXT;
ALTER TABLE practice_card ADD COLUMN result_direction TEXT;
ALTER TABLE practice_card ADD COLUMN result_design TEXT;
ALTER TABLE practice_card ADD COLUMN result_mark TINYINT;
ALTER TABLE practice_card ADD COLUMN result_independent BOOLEAN;
ALTER TABLE practice_card ADD COLUMN result_base TEXT;
ALTER TABLE practice_card ADD COLUMN result_horizon TEXT;
ALTER TABLE practice_card ADD COLUMN result_source TEXT;
ALTER TABLE practice_card ADD COLUMN results_further INTEGER;
ALTER TABLE practice_card ADD COLUMN effectiveness_group TEXT;      -- criteria/results.py
