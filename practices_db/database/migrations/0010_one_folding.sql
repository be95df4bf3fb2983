-- Search takes all apostrophes for one and all dashes for one, on both sides (catalogue/filters.normalise). What is
-- derived is made anew after a migration; until then this is what changes in the catalogue's own texts.
UPDATE practice_card SET
    search_text = translate(search_text, '’‘‐‑–—−', '''''-----'),
    name_key = translate(name_key, '’‘‐‑–—−', '''''-----');
