-- From schema version 2 to 3: which values were compared with a hidden one and differed, as keyed digests.

CREATE TABLE comparisons (
    org INTEGER NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    field TEXT NOT NULL,
    version INTEGER NOT NULL,
    day INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (org, owner, field, version, day, digest)
) STRICT, WITHOUT ROWID;
