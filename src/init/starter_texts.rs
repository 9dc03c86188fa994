//! The texts of a new project, for its owner to rewrite.

/// Who the agent is; `{title}` is its name.
pub(super) const IDENTITY: &str = "# Who you are

You are {title}, an assistant of our team. Say so when someone asks.
";

/// How the agent behaves.
pub(super) const SOUL: &str = "# How you work

- Answer in a few sentences, and say first what the reader needs most.
- Say what you do not know, and where it could be found out.
- Ask before you do anything that cannot be taken back.
";

pub(super) const PERSON: &str = "# yaml-language-server: $schema=../.lobu/models.schema.json
type: entity
slug: person
name: Person
description: Someone we work with
metadata_schema:
  type: object
  properties:
    role: {type: string}
    email: {type: string, format: email}
";

pub(super) const TEAM: &str = "# yaml-language-server: $schema=../.lobu/models.schema.json
type: entity
slug: team
name: Team
description: People who work together
metadata_schema:
  type: object
  properties:
    purpose: {type: string}
";

pub(super) const WORKS_IN: &str = "# yaml-language-server: $schema=../.lobu/models.schema.json
type: relationship
slug: works-in
name: works in
description: A person's team
# Which types it may join; the org gets exactly this list.
rules:
  - {source: person, target: team}
";
