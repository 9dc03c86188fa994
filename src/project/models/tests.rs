mod directories;
mod generated;
mod watchers;

use std::fs;
use std::path::Path;

use super::*;
use crate::model::{Position, Severity, Value};
use crate::project::directory::ProjectDirectory;
use crate::schema::kinds::{ENTITY_TYPE, RELATIONSHIP_TYPE, WATCHER};
use crate::schema::{ALL, Declaration, Kind, Pair, Resource};

fn read_files(files: &[(&str, &str)]) -> Models {
    let temporary = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = temporary.path().join("models").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    read_models(&ALL, &ProjectDirectory::open(temporary.path(), &[]).unwrap(), None, &["desk"], &[])
}

/// `file:line:column severity code`, one a line.
fn places(models: &Models) -> Vec<String> {
    let shown = models.diagnostics.iter().map(|diagnostic| {
        let position = diagnostic.position.clone().unwrap();
        let file = position.file.strip_prefix("models/").unwrap_or(&position.file).to_owned();
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        format!("{file}:{}:{} {severity} {}", position.line, position.column, diagnostic.code)
    });
    shown.collect()
}

fn messages(models: &Models) -> Vec<String> {
    let shown = models.diagnostics.iter().map(|diagnostic| match &diagnostic.hint {
        Some(hint) => format!("{} ({hint})", diagnostic.message),
        None => diagnostic.message.clone(),
    });
    shown.collect()
}

/// The resources of a kind, in file order.
fn of(models: &Models, kind: Kind) -> Vec<&Resource> {
    models.resources.iter().filter(|resource| resource.key.kind == kind).collect()
}

/// What a resource says of a field, by the name of the field.
#[track_caller]
fn said<'read>(resource: &'read Resource, name: &str) -> Option<&'read Declaration> {
    resource.declared.get(resource.key.kind.field(name).unwrap())
}

#[track_caller]
fn value<'read>(resource: &'read Resource, name: &str) -> &'read Value {
    said(resource, name).unwrap().value().unwrap()
}

#[track_caller]
fn one_entity(text: &str) -> Resource {
    let models = read_files(&[("m.yaml", text)]);
    assert_eq!(messages(&models), Vec::<String>::new(), "{text}");
    of(&models, ENTITY_TYPE)[0].clone()
}

#[track_caller]
fn one_relationship(text: &str) -> Resource {
    let models = read_files(&[("m.yaml", text)]);
    let errors: Vec<_> = models.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{text}: {errors:?}");
    of(&models, RELATIONSHIP_TYPE)[0].clone()
}

fn places_of(text: &str) -> Vec<String> {
    places(&read_files(&[("m.yaml", text)]))
}

fn entity(rest: &str) -> String {
    format!("type: entity\nslug: thing\nname: Thing\n{rest}")
}

fn relationship(rest: &str) -> String {
    format!("type: relationship\nslug: rel\nname: Rel\n{rest}")
}

#[test]
fn an_entity_type_is_read_whole() {
    let read = one_entity(&entity(
        "version: 1\ndescription: A thing\nicon: box\ncolor: '#3B82F6'\nmetadata_schema:\n  type: object\n  \
         properties:\n    title: {type: string, x-table-column: true}\nevent_kinds:\n  seen:\n    description: Seen\n    \
         metadataSchema: {type: object}\n  gone: {}\n",
    ));
    assert_eq!(read.key.id, "thing");
    for (name, text) in [("name", "Thing"), ("description", "A thing"), ("icon", "box"), ("color", "#3B82F6")] {
        assert_eq!(value(&read, name), &Value::known(text));
    }
    assert_eq!(value(&read, "metadata_schema").as_map().unwrap()["type"], Value::known("object"));
    let kinds = value(&read, "event_kinds").as_map().unwrap();
    assert_eq!(kinds["seen"].as_map().unwrap()["description"], Value::known("Seen"));
    assert!(kinds["gone"].as_map().unwrap().is_empty());
    assert_eq!(read.position, Position { file: "models/m.yaml".to_owned(), line: 2, column: 7 });
}

#[test]
fn a_relationship_type_is_read_whole() {
    let text = relationship(
        "description: R\nmetadata_schema: {type: object}\nis_symmetric: false\ninverse_type_slug: ler\nstatus: archived\n\
         rules:\n  - source: a\n    target: b\n  - {source: b, target: $member}\nauto_create_when:\n  - sourceNamespace: email\n    \
         targetField: email\n    assuranceRequired: oauth_verified\n    matchStrategy: unique_only\n    notes: N\n",
    );
    let read = one_relationship(&text);
    assert_eq!(value(&read, "is_symmetric"), &Value::Bool(false));
    for (name, text) in [("description", "R"), ("status", "archived"), ("inverse_type_slug", "ler")] {
        assert_eq!(value(&read, name), &Value::known(text));
    }
    let rules: Vec<String> = Pair::list(value(&read, "rules")).iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["a → b", "b → $member"]);
    let conditions = value(&read, "auto_create_when").as_list().unwrap();
    assert_eq!(conditions[0].as_map().unwrap()["matchStrategy"], Value::known("unique_only"));
}

#[test]
fn absent_empty_and_null_are_three_things() {
    let absent = one_entity(&entity(""));
    for name in ["description", "metadata_schema", "event_kinds"] {
        assert_eq!(said(&absent, name), None);
    }
    let empty = one_entity(&entity("description: ''\nicon: ''\ncolor: ''\nmetadata_schema: {}\nevent_kinds: {}\n"));
    for name in ["description", "icon", "color", "metadata_schema", "event_kinds"] {
        assert_eq!(said(&empty, name), Some(&Declaration::Clear), "{name}");
    }
    let empty = one_relationship(&relationship(
        "description: ''\nmetadata_schema: {}\ninverse_type_slug: ''\nrules: []\nauto_create_when: []\n",
    ));
    for name in ["description", "metadata_schema", "inverse_type_slug", "rules", "auto_create_when"] {
        assert_eq!(said(&empty, name), Some(&Declaration::Clear), "{name}");
    }

    let models = read_files(&[("m.yaml", &entity("description:\nmetadata_schema: ~\nevent_kinds: {a: null}\n"))]);
    let warnings = ["4:1", "5:1", "6:15"].map(|place| format!("m.yaml:{place} warning null-is-absent"));
    assert_eq!(places(&models), warnings);
    let read = of(&models, ENTITY_TYPE)[0];
    for name in ["description", "metadata_schema", "event_kinds"] {
        assert_eq!(said(read, name), None);
    }
}

#[test]
fn nulls_within_a_schema_stay() {
    let read = one_entity(&entity("metadata_schema: {properties: {a: {enum: [x, null], default: null}}}\n"));
    let shown = format!("{:?}", said(&read, "metadata_schema"));
    assert_eq!(shown.matches("Null").count(), 2, "{shown}");
}

#[test]
fn slugs_and_names_are_needed() {
    let table = [
        ("type: entity\nname: N\n", "m.yaml:1:1 error slug-missing"),
        ("type: entity\nname: N\nslug: ' '\n", "m.yaml:3:7 error slug-missing"),
        ("type: entity\nname: N\nslug: 12\n", "m.yaml:3:7 error wrong-type"),
        ("type: entity\nslug: s\n", "m.yaml:1:1 error name-missing"),
        ("type: entity\nslug: s\nname: ' '\n", "m.yaml:3:7 error name-missing"),
        ("type: entity\nslug: s\nname: [N]\n", "m.yaml:3:7 error wrong-type"),
        ("type: relationship\nname: N\n", "m.yaml:1:1 error slug-missing"),
        ("type: relationship\nslug: s\n", "m.yaml:1:1 error name-missing"),
    ];
    for (text, place) in table {
        let models = read_files(&[("m.yaml", text)]);
        assert_eq!(places(&models), [place], "{text}");
        assert_eq!(models.resources, []);
    }
    let nulls = places_of("type: entity\nslug: null\nname: null\n");
    assert_eq!(nulls.iter().filter(|place| place.contains("error")).count(), 2, "{nulls:?}");
}

#[test]
fn reserved_and_system_slugs_are_refused() {
    for slug in ["agents", "organization", "Organization", "connector"] {
        assert_eq!(
            places_of(&format!("type: entity\nname: N\nslug: {slug}\n")).last().unwrap(),
            if slug == "Organization" { "m.yaml:3:7 warning slug-rewritten" } else { "m.yaml:3:7 error reserved-slug" }
        );
    }
    assert!(places_of("type: entity\nname: N\nslug: Organization\n")[0].ends_with("error reserved-slug"));
    assert_eq!(places_of("type: relationship\nname: N\nslug: organization\n"), Vec::<String>::new());
    for kind in ["entity", "relationship"] {
        let places = places_of(&format!("type: {kind}\nname: N\nslug: $member\n"));
        assert_eq!(places, ["m.yaml:3:7 error system-slug"]);
    }
}

#[test]
fn one_slug_twice_is_told_with_both_places() {
    let models = read_files(&[
        ("a.yaml", "type: entity\nslug: fund-round\nname: A\n"),
        ("b.yaml", "type: entity_type\nname: B\nslug: fund_Round\n"),
        ("c.yaml", "type: relationship\nslug: fund-round\nname: C\n"),
        ("d.yaml", "type: relationship_type\nslug: fund-round\nname: D\n"),
    ]);
    assert_eq!(
        places(&models),
        ["b.yaml:3:7 error duplicate-slug", "b.yaml:3:7 warning slug-rewritten", "d.yaml:2:7 error duplicate-slug"]
    );
    assert_eq!(
        messages(&models)[0],
        "an entity type with the slug `fund-round` already exists in `models/a.yaml` on line 2"
    );
}

#[test]
fn all_rewritten_slugs_are_one_warning() {
    let models = read_files(&[
        ("a.yaml", "type: entity\nslug: Fund_Round\nname: A\n"),
        (
            "b.yaml",
            "type: entity\nslug: b_b\nname: B\n---\ntype: entity\nslug: c_c\nname: C\n---\ntype: entity\nslug: d d\nname: D\n",
        ),
        ("r.yaml", &relationship("rules:\n  - {source: Fund_Round, target: b_b}\n")),
    ]);
    assert_eq!(places(&models), ["a.yaml:2:7 warning slug-rewritten"]);
    assert_eq!(
        models.diagnostics[0].message,
        "the server stores the entity slug `Fund_Round` as `fund-round`, `b_b` as `b-b`, `c_c` as `c-c` and 1 more"
    );
    let rules = Pair::list(value(of(&models, RELATIONSHIP_TYPE)[0], "rules"));
    assert_eq!(rules[0].to_string(), "fund-round → b-b");
    assert_eq!(of(&models, ENTITY_TYPE)[3].key.id, "d-d");
}

#[test]
fn unknown_keys_are_warnings_with_a_suggestion() {
    let models = read_files(&[("m.yaml", &entity("descripton: x\n"))]);
    assert_eq!(places(&models), ["m.yaml:4:1 warning unknown-key"]);
    assert_eq!(
        messages(&models),
        ["unknown key `descripton` in an entity type is ignored (did you mean `description`?)"]
    );
    let nested = relationship("rules:\n  - {source: a, target: b, extra: 1}\nproperties: {}\n");
    let codes = places_of(&nested);
    assert!(codes.contains(&"m.yaml:5:28 warning unknown-key".to_owned()), "{codes:?}");
    assert!(codes.contains(&"m.yaml:6:1 warning unknown-key".to_owned()), "{codes:?}");
}

#[test]
fn types_that_are_unknown_or_missing_are_errors() {
    let models = read_files(&[("m.yaml", "type: entitty\nslug: s\n")]);
    assert_eq!(places(&models), ["m.yaml:1:7 error unknown-type"]);
    assert_eq!(messages(&models), ["unknown type `entitty` (did you mean `entity`?)"]);
    assert_eq!(places_of("type: entities\n"), ["m.yaml:1:7 error unknown-type"]);
    assert_eq!(places_of("slug: s\nname: N\n"), ["m.yaml:1:1 error model-without-type"]);
    assert_eq!(places_of("type: 1\n"), ["m.yaml:1:7 error wrong-type"]);
    assert_eq!(places_of("- a\n"), ["m.yaml:1:1 error wrong-type"]);
    assert_eq!(places_of("text\n"), ["m.yaml:1:1 error wrong-type"]);
    assert_eq!(places_of("{}\n"), ["m.yaml:1:1 error model-without-type"]);
    assert_eq!(places_of("version: 3\ntype: entity\nslug: s\nname: N\n"), ["m.yaml:1:10 error unknown-version"]);
}

#[test]
fn bundles_and_streams_are_read() {
    let models = read_files(&[(
        "m.yml",
        "---\n---\nversion: 2\nentities:\n  - slug: a\n    name: A\n  - {slug: b, name: B, type: entity}\nrelationships:\n  - \
         {slug: r, name: R, rules: [{source: a, target: b}]}\nwatchers:\n  - {slug: w, name: W, schedule: '@daily', \
         prompt: Look., extraction_schema: {type: object, properties: {}}}\n---\ntype: entity\nslug: c\nname: C\n---\n",
    )]);
    assert_eq!(messages(&models), Vec::<String>::new());
    let slugs: Vec<&str> = of(&models, ENTITY_TYPE).into_iter().map(|found| found.key.id.as_str()).collect();
    assert_eq!(slugs, ["a", "b", "c"]);
    assert_eq!(of(&models, RELATIONSHIP_TYPE).len(), 1);
    assert_eq!(of(&models, WATCHER).len(), 1);
    assert_eq!(of(&models, ENTITY_TYPE)[2].position.line, 14);
}

#[test]
fn bundles_are_checked() {
    let table = [
        ("entities: []\n", "m.yaml:1:1 error unknown-version"),
        ("version: 1\nentities: []\n", "m.yaml:1:10 error unknown-version"),
        ("version: 2\nentities: {}\n", "m.yaml:2:11 error wrong-type"),
        ("version: 2\nentities:\n", "m.yaml:2:1 warning null-is-absent"),
        ("version: 2\nentities: [text]\n", "m.yaml:2:12 error wrong-type"),
        ("version: 2\nentities: [~]\n", "m.yaml:2:12 error wrong-type"),
        ("version: 2\nentitys: []\n", "m.yaml:2:1 warning unknown-key"),
        ("version: 2\nentities: [{slug: a, name: A, type: watcher}]\n", "m.yaml:2:37 error wrong-list"),
    ];
    for (text, place) in table {
        assert_eq!(places_of(text), [place], "{text}");
    }
}

#[test]
fn what_is_not_applied_is_counted() {
    let models = read_files(&[("a.yaml", &entity("metadata: {a: 1}\n"))]);
    assert_eq!(messages(&models), Vec::<String>::new());
    assert_eq!(models.not_applied.into_iter().collect::<Vec<_>>(), [("type with `metadata`", 1)]);
}

#[test]
fn old_properties_are_folded_into_the_schema() {
    let old = one_entity(&entity("properties:\n  a: {type: string}\nrequired: [a]\n"));
    let new = one_entity(&entity("metadata_schema: {type: object, properties: {a: {type: string}}, required: [a]}\n"));
    assert_eq!(said(&old, "metadata_schema"), said(&new, "metadata_schema"));
    assert_eq!(
        places_of(&entity("properties: {}\nmetadata_schema: {type: object}\n")),
        ["m.yaml:4:13 error two-schemas"]
    );
    assert_eq!(places_of(&entity("required: [1]\n")), ["m.yaml:4:12 error invalid-schema"]);
}

#[test]
fn schemas_are_checked_with_their_place() {
    let bad = |line: &str| entity(&format!("metadata_schema:\n  type: object\n  {line}\n"));
    let table = [
        ("properties: {a: {type: banana}}", "m.yaml:6:26 error invalid-schema"),
        ("properties: []", "m.yaml:6:15 error invalid-schema"),
        ("required: a", "m.yaml:6:13 error invalid-schema"),
        ("minProperties: -1", "m.yaml:6:18 error invalid-schema"),
        ("pattern: '('", "m.yaml:6:12 error invalid-schema"),
        ("$schema: 'https://example.com/mine'", "m.yaml:6:12 error unknown-schema-draft"),
        ("$ref: 'https://example.com/x.json'", "m.yaml:6:9 error schema-reference-outside"),
        ("$ref: 'file:///etc/passwd'", "m.yaml:6:9 error schema-reference-outside"),
        ("$ref: 'https://json-schema.org/draft/2020-12/schema'", "m.yaml:6:9 error schema-reference-outside"),
        ("$ref: other.json", "m.yaml:6:9 error schema-reference"),
        ("properties: {a: {$ref: '#/$defs/none'}}", "m.yaml:6:26 error schema-reference"),
        ("properties: {a: {x-table-column: yes}}", "m.yaml:6:36 error table-column"),
    ];
    for (line, place) in table {
        assert_eq!(places_of(&bad(line)), [place], "{line}");
    }
    for line in [
        "properties: {a: {$ref: '#/$defs/b'}}\n  $defs: {b: {type: string}}",
        "$schema: 'http://json-schema.org/draft-07/schema#'\n  definitions: {b: {$ref: '#'}}",
        "properties: {$ref: {type: string}, default: {type: number}}",
        "x-anything: 1",
        "properties: {a: {pattern: '^[a-z]+$', format: email, default: null}}",
    ] {
        assert_eq!(places_of(&bad(line)), Vec::<String>::new(), "{line}");
    }
    assert_eq!(places_of(&entity("metadata_schema: text\n")), ["m.yaml:4:18 error wrong-type"]);
    assert_eq!(places_of(&relationship("metadata_schema: {type: banana}\n")), ["m.yaml:4:25 error invalid-schema"]);
}

#[test]
fn event_kinds_are_checked() {
    let table = [
        ("event_kinds: []", "m.yaml:4:14 error wrong-type"),
        ("event_kinds: {a: text}", "m.yaml:4:18 error wrong-type"),
        ("event_kinds: {a: {description: 1}}", "m.yaml:4:32 error wrong-type"),
        ("event_kinds: {a: {metadataSchema: {type: banana}}}", "m.yaml:4:42 error invalid-schema"),
        ("event_kinds: {a: {metadata_schema: {}}}", "m.yaml:4:19 warning unknown-key"),
        ("event_kinds: {'': {}}", "m.yaml:4:15 error event-kind"),
    ];
    for (line, place) in table {
        assert_eq!(places_of(&entity(line)), [place], "{line}");
    }
}

#[test]
fn at_most_four_columns_are_shown() {
    use std::fmt::Write as _;
    let columns = |count: usize| {
        let mut text = entity("metadata_schema:\n  properties:\n");
        for column in 0..count {
            writeln!(text, "    c{column}: {{x-table-column: true}}").unwrap();
        }
        text.push_str("    other: {x-table-column: false}\n");
        text
    };
    assert_eq!(places_of(&columns(4)), Vec::<String>::new());
    assert_eq!(places_of(&columns(5)), ["m.yaml:10:26 warning too-many-table-columns"]);
}

#[test]
fn rules_are_checked() {
    let entities = "type: entity\nslug: a\nname: A\n---\ntype: entity\nslug: b\nname: B\n";
    let places = |rules: &str| {
        let models = read_files(&[("a.yaml", entities), ("r.yaml", &relationship(&format!("rules:\n{rules}")))]);
        places(&models)
    };
    assert_eq!(places("  - {source: a, target: b}\n  - {source: b, target: a}\n"), Vec::<String>::new());
    assert_eq!(
        places("  - {source: a, target: b}\n  - {target: B, source: A}\n"),
        ["r.yaml:6:5 error duplicate-rule", "r.yaml:6:14 warning slug-rewritten"]
    );
    assert_eq!(places("  - {source: a}\n"), ["r.yaml:5:5 error rule-end-missing"]);
    assert_eq!(places("  - {source: a, target: ''}\n"), ["r.yaml:5:25 error rule-end-missing"]);
    assert_eq!(places("  - {source: a, target: 1}\n"), ["r.yaml:5:25 error wrong-type"]);
    assert_eq!(places("  - a\n"), ["r.yaml:5:5 error wrong-type"]);
    assert_eq!(places("  a: b\n"), ["r.yaml:5:3 error wrong-type"]);
    assert_eq!(places("  - {source: a, target: elsewhere}\n"), ["r.yaml:5:25 warning unknown-rule-end"]);
    assert_eq!(places("  - {source: $member, target: a}\n"), Vec::<String>::new());
}

#[test]
fn ends_declared_in_a_broken_file_are_not_called_unknown() {
    let rules = relationship("rules: [{source: a, target: a}]\n");
    let models = read_files(&[("a.yaml", "type: entity\nslug: a\nname: [\n"), ("r.yaml", &rules)]);
    assert_eq!(models.diagnostics.len(), 1);
    let models = read_files(&[("a.yaml", "type: entity\nslug: a\nname: ''\n"), ("r.yaml", &rules)]);
    assert_eq!(places(&models), ["a.yaml:3:7 error name-missing"]);
}

#[test]
fn relationship_fields_are_checked() {
    let table = [
        ("inverse_type_slug: rel", "m.yaml:4:20 error inverse-of-itself"),
        ("inverse_type_slug: ' '", "m.yaml:4:20 error inverse-blank"),
        ("status: activ", "m.yaml:4:9 error unknown-status"),
        ("status: ''", "m.yaml:4:9 error unknown-status"),
        ("is_symmetric: 'yes'", "m.yaml:4:15 error wrong-type"),
        ("auto_create_when: {}", "m.yaml:4:19 error wrong-type"),
        ("auto_create_when: [text]", "m.yaml:4:20 error wrong-type"),
        ("description: 9007199254740993", "m.yaml:4:14 error yaml-number"),
    ];
    for (line, place) in table {
        assert_eq!(places_of(&relationship(line)), [place], "{line}");
    }
}

#[test]
fn conditions_keep_to_the_servers_limits() {
    let condition = |namespace: &str, assurance: &str, rest: &str| {
        format!(
            "  - {{sourceNamespace: {namespace}, targetField: f, assuranceRequired: {assurance}, matchStrategy: \
             all_matches{rest}}}\n"
        )
    };
    let places = |conditions: &str| places_of(&relationship(&format!("auto_create_when:\n{conditions}")));
    let fine = condition("n", "oauth_verified", "");
    assert_eq!(places(&fine.repeat(16)), Vec::<String>::new());
    assert_eq!(places(&fine.repeat(17)), ["m.yaml:21:5 error too-many-conditions"]);
    let long = |length: usize| "x".repeat(length);
    assert_eq!(places(&condition(&long(64), "self_attested", "")), Vec::<String>::new());
    assert!(places(&condition(&long(65), "self_attested", ""))[0].ends_with("error condition-length"));
    assert!(places(&condition("''", "self_attested", ""))[0].ends_with("error condition-length"));
    let notes = |length: usize| format!(", notes: {}", long(length));
    assert_eq!(places(&condition("n", "cookie_session", &notes(512))), Vec::<String>::new());
    assert!(places(&condition("n", "cookie_session", &notes(513)))[0].ends_with("error condition-length"));
    assert!(places(&condition("n", "oauth", ""))[0].ends_with("error condition-word"));
    assert!(places(&condition("n", "self_attested", ", more: 1"))[0].ends_with("error unknown-key"));
    let incomplete = places("  - {sourceNamespace: n}\n");
    assert_eq!(incomplete, vec!["m.yaml:5:5 error condition-incomplete".to_owned(); 3]);
}

#[test]
fn texts_with_the_shape_of_a_secret_are_hidden() {
    let token = format!("ghp_{}", "A1".repeat(18));
    let text = entity(&format!("description: use {token}\nmetadata_schema: {{description: {token}}}\n{token}: 1\n"));
    let models = read_files(&[("m.yaml", &text)]);
    let shown = format!("{models:?}");
    // The unknown key itself is not shown either.
    assert!(!shown.contains(&token), "{shown}");
}

#[test]
fn a_secret_on_a_broken_line_never_shows() {
    for line in ["x: [hunter2", "hunter2", "x: 'hunter2", "x: &hunter2 *hunter2", "metadata_schema: {type: hunter2}"] {
        let models = read_files(&[("m.yaml", &entity(&format!("{line}\n")))]);
        assert!(!models.diagnostics.is_empty(), "{line}");
        assert!(!format!("{:?}", models.diagnostics).contains("hunter2"), "{line}");
    }
}
