-- From schema version 6 to 7: which project changed an object last, as JSON.

ALTER TABLE agents ADD COLUMN applied_by TEXT;
ALTER TABLE entity_types ADD COLUMN applied_by TEXT;
ALTER TABLE relationship_types ADD COLUMN applied_by TEXT;
