//! The keys of model files that are no field of a kind, and what is below the fields that hold more than one value.

use crate::schema::{Effect, Key, KeyForm, ModelFiles, TextForm};

/// The version of a bundle.
pub(in crate::project) const BUNDLE_VERSION: Key =
    Key::new("version", KeyForm::Integer { least: 2, most: 2 }, "Version of the format")
        .required()
        .effect(Effect::Local)
        .example("2");

/// What stands in front of the fields of one of a kind.
pub(in crate::project) fn before_fields(files: &'static ModelFiles) -> [Key; 3] {
    [
        Key::text("type", TextForm::Words(files.types), "What the document declares; elements of a bundle need none")
            .effect(Effect::Local)
            .example(files.types.first().copied().unwrap_or_default()),
        Key::new("version", KeyForm::Integer { least: 0, most: 2 }, "Version of the format; a bundle needs 2")
            .effect(Effect::Local)
            .example("2"),
        Key::text("slug", TextForm::Slug(files), "What others call it by; unique in the project and in the org")
            .required()
            .example("late-parcels"),
    ]
}

/// What stands behind them.
pub(in crate::project) static AFTER_FIELDS: [Key; 1] =
    [Key::new("metadata", KeyForm::Open, "Metadata of the declaration itself")
        .effect(Effect::Unused)
        .example("{owner: desk}")];

/// The members of a schema that old files have in its place.
pub(in crate::project) static OLD_SCHEMA: [Key; 2] = [
    Key::new("properties", KeyForm::Mapping, "Old spelling of `metadata_schema.properties`")
        .instead_of("metadata_schema")
        .old()
        .example("{email: {type: string}}"),
    Key::texts("required", TextForm::Any, "Old spelling of `metadata_schema.required`")
        .instead_of("metadata_schema")
        .old()
        .example("[email]"),
];

/// An event kind.
pub(in crate::project) static EVENT_KIND: Key = Key::table("<slug>", &EVENT_KIND_KEYS, "An event kind");

static EVENT_KIND_KEYS: [Key; 2] = [
    Key::text("description", TextForm::Any, "What the event means").example("The invoice is paid"),
    Key::new(
        "metadataSchema",
        KeyForm::Schema { is_object: false, has_columns: false },
        "JSON Schema of the event's metadata",
    )
    .example("{type: object}"),
];

/// A condition under which the server makes relationships.
pub(in crate::project) static CONDITION: Key =
    Key::new("[]", KeyForm::Table { members: &CONDITION_KEYS, is_strict: true, may_be_empty: false }, "A condition");

/// How many conditions a relationship type may have.
pub(in crate::project) const MOST_CONDITIONS: u64 = 16;

const NAME: TextForm = TextForm::Length { least: 1, most: 64 };

/// What a condition says. All but the notes must be there.
pub(super) static CONDITION_KEYS: [Key; 5] = [
    Key::text("sourceNamespace", NAME, "Namespace of the source's identity").required().example("crm"),
    Key::text("targetField", NAME, "Field of the target that must be equal").required().example("email"),
    Key::text(
        "assuranceRequired",
        TextForm::Words(&["oauth_verified_admin_role", "oauth_verified", "cookie_session", "self_attested"]),
        "How sure the identity must be",
    )
    .required()
    .example("oauth_verified"),
    Key::text("matchStrategy", TextForm::Words(&["unique_only", "all_matches"]), "What to do with several targets")
        .required()
        .example("unique_only"),
    Key::text("notes", TextForm::Length { least: 0, most: 512 }, "Notes for people").example("By email"),
];

/// A query whose results a prompt gets.
pub(in crate::project) static QUERY: Key = Key::new(
    "[]",
    KeyForm::Table { members: &QUERY_KEYS, is_strict: true, may_be_empty: false },
    "A query with its name",
);

/// What a query says.
pub(super) static QUERY_KEYS: [Key; 2] = [
    Key::text("name", TextForm::NotBlank, "Name by which the prompt has the results").required().example("content"),
    Key::text("query", TextForm::Pattern { called: "SQL", pattern: READS_ONLY }, "SELECT or WITH, in SQL")
        .required()
        .example("SELECT * FROM events ORDER BY occurred_at DESC"),
];

/// A query that begins with SELECT or WITH.
const READS_ONLY: &str = "^\\s*([Ss][Ee][Ll][Ee][Cc][Tt]|[Ww][Ii][Tt][Hh])(?![A-Za-z])";

/// The ends of a pair, whatever they are called.
pub(in crate::project) fn pair(first: &'static str, second: &'static str) -> [Key; 2] {
    let end = |name, says| Key::text(name, TextForm::NotBlank, says).required();
    [
        end(first, "Slug of the entity type at which a relationship starts").example("customer"),
        end(second, "Slug of the entity type to which it leads").example("repair"),
    ]
}
