-- From schema version 3 to 4: what objects had so far is their first version, and each change gives an object the next number of
-- its organization, so that no number ever comes back.

ALTER TABLE organizations ADD COLUMN last_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE agents ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE agents ADD COLUMN settings_version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE platforms ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE entity_types ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE relationship_types ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
