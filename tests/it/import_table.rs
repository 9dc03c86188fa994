//! The import edges, as tables: who may import whom, and who may name which library.
//!
//! A table is as tight as the code is: an edge that nothing uses any more fails too. A new edge is a change of the design.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of `src`, and the modules that it may import.
pub(crate) const MODULES: &[(&str, &[&str])] = &[
    // Of `env` only the proxies and where the files lie; of `org` the client by which a login is made and proven; of `schema`
    // only that there are agents, whose list proves it.
    ("accounts", &["clock", "env", "fault", "files", "http", "model", "org", "schema", "secrets", "wire"]),
    ("cli", &["clock", "commands", "env", "error", "model", "render", "ui"]),
    ("clock", &["fault"]),
    (
        "commands",
        &[
            "accounts", "clock", "desired", "doctor", "env", "error", "execute", "explain", "fault", "http", "init",
            "model", "org", "plan", "project", "pull", "push", "render", "schema", "secrets", "server", "show",
            "target", "ui", "wire",
        ],
    ),
    ("desired", &["model", "project", "schema"]),
    // It looks at whatever a command needs, and so at nearly everything below the commands.
    (
        "doctor",
        &[
            "accounts", "clock", "desired", "env", "http", "model", "org", "project", "schema", "secrets", "server",
            "target",
        ],
    ),
    // Texts in, edits out: what a field means is known to those who ask for a change.
    ("edit", &["model"]),
    // The environment hands out values as secrets, and secrets look names up in it: one concern in two files.
    ("env", &["model", "secrets"]),
    ("error", &[]),
    ("execute", &["model", "org", "plan", "schema"]),
    // The keys of project files as texts and schemas. Of `edit` only the readers of examples; of `project` what its readers know.
    ("explain", &["edit", "project", "schema"]),
    ("fault", &["env"]),
    ("files", &[]),
    // Below orgs and logins, which both send what they have to say by it. Of `env` only the proxies; of `model` what has the
    // shape of a credential.
    ("http", &["clock", "env", "model", "secrets", "wire"]),
    // Texts of new projects. Of `project` only the directory of a template; of `schema` only what platforms have.
    ("init", &["model", "project", "schema"]),
    ("lib", &[]),
    ("main", &[]),
    ("model", &[]),
    // Of `env` only the proxies.
    ("org", &["env", "http", "model", "schema", "secrets", "wire"]),
    ("plan", &["desired", "model", "org", "schema"]),
    ("project", &["edit", "fault", "files", "model", "schema"]),
    // The way back: files and org as values, texts out. Of `project` what files say.
    ("pull", &["desired", "edit", "model", "org", "plan", "project", "schema"]),
    // A column of its own beside plan and execute: nothing of it is known to them.
    ("push", &["env", "model", "org", "secrets", "wire"]),
    // Of `org` only whether it has the secrets API and what became of secrets; of `secrets` only fingerprints.
    (
        "render",
        &[
            "doctor", "error", "execute", "explain", "model", "org", "plan", "pull", "push", "schema", "secrets",
            "show", "wire",
        ],
    ),
    // One floor above `model`: what a kind of resource is; every other module walks it.
    ("schema", &["model"]),
    // Of `project` only the reader of dotenv texts.
    ("secrets", &["env", "model", "project"]),
    // The server checks what it is sent by its own rules; of `model` it takes the one decision about what is sensitive.
    ("server", &["clock", "fault", "files", "model"]),
    // Of `edit` the trees of files, for the lines of what is said; of `org` what was read; of `plan` what selects resources.
    ("show", &["desired", "edit", "model", "org", "plan", "project", "schema"]),
    // Of `http` only which hosts are this machine; of `org` the client and whether it has the secrets API; of `project` what
    // lobu.toml pins; of `schema` only how secrets reach a server; of `server` the embedded org, started for as long as the
    // connection lives.
    ("target", &["accounts", "env", "files", "http", "model", "org", "project", "schema", "secrets", "server"]),
    ("ui", &["error", "render"]),
    // Of `schema` what the members of a resource look like.
    ("wire", &["model", "schema"]),
];

/// Each library of Cargo.toml, and the files or directories of `src` that may name it.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("aes_gcm", &["server/vault.rs"]),
    ("aho_corasick", &["model/sensitivity.rs"]),
    ("axum", &["server"]),
    ("base64", &["http/echo.rs", "secrets/plan_key.rs", "server/tokens.rs", "server/vault.rs"]),
    ("bytes", &["http/content.rs", "org/http/encode.rs", "org/http/secrets.rs"]),
    ("cap_std", &["accounts", "files", "project/directory"]),
    ("clap", &["cli", "commands", "target/flags.rs"]),
    ("clap_mangen", &["cli/man.rs"]),
    ("console", &["ui/terminal.rs", "ui/terminal_keyboard.rs"]),
    ("croner", &["model/cron.rs"]),
    ("dialoguer", &["ui/terminal_keyboard.rs"]),
    (
        "futures",
        &[
            "accounts/login/device.rs",
            "execute/read_back.rs",
            "execute/run.rs",
            "org/http/probe.rs",
            "org/http/read.rs",
            "org/read.rs",
        ],
    ),
    ("getrandom", &["http/retry.rs", "server/vault.rs"]),
    ("granit_parser", &["edit/yaml"]),
    ("handlebars", &["model/template.rs"]),
    ("hmac", &["secrets/fingerprint.rs", "secrets/plan_key.rs", "server/vault.rs"]),
    ("httpdate", &["http/head.rs", "http/retry.rs"]),
    ("icu_normalizer", &["render/apart.rs"]),
    ("ignore", &["project/git.rs"]),
    ("indicatif", &["ui/progress.rs", "ui/terminal.rs"]),
    ("jiff", &["model/cron.rs", "render/secrets", "server/clock.rs"]),
    ("jsonschema", &["project/schema_check.rs", "server/json_schema.rs"]),
    ("keyring", &["accounts/os_keyring/system.rs"]),
    ("psl", &["model/host_reach.rs"]),
    ("reqwest", &["http"]),
    ("rusqlite", &["server"]),
    (
        "rustix",
        &[
            "accounts/directory.rs",
            "cli/logs.rs",
            "commands/latest_log.rs",
            "files/nameless.rs",
            "project/directory/open.rs",
            "project/directory/secret_file.rs",
            "project/directory/write.rs",
            "secrets/memory.rs",
            "server/files.rs",
            "target/secrets_api_record.rs",
            "ui/terminal_keyboard.rs",
        ],
    ),
    ("rustls", &["http/connections.rs", "http/failure.rs"]),
    ("schemars", &["render/json"]),
    ("semver", &["project/config/needed_version.rs"]),
    (
        "serde",
        &[
            "http/trace.rs",
            "model/unique_json.rs",
            "render/json",
            "secrets/json.rs",
            "secrets/json_source.rs",
            "target/secrets_api_record.rs",
        ],
    ),
    (
        "serde_json",
        &[
            "accounts/login/device.rs",
            "accounts/login/whoami.rs",
            "explain",
            "http",
            "model/unique_json.rs",
            "model/wiped_json.rs",
            "org/classify.rs",
            "org/http",
            "project/schema_check.rs",
            "project/yaml_values.rs",
            "render/json",
            "schema/record.rs",
            "secrets/json.rs",
            "secrets/json_source.rs",
            "server",
            "target/secrets_api_record.rs",
            "wire",
        ],
    ),
    (
        "sha2",
        &[
            "plan/identity.rs",
            "project/mark.rs",
            "pull/file_names.rs",
            "pull/secret_names.rs",
            "secrets/fingerprint.rs",
            "secrets/plan_key.rs",
            "server",
        ],
    ),
    ("similar", &["edit/align.rs", "render/prose_diff.rs"]),
    ("strsim", &["project/suggest.rs"]),
    (
        "tempfile",
        &[
            "commands/dev.rs",
            "commands/init",
            "commands/pull/source.rs",
            "server/embedded.rs",
            "server/files.rs",
            "target/secrets_api_record.rs",
        ],
    ),
    (
        "thiserror",
        &[
            "accounts",
            "doctor",
            "edit/yaml",
            "execute/report.rs",
            "http",
            "init",
            "model",
            "org",
            "plan",
            "project",
            "pull/writable_rows.rs",
            "push",
            "secrets",
            "server",
            "target",
            "ui/terminal.rs",
            "wire",
        ],
    ),
    (
        "tokio",
        &[
            "accounts/new_login.rs",
            "accounts/os_keyring/logins.rs",
            "accounts/store.rs",
            "cli/run.rs",
            "commands",
            "doctor/gather/server.rs",
            "http",
            "org/http/client.rs",
            "server",
            "ui/signals.rs",
        ],
    ),
    ("toml_edit", &["edit/toml", "init/blueprint.rs", "project/config"]),
    ("toml_parser", &["edit/toml", "project/config/source.rs"]),
    ("tracing", &["http/trace.rs", "server/refusal.rs", "ui/log.rs"]),
    ("tracing_subscriber", &["ui/log.rs"]),
    ("unicode_width", &["render/text_safety.rs"]),
    ("url", &["accounts", "http", "model/host_reach.rs", "org/http/client.rs", "target"]),
    ("wildmatch", &["plan/selection.rs"]),
    (
        "zeroize",
        &[
            "accounts",
            "commands/secrets",
            "commands/token_input.rs",
            "http",
            "model/wiped_json.rs",
            "org/http/secrets.rs",
            "project/directory/handle.rs",
            "project/dotenv",
            "secrets",
            "server",
            "ui/prompt.rs",
            "ui/terminal.rs",
            "ui/terminal_keyboard.rs",
        ],
    ),
];

/// Words of code that only these may say.
const WORDS: &[(&str, &[&str])] = &[
    // Everything that is read from the environment is read once.
    ("std::env", &["env.rs", "main.rs"]),
    // Only what compares the times of files asks the system elsewhere: those are of its clock too.
    ("SystemTime::now", &["clock.rs", "files/leftovers.rs", "server/embedded.rs"]),
    // A write from a plan or a dry run does not compile.
    ("OrgWrite", &["execute", "org"]),
    ("ApprovedPlan", &["commands/apply.rs", "commands/planning/execution.rs", "execute"]),
    // A dry run of a push has no writer.
    ("SecretsWrite", &["org", "push/delete.rs", "push/run.rs"]),
    ("ProviderKeysWrite", &["org", "push/provider_keys.rs"]),
    // A secret's text is seen by what writes requests and by what keeps logins, and by nothing else.
    (
        "expose::expose",
        &[
            "accounts/login_entry.rs",
            "commands/token.rs",
            "http/connections.rs",
            "http/content.rs",
            "http/echo.rs",
            "org/http/encode.rs",
            "org/http/secrets.rs",
        ],
    ),
    // What a JSON tree of secrets holds is seen where logins are kept.
    ("secrets::json", &["accounts"]),
    // A token of the embedded org: shown where it is made, and to the client in the same process.
    ("expose()", &["server/bootstrap.rs", "target/connection.rs"]),
    // Only `ui` has the streams.
    ("stdout()", &["ui"]),
    ("stderr()", &["ui"]),
    ("print!", &[]),
    ("println!", &[]),
    ("eprint!", &[]),
    ("eprintln!", &[]),
    ("dbg!", &[]),
    // serde is told every member by name: these two lose the place of an error and take what nobody expects.
    ("untagged", &[]),
    ("process::exit", &[]),
];

/// What a module without input, output, clock and concurrency does not say.
const IMPURE: &[&str] =
    &["async", "await", "std::fs", "std::io", "std::net", "std::process", "std::thread", "std::time", "tokio"];

/// The modules whose results depend on their arguments only.
const PURE: &[&str] = &[
    "desired",
    "doctor/checks",
    "doctor/finding.rs",
    "doctor/report.rs",
    "edit",
    "error.rs",
    "explain",
    "model",
    "plan",
    "pull",
    "render",
    "show",
    "wire",
];

/// A source file without comments and tests.
struct Source {
    /// The path below `src`.
    path: PathBuf,
    code: String,
}

impl Source {
    /// The module that the file belongs to.
    fn module(&self) -> String {
        let first = self.path.components().next().expect("a file has a name");
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
    }

    fn is_in(&self, place: &str) -> bool {
        self.path.starts_with(place)
    }
}

#[track_caller]
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 100, "the sources were found");
    found
}

fn collect(root: &Path, directory: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).expect("src can be read") {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).expect("a source is UTF-8");
            let path = path.strip_prefix(root).expect("it is below src").to_owned();
            found.push(Source { path, code: without_tests(&text) });
        }
    }
}

/// The code without comments, and without items for tests only: rustfmt ends those with a line at their own indentation.
fn without_tests(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let bare = line.trim_start();
        if bare.starts_with("#[cfg(test)]") {
            let indent = line.len() - bare.len();
            let end = format!("{}}}", " ".repeat(indent));
            let first = lines.by_ref().find(|line| !line.trim_start().starts_with("#[")).unwrap_or_default();
            if first.trim_end().ends_with('{') {
                lines.by_ref().find(|line| *line == end);
            }
        } else if !bare.starts_with("//") {
            code.push_str(bare.split(" // ").next().unwrap_or_default());
            code.push('\n');
        }
    }
    code
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows each mention of a text that does not begin in the middle of a name or a path.
fn after<'code>(code: &'code str, text: &'static str) -> impl Iterator<Item = &'code str> {
    code.match_indices(text).filter_map(move |(at, _)| {
        let (before, rest) = code.split_at(at);
        let starts = !before.chars().next_back().is_some_and(is_word) && !before.ends_with("::");
        starts.then(|| rest.trim_start_matches(text))
    })
}

fn says(code: &str, word: &'static str) -> bool {
    // A path may lead to a word, such as that to a trait; it may not lead to a library of the same name.
    code.match_indices(word).any(|(at, _)| {
        let (before, rest) = code.split_at(at);
        let ends = !rest.chars().nth(word.chars().count()).is_some_and(is_word) || word.ends_with("()");
        !before.chars().next_back().is_some_and(is_word) && ends
    })
}

fn names_library(code: &str, library: &'static str) -> bool {
    after(code, library).any(|rest| rest.starts_with("::") || (rest.starts_with(';') && code.contains("use ")))
}

/// Checks that each text is used at the allowed places, and at each of them.
#[track_caller]
fn hold(what: &str, table: &[(&'static str, &[&str])], is_used: impl Fn(&str, &'static str) -> bool) {
    let sources = sources();
    let mut wrong = Vec::new();
    for (text, places) in table {
        let users: Vec<&Source> = sources.iter().filter(|source| is_used(&source.code, text)).collect();
        for user in &users {
            if !places.iter().any(|place| user.is_in(place)) {
                wrong.push(format!("{} {what} `{text}`, which the table does not allow", user.path.display()));
            }
        }
        for place in *places {
            if !users.iter().any(|user| user.is_in(place)) {
                wrong.push(format!("nothing in {place} {what} `{text}` any more: take it from the table"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_import_what_the_table_allows_and_nothing_less() {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let module = source.module();
        let imported = edges.entry(module.clone()).or_default();
        for rest in after(&source.code, "crate::") {
            let name: String = rest.chars().take_while(|c| is_word(*c)).collect();
            assert!(!name.is_empty(), "{}: imports from the crate one module at a time", source.path.display());
            if name != module {
                imported.insert(name);
            }
        }
    }
    let table: BTreeMap<String, BTreeSet<String>> = MODULES
        .iter()
        .map(|(module, imported)| ((*module).to_owned(), imported.iter().map(|name| (*name).to_owned()).collect()))
        .collect();
    assert_eq!(edges, table, "left: the code; right: the table");
}

#[test]
fn no_path_climbs_out_of_its_module() {
    for source in sources() {
        let mut depth = source.path.components().count();
        if source.path.file_name().is_some_and(|name| name == "mod.rs") {
            depth -= 1;
        }
        let climb = "super::".repeat(depth);
        assert!(!source.code.contains(&climb), "{}: name the module from the crate", source.path.display());
    }
}

#[test]
fn libraries_are_named_where_the_table_allows_and_nowhere_less() {
    hold("names", LIBRARIES, names_library);
}

#[test]
fn the_table_has_every_library_of_the_manifest() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("a manifest");
    let manifest: toml_edit::DocumentMut = manifest.parse().expect("a manifest");
    let dependencies = manifest["dependencies"].as_table_like().expect("a table of dependencies");
    let dependencies: Vec<String> = dependencies.iter().map(|(name, _)| name.replace('-', "_")).collect();
    let table: Vec<&str> = LIBRARIES.iter().map(|(library, _)| *library).collect();
    assert_eq!(dependencies, table, "left: Cargo.toml, in alphabetical order; right: the table");
}

#[test]
fn words_are_said_where_the_table_allows_and_nowhere_less() {
    hold("says", WORDS, says);
}

#[test]
fn pure_modules_have_no_input_output_clock_or_concurrency() {
    for source in sources().iter().filter(|source| PURE.iter().any(|place| source.is_in(place))) {
        for word in IMPURE {
            assert!(!says(&source.code, word), "{} says `{word}`", source.path.display());
        }
    }
}

#[test]
fn comments_and_tests_are_not_code() {
    let text = "use crate::a; // crate::b\n/// crate::c\n#[cfg(test)]\nmod tests {\n    use crate::d;\n}\nfn e() {}\n";
    assert_eq!(without_tests(text), "use crate::a;\nfn e() {}\n");
    assert!(names_library("use url::Url;", "url") && !names_library("use crate::url::Url;", "url"));
    assert!(says("a.expose()", "expose()") && says("org::OrgWrite;", "OrgWrite") && !says("println!", "print!"));
}

#[test]
#[ignore = "needs ../shared"]
fn no_files_import_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tool = root.join("../shared/tools/find-circles.py");
    let output = std::process::Command::new("python3").arg(tool).arg(root.join("src")).output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
