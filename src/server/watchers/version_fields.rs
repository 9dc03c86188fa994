//! What a version of a watcher holds: the prompt and all that belongs to it.

use rusqlite::{Row, params};

use super::rules;
use crate::server::{
    json_text::ObjectText,
    members::{Given, Members},
    refusal::Refusal,
    request_context::RequestContext,
};

/// The fields of a version. JSON is text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VersionFields {
    pub(super) name: String,
    description: Option<String>,
    prompt: String,
    extraction_schema: String,
    json_template: Option<String>,
    keying_config: Option<String>,
    classifiers: Option<String>,
    condensation_prompt: Option<String>,
    condensation_window_count: Option<i64>,
    reactions_guidance: Option<String>,
}

/// The columns of a [`VersionFields`], of `watcher_versions v`.
pub(super) const COLUMNS: &str = "v.name, v.description, v.prompt, v.extraction_schema, v.json_template, \
                                  v.keying_config, v.classifiers, v.condensation_prompt, \
                                  v.condensation_window_count, v.reactions_guidance";

impl VersionFields {
    /// Reads the columns from this place on.
    pub(super) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(first)?,
            description: row.get(first + 1)?,
            prompt: row.get(first + 2)?,
            extraction_schema: row.get(first + 3)?,
            json_template: row.get(first + 4)?,
            keying_config: row.get(first + 5)?,
            classifiers: row.get(first + 6)?,
            condensation_prompt: row.get(first + 7)?,
            condensation_window_count: row.get(first + 8)?,
            reactions_guidance: row.get(first + 9)?,
        })
    }

    /// Adds the fields but the name.
    pub(super) fn details(&self, object: ObjectText) -> ObjectText {
        let count = self.condensation_window_count.map(|count| count.to_string());
        object
            .text_or_null("description", self.description.as_deref())
            .text("prompt", &self.prompt)
            .raw("extraction_schema", &self.extraction_schema)
            .raw_or_null("json_template", self.json_template.as_deref())
            .raw_or_null("keying_config", self.keying_config.as_deref())
            .raw_or_null("classifiers", self.classifiers.as_deref())
            .text_or_null("condensation_prompt", self.condensation_prompt.as_deref())
            .raw_or_null("condensation_window_count", count.as_deref())
            .text_or_null("reactions_guidance", self.reactions_guidance.as_deref())
    }

    /// Stores it as a version, and gives the id of that.
    pub(super) fn insert(
        &self,
        context: &RequestContext<'_>,
        watcher: i64,
        version: i64,
        change_notes: Option<&str>,
    ) -> Result<i64, Refusal> {
        context
            .connection()
            .prepare_cached(
                "INSERT INTO watcher_versions (watcher, version, name, description, prompt, extraction_schema,
                 json_template, keying_config, classifiers, condensation_prompt, condensation_window_count,
                 reactions_guidance, change_notes, created_by, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute(params![
                watcher,
                version,
                self.name,
                self.description,
                self.prompt,
                self.extraction_schema,
                self.json_template,
                self.keying_config,
                self.classifiers,
                self.condensation_prompt,
                self.condensation_window_count,
                self.reactions_guidance,
                change_notes,
                context.actor.user,
                context.now
            ])?;
        Ok(context.connection().last_insert_rowid())
    }
}

/// Gives the number that the next version of a watcher has.
pub(super) fn next_number(context: &RequestContext<'_>, watcher: i64) -> Result<i64, Refusal> {
    let mut statement = context
        .connection()
        .prepare_cached("SELECT coalesce(max(version), 0) + 1 FROM watcher_versions WHERE watcher = ?1")?;
    Ok(statement.query_row([watcher], |row| row.get(0))?)
}

/// The fields of a version as a body gives them, checked.
pub(super) struct VersionChange {
    name: Option<String>,
    description: Given<String>,
    prompt: Option<String>,
    extraction_schema: Option<String>,
    json_template: Given<String>,
    keying_config: Given<String>,
    classifiers: Given<String>,
    condensation_prompt: Given<String>,
    condensation_window_count: Given<i64>,
    reactions_guidance: Given<String>,
}

impl VersionChange {
    /// Takes the fields. Of name, prompt and schema, null and blank count as absent: a version always has them.
    pub(super) fn take(members: &mut Members) -> Result<Self, Refusal> {
        Ok(Self {
            name: rules::text(members, "name")?.into_option(),
            description: rules::prose(members, "description")?,
            prompt: rules::prompt(members)?,
            extraction_schema: rules::extraction_schema(members)?,
            json_template: rules::any(members, "json_template")?,
            keying_config: rules::object(members, "keying_config")?,
            classifiers: rules::objects(members, "classifiers")?,
            condensation_prompt: rules::prose(members, "condensation_prompt")?,
            condensation_window_count: rules::number(members, "condensation_window_count", 2)?,
            reactions_guidance: rules::prose(members, "reactions_guidance")?,
        })
    }

    /// Gives the first version of a watcher.
    ///
    /// # Errors
    ///
    /// 400 without prompt or schema.
    pub(super) fn first(self, slug: &str) -> Result<VersionFields, Refusal> {
        let required = |field: &str| Refusal::bad_request(format!("`{field}` is required."));
        Ok(VersionFields {
            name: self.name.unwrap_or_else(|| slug.to_owned()),
            description: self.description.into_option(),
            prompt: self.prompt.ok_or_else(|| required("prompt"))?,
            extraction_schema: self.extraction_schema.ok_or_else(|| required("extraction_schema"))?,
            json_template: self.json_template.into_option(),
            keying_config: self.keying_config.into_option(),
            classifiers: self.classifiers.into_option(),
            condensation_prompt: self.condensation_prompt.into_option(),
            condensation_window_count: self.condensation_window_count.into_option(),
            reactions_guidance: self.reactions_guidance.into_option(),
        })
    }

    /// Gives the version after this one: what is absent is inherited, and null clears.
    pub(super) fn after(self, stored: VersionFields) -> VersionFields {
        VersionFields {
            name: self.name.unwrap_or(stored.name),
            description: self.description.or_stored(stored.description),
            prompt: self.prompt.unwrap_or(stored.prompt),
            extraction_schema: self.extraction_schema.unwrap_or(stored.extraction_schema),
            json_template: self.json_template.or_stored(stored.json_template),
            keying_config: self.keying_config.or_stored(stored.keying_config),
            classifiers: self.classifiers.or_stored(stored.classifiers),
            condensation_prompt: self.condensation_prompt.or_stored(stored.condensation_prompt),
            condensation_window_count: self.condensation_window_count.or_stored(stored.condensation_window_count),
            reactions_guidance: self.reactions_guidance.or_stored(stored.reactions_guidance),
        }
    }
}
