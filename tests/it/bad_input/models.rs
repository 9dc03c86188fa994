//! What `validate` finds in models and frontmatter.

use super::harness::{Case, MEMORY, SENTINEL, model, run_all};
use crate::support::snapshots::assert_snapshot_file;

const PLANE: &str = "type: entity\nslug: plane\nname: Plane\n";

fn schema(name: &'static str, lines: &str) -> Case {
    model(name, &format!("{PLANE}metadata_schema:\n  {}\n", lines.replace('\n', "\n  ")))
}

#[test]
fn what_is_wrong_with_models_is_told() {
    let flies = "type: relationship\nslug: flies\nname: flies\n";
    let rule = "{source: plane, target: plane}";
    let cases = [
        model("reserved slug", "type: entity\nslug: organization\nname: Organization\n"),
        model("reserved slug after rewriting", "type: entity\nslug: Organization\nname: Organization\n"),
        model("system slug of an entity type", "type: entity\nslug: $plane\nname: Plane\n"),
        model("system slug of a relationship type", "type: relationship\nslug: $flies\nname: flies\n"),
        model("entity type without a name", "type: entity\nslug: plane\n"),
        model("relationship type without a name", "type: relationship\nslug: flies\n"),
        model("without a slug", "type: entity\nname: Plane\n"),
        model("without a type", "slug: plane\nname: Plane\n"),
        model("unknown type", "type: entty\nslug: plane\nname: Plane\n"),
        model("one slug twice", PLANE).file("models/second.yaml", PLANE),
        model("one slug twice after rewriting", "type: entity\nslug: air-plane\nname: Plane\n")
            .file("models/second.yaml", "type: entity\nslug: Air Plane\nname: Plane\n"),
        schema("schema that is none", "type: strnig"),
        schema("schema that is a text", SENTINEL),
        schema("schema of an unknown draft", "$schema: https://json-schema.example/next"),
        schema("schema that refers to a file", "properties:\n  a: {$ref: \"file:///etc/passwd\"}"),
        schema("schema that refers to a host", "properties:\n  a: {$ref: \"http://127.0.0.1:9/x.json\"}"),
        schema("schema that refers to a sibling", "properties:\n  a: {$ref: \"other.json#/x\"}"),
        schema("schema that refers to nothing", "properties:\n  a: {$ref: \"#/$defs/missing\"}"),
        model(
            "two schemas",
            &format!("{PLANE}metadata_schema: {{type: object}}\nproperties: {{a: {{type: string}}}}\n"),
        ),
        model("one rule twice", &format!("{flies}rules: [{rule}, {rule}]\n")),
        model("inverse of itself", &format!("{flies}inverse_type_slug: flies\n")),
        model("rule without an end", &format!("{flies}rules: [{{source: plane}}]\n")),
        model("unknown status", &format!("{flies}status: retired\n")),
        model("bundle without a version", "entities:\n- {slug: plane, name: Plane}\n"),
        model("a list", "- a\n- b\n"),
    ];
    assert_snapshot_file!("errors-in-models", run_all(&cases));
}

#[test]
fn broken_yaml_is_told_without_its_text() {
    let broken = |name, lines: &str| model(name, &format!("{PLANE}{}\n", lines.replace('S', SENTINEL)));
    let laughs = (1..12).map(|n| {
        let before = format!("*a{},", n - 1).repeat(9);
        format!("a{n}: &a{n} [{before}]\n")
    });
    let laughs = format!("a0: &a0 {SENTINEL}\n{}{PLANE}", laughs.collect::<String>());
    let cases = [
        broken("unterminated string", "description: \"S"),
        broken("tab as indentation", "event_kinds:\n\tS: x"),
        broken("bad indentation", "event_kinds:\n    a: x\n  S: y"),
        broken("unterminated flow", "metadata_schema: {a: S"),
        broken("unknown alias", "description: *S"),
        broken("key twice", "description: S\ndescription: S"),
        broken("tag", "description: !S x"),
        broken("no mapping", "S"),
        broken("two documents", "---\na: S"),
        model("aliases that explode", &laughs),
        model("too deep", &format!("{PLANE}metadata_schema: {}", "[".repeat(10_000))),
        model("deep and closed", &format!("{PLANE}metadata_schema: {}{}", "[".repeat(100), "]".repeat(100))),
        model("alias of itself", &format!("{PLANE}metadata_schema: &a {{a: *a}}\n")),
    ];
    assert_snapshot_file!("broken-yaml", run_all(&cases));
}

#[test]
fn broken_frontmatter_is_told_without_its_text() {
    let skill =
        |name, text: &str| Case::new(name, 2).file("agents/pilot/skills/land/SKILL.md", text.replace('S', SENTINEL));
    let cases = [
        skill("unterminated string", "---\nname: \"S\n---\nLand.\n"),
        skill("unterminated flow", "---\nname: land\nnixPackages: [S\n---\nLand.\n"),
        skill("tab as indentation", "---\nname: land\nnetwork:\n\tallow: [S]\n---\nLand.\n"),
        skill("name is a list", "---\nname: [S]\n---\nLand.\n"),
        skill("aliases without end", &format!("---\na: &a [x]\nb: [{}]\n---\nLand.\n", "*a,".repeat(200))),
        skill("never closed", "---\nname: S\nLand.\n").ends(0),
        skill("a list", "---\n- S\n---\nLand.\n").ends(0),
    ];
    assert_snapshot_file!("broken-frontmatter", run_all(&cases));
}

#[test]
fn models_that_are_no_files_of_the_project_are_told() {
    let cases = [
        Case::new("models are a file", 2).file("lobu.toml", MEMORY).file("models", "x"),
        Case::new("models lie above", 2).file("lobu.toml", "[agents]\n[memory]\nmodels = \"../models\"\n"),
        Case::new("models are absolute", 2).file("lobu.toml", "[agents]\n[memory]\nmodels = \"/etc\"\n"),
        model("model that is not UTF-8", "").file("models/latin.yaml", b"type: entity\nname: \xe9\n".to_vec()),
    ];
    assert_snapshot_file!("unreadable-model-files", run_all(&cases));
}
