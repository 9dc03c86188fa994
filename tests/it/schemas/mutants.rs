//! Mistakes that people make: each is refused by the schema and by the reader, for the reason that is meant.

use lobu::model::Severity;

use super::documents::{
    LOBU_TOML as LOBU_TOML_SCHEMA, MODELS as MODELS_SCHEMA, SKILL as SKILL_SCHEMA, found_in, frontmatter,
    lobu_toml_project, of_file, project_with, toml, yaml,
};

const AGENT: &str = "[agents.triage]\nname = 'Triage'\ndir = '.'\n";

/// What follows the table of an agent, and the code of the error.
const LOBU_TOML: &[(&str, &str)] = &[
    // A misspelt key.
    ("descripton = 'x'", "unknown-key"),
    ("[agents.triage.network]\nalowed = []", "unknown-key"),
    ("[agents.triage.network]\nallow = []", "unknown-key"),
    ("[agents.triage.tools]\npreapproved = []", "unknown-key"),
    ("[agents.triage.skills]\nmpc = {}", "unknown-key"),
    ("[agents.triage.skills.mcp.gh]\ntransport = 'sse'", "unknown-key"),
    ("[agents.triage.skills.mcp.gh.oauth]\nauth_url = 'a'\ntoken_url = 'b'\nclientId = 'c'", "unknown-key"),
    ("[[agents.triage.providers]]\nid = 'anthropic'\napi_key = '$KEY'", "unknown-key"),
    ("[[agents.triage.platforms]]\ntype = 'slack'\nconfig = {}\nsettings = {}", "unknown-key"),
    ("[memory]\norganisation = 'acme'", "unknown-key"),
    ("[targets.staging]\nserver = 'x'", "unknown-key"),
    ("[owletto]\norg = 'acme'", "unknown-key"),
    ("watchers = []", "moved-watchers"),
    ("connections = []", "renamed-connections"),
    // A wrong type.
    ("description = 1", "wrong-type"),
    ("providers = {}", "wrong-type"),
    ("guardrails = 'pii'", "wrong-type"),
    ("guardrails = [1]", "wrong-type"),
    ("network = []", "wrong-type"),
    ("[agents.triage.tools]\nstrict = 'yes'", "wrong-type"),
    ("[agents.triage.network]\njudges = { buyer = 1 }", "wrong-type"),
    ("[[agents.triage.platforms]]\ntype = 'telegram'\nconfig = { chatId = -100 }", "wrong-type"),
    ("[agents.triage.preview.slack]\ncode_ttl_minutes = '30'", "wrong-type"),
    ("[memory]\nenabled = 'true'", "wrong-type"),
    ("[targets]\nstaging = 'x'", "wrong-type"),
    // A word that is none of those.
    ("[[agents.triage.platforms]]\ntype = 'telegrm'\nconfig = {}", "unknown-platform-type"),
    ("[agents.triage.skills.mcp.gh]\ntype = 'http'", "bad-choice"),
    ("[agents.triage.skills.mcp.gh]\nauth_scope = 'team'", "bad-choice"),
    ("[memory]\nvisibility = 'secret'", "bad-choice"),
    // What must be there.
    ("[agents.other]\nname = 'Other'", "missing-key"),
    ("[agents.other]\ndir = '.'", "missing-key"),
    ("[[agents.triage.providers]]\nmodel = 'x'", "missing-key"),
    ("[[agents.triage.platforms]]\nconfig = {}", "missing-key"),
    ("[[agents.triage.platforms]]\ntype = 'slack'", "missing-key"),
    ("[agents.triage.skills.mcp.gh.oauth]\nauth_url = 'a'", "missing-key"),
    ("[agents.triage.network]\njudge = [{ judge = 'buyer' }]", "missing-key"),
    ("[agents.other]\nname = ' '\ndir = '.'", "empty-name"),
    ("[agents.triage.network]\njudge = ['']", "empty-name"),
    ("[agents.triage.skills.mcp.'']\nurl = 'x'", "empty-name"),
    ("[targets.' ']\nurl = 'x'", "empty-name"),
    ("targets = []", "no-target"),
    // A form.
    ("[agents.x]\nname = 'X'\ndir = '.'", "bad-agent-id"),
    ("[agents.Triage2]\nname = 'X'\ndir = '.'", "bad-agent-id"),
    ("[memory]\norg = 'acme corp'", "bad-org"),
    ("[targets.staging]\norg = '-acme'", "bad-org"),
    ("[[agents.triage.platforms]]\ntype = 'slack'\nname = 'Ops'\nconfig = {}", "bad-platform-name"),
    ("[[agents.triage.platforms]]\ntype = 'slack'\nid = 'a/b'\nconfig = {}", "bad-platform-id"),
    ("[[agents.triage.platforms]]\ntype = 'slack'\nconfig = { platform = 'slack' }", "reserved-config-key"),
    ("[agents.triage.tools]\npre_approved = ['search']", "bad-tool"),
    ("[[agents.triage.providers]]\nid = 'a'\nkey = '$A'\nsecret_ref = '$B'", "key-and-secret-ref"),
    ("[memory]\norg = 'acme'\n[memory.owletto]\norg = 'acme'", "two-memory-tables"),
    ("[memory.lobu]\norg = 'acme'\n[memory.owletto]\norg = 'acme'", "two-memory-tables"),
    ("[agents.triage.preview.slack]\ncode_ttl_minutes = 9007199254740993", "unsafe-integer"),
    ("[project]\nlobu = 'newest'", "bad-version"),
    ("[project]\nlobu = '>=0.1 <1'", "bad-version"),
    ("[project]\nversion = '1'", "unknown-key"),
    ("[project]\nlobu = 0.1", "wrong-type"),
    // What a target says otherwise.
    ("[targets.staging.agents.triage]\ndir = 'x'", "not-per-target"),
    ("[targets.staging.agents.triage]\ndescripton = 'x'", "unknown-key"),
    ("[targets.staging.agents.triage]\nname = ''", "empty-name"),
    ("[targets.staging.agents.triage]\nproviders = []", "not-per-target"),
    ("[targets.staging.agents.triage]\nplatforms = [{ config = {} }]", "missing-key"),
    ("[targets.staging]\nprotected = 1", "wrong-type"),
    ("[targets.staging.watchers.late]\nprompt = 'x'", "not-per-target"),
];

#[test]
fn mistakes_in_lobu_toml_are_refused_by_both() {
    let schema = &*LOBU_TOML_SCHEMA;
    assert!(schema.errors(&toml(AGENT).expect("TOML")).is_empty());
    for (mistake, code) in LOBU_TOML {
        let text = format!("{AGENT}{mistake}\n");
        let found = of_file(&found_in(lobu_toml_project(&text).path()), "lobu.toml");
        let is_found = found.iter().any(|found| found.code == *code && found.severity == Severity::Error);
        assert!(is_found, "{mistake}: {found:#?}");
        let document = toml(&text).unwrap_or_else(|| panic!("{mistake} is no TOML"));
        assert!(!schema.errors(&document).is_empty(), "the schema accepts\n{mistake}");
    }
    for text in ["", "[memory]\norg = 'acme'\n"] {
        assert!(!schema.errors(&toml(text).expect("TOML")).is_empty(), "a project without a table of agents");
    }
}

const WATCHER: &str = "type: watcher\nslug: a\nname: A\nagent: courier\nschedule: '@daily'\nprompt: P\n\
                       extraction_schema: {type: object, properties: {}}\n";

/// A document of a model file, and the code of the error.
const MODELS: &[(&str, &str)] = &[
    ("type: entityy\nslug: a\nname: A", "unknown-type"),
    ("type: 1\nslug: a\nname: A", "wrong-type"),
    ("slug: a\nname: A", "model-without-type"),
    ("- type: entity", "wrong-type"),
    ("text", "wrong-type"),
    ("type: entity\nname: A", "slug-missing"),
    ("type: entity\nslug: ' '\nname: A", "slug-missing"),
    ("type: entity\nslug: null\nname: A", "slug-missing"),
    ("type: entity\nslug: $member\nname: A", "system-slug"),
    ("type: entity\nslug: organization\nname: A", "reserved-slug"),
    ("type: relationship\nslug: \"a\\tb\"\nname: A", "bad-slug"),
    ("type: entity\nslug: a", "name-missing"),
    ("type: entity\nslug: a\nname: ''", "name-missing"),
    ("type: entity\nslug: a\nname: 1", "wrong-type"),
    ("type: entity\nversion: 3\nslug: a\nname: A", "unknown-version"),
    ("version: 1\nentities: []", "unknown-version"),
    ("entities: []", "unknown-version"),
    ("version: 2\nentities: {}", "wrong-type"),
    ("version: 2\nentities: [null]", "wrong-type"),
    ("version: 2\nentities: [{type: watcher, slug: a, name: A}]", "wrong-list"),
    ("version: 2\nrelationships: [{slug: a}]", "name-missing"),
    ("type: entity\nslug: a\nname: A\nmetadata_schema: []", "wrong-type"),
    ("type: entity\nslug: a\nname: A\nmetadata_schema: {properties: {a: {x-table-column: 1}}}", "table-column"),
    ("type: entity\nslug: a\nname: A\nmetadata_schema: {}\nproperties: {}", "two-schemas"),
    ("type: entity\nslug: a\nname: A\nevent_kinds: []", "wrong-type"),
    ("type: entity\nslug: a\nname: A\nevent_kinds: {' ': {}}", "event-kind"),
    ("type: relationship\nslug: a\nname: A\nstatus: old", "unknown-status"),
    ("type: relationship\nslug: a\nname: A\nis_symmetric: 'yes'", "wrong-type"),
    ("type: relationship\nslug: a\nname: A\ninverse_type_slug: ' '", "inverse-blank"),
    ("type: relationship\nslug: a\nname: A\nrules: [{source: b}]", "rule-end-missing"),
    ("type: relationship\nslug: a\nname: A\nrules: [{source: b, target: ''}]", "rule-end-missing"),
    ("type: relationship\nslug: a\nname: A\nauto_create_when: [{sourceNamespace: a}]", "condition-incomplete"),
    (
        "type: relationship\nslug: a\nname: A\nauto_create_when: [{sourceNamespace: '', targetField: b, assuranceRequired: \
         self_attested, matchStrategy: unique_only}]",
        "condition-length",
    ),
    (
        "type: relationship\nslug: a\nname: A\nauto_create_when: [{sourceNamespace: a, targetField: b, assuranceRequired: sure, \
         matchStrategy: unique_only}]",
        "condition-word",
    ),
    (
        "type: relationship\nslug: a\nname: A\nauto_create_when: [{sourceNamespace: a, targetField: b, assuranceRequired: \
         self_attested, matchStrategy: unique_only, note: x}]",
        "unknown-key",
    ),
];

/// What a watcher says in place of the line of the same key, or besides, and the code of the error.
const WATCHERS: &[(&str, &str)] = &[
    ("schedule: ''", "field-missing"),
    ("schedule: null", "field-missing"),
    ("prompt: 1", "wrong-type"),
    ("extraction_schema: {}", "field-missing"),
    ("extraction_schema: {type: object}", "schema-of-object"),
    ("extraction_schema: {type: array, properties: {}}", "schema-of-object"),
    ("entity_id: 0", "number-out-of-range"),
    ("condensation_window_count: 1", "number-out-of-range"),
    ("condensation_window_count: 2.5", "number-out-of-range"),
    ("min_cooldown_seconds: '1'", "wrong-type"),
    ("sources: [{name: a}]", "source-without-text"),
    ("sources: [{name: a, query: DELETE FROM events}]", "source-query"),
    ("sources: [{name: a, query: SELECT 1, limit: 1}]", "unknown-key"),
    ("json_template: '{\"a\": 1}'", "json-as-text"),
    ("keying_config: []", "wrong-type"),
    ("classifiers: [a]", "wrong-type"),
    ("tags: ops", "wrong-type"),
    ("targets: []", "no-target"),
    ("device_worker_id: 1234", "wrong-type"),
    ("device_worker_id: '1234'", "bad-uuid"),
    ("agent_kind: ' a'", "blank-text"),
    ("notification_channel: mail", "unknown-status"),
    ("reaction_script: ../late.ts", "bad-script-path"),
    ("reaction_script: late.js", "bad-script-path"),
];

#[test]
fn mistakes_in_model_files_are_refused_by_both() {
    let schema = &*MODELS_SCHEMA;
    assert_eq!(schema.errors(&yaml(WATCHER).expect("YAML")[0]), [""; 0]);
    let of_watcher = |line: &str| {
        let key = line.split(':').next().unwrap_or_default();
        let is_kept = |line: &&str| !line.starts_with(&format!("{key}:"));
        let kept: String = WATCHER.split_inclusive('\n').filter(is_kept).collect();
        format!("{kept}{line}")
    };
    let watchers = WATCHERS.iter().map(|(line, code)| (of_watcher(line), *code));
    for (text, code) in MODELS.iter().map(|(text, code)| ((*text).to_owned(), *code)).chain(watchers) {
        let found = of_file(&found_in(project_with("models/one.yaml", &text).path()), "models/one.yaml");
        let is_found = found.iter().any(|found| found.code == code && found.severity == Severity::Error);
        assert!(is_found, "{text}: {found:#?}");
        let documents = yaml(&text).unwrap_or_else(|| panic!("{text} is no YAML"));
        assert!(documents.iter().any(|document| !schema.errors(document).is_empty()), "the schema accepts\n{text}");
    }
}

/// Frontmatter, and the code of the error.
const SKILLS: &[(&str, &str)] = &[
    ("name: [a]", "wrong-type"),
    ("name: true", "wrong-type"),
    ("description: 1", "wrong-type"),
    ("nixPackages: jq", "wrong-type"),
    ("nixPackages: [1]", "wrong-type"),
    ("network: []", "wrong-type"),
    ("network: {allow: a.example}", "wrong-type"),
    ("network: {judge: [1]}", "wrong-type"),
    ("network: {judge: [{judge: reader}]}", "domain-missing"),
    ("judges: [a]", "wrong-type"),
    ("judges: {reader: 1}", "wrong-type"),
    ("mcpServers: []", "wrong-type"),
    ("mcpServers: {a: 1}", "wrong-type"),
    ("mcpServers: {a: {args: x}}", "wrong-type"),
];

#[test]
fn mistakes_in_frontmatter_are_refused_by_both() {
    let schema = &*SKILL_SCHEMA;
    for (frontmatter_text, code) in SKILLS {
        let text = format!("---\n{frontmatter_text}\n---\nText\n");
        let found = of_file(&found_in(project_with("skills/one/SKILL.md", &text).path()), "skills/one/SKILL.md");
        let is_found = found.iter().any(|found| found.code == *code && found.severity == Severity::Error);
        assert!(is_found, "{text}: {found:#?}");
        let document = frontmatter(&text).unwrap_or_else(|| panic!("{text} has no frontmatter"));
        assert!(!schema.errors(&document).is_empty(), "the schema accepts\n{text}");
    }
}
