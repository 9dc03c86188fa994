//! What a hostile or broken org has: nothing is written outside the project, and what can be no file is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::support::env::CommandOutput;
use crate::support::existing_server::{Fault, Options};
use crate::support::site::Site;
use crate::support::terminal::flat;

/// The names of a directory tree: what each is, and when it was written. Links are not followed.
pub(super) type Tree = BTreeMap<String, (String, SystemTime)>;

pub(super) fn tree(root: &Path) -> Tree {
    let mut found = Tree::new();
    collect(root, root, &mut found);
    found
}

fn collect(root: &Path, directory: &Path, found: &mut Tree) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let metadata = path.symlink_metadata().expect("it is there");
        let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
        let content = if metadata.is_symlink() {
            format!("-> {}", path.read_link().expect("a link").display())
        } else if metadata.is_dir() {
            collect(root, &path, found);
            "a directory".to_owned()
        } else {
            String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned()
        };
        found.insert(name, (content, metadata.modified().expect("a time")));
    }
}

/// A double of the existing server that a test fills with what no client would send, and an empty directory to pull into.
pub(super) struct Hostile {
    pub(super) site: Site,
}

impl Hostile {
    pub(super) fn new(options: Options) -> Self {
        let mut site = Site::project(options, "");
        fs::remove_file(site.env.project().join("lobu.toml")).expect("an empty directory");
        fs::write(site.env.home().join("x"), "outside").expect("a file outside");
        let temporary = site.env.home().join("tmp");
        fs::create_dir(&temporary).expect("a directory");
        site.env.env("TMPDIR", temporary.to_string_lossy());
        Self { site }
    }

    /// A server without a chat manager, with agent `triage`.
    pub(super) fn with_triage(settings: &Value) -> Self {
        let hostile = Self::new(Options::g1_without_manager());
        hostile.agent("triage", settings);
        hostile
    }

    /// Gives the org an agent with these settings, whatever they are.
    pub(super) fn agent(&self, id: &str, settings: &Value) {
        let mut state = self.site.server.state();
        state.add_agent("dev", id, "Triage", None);
        let agent = state.agents.last_mut().expect("it was added");
        agent.settings = settings.as_object().expect("an object").clone().into_iter().collect();
    }

    pub(super) fn platform(&self, id: &str, kind: &str, config: &Value) {
        self.site.server.state().add_platform("dev", "triage", id, kind, config);
    }

    /// What is on this machine besides the project.
    pub(super) fn outside(&self) -> Tree {
        let mut found = tree(&self.site.env.path().canonicalize().expect("it is there"));
        found.retain(|name, _| !Path::new(name).starts_with("project"));
        found
    }

    /// Runs the binary; everything outside the project stays as it is, and nothing steers the terminal.
    #[track_caller]
    pub(super) fn run(&self, arguments: &[&str]) -> CommandOutput {
        let before = self.outside();
        let output = self.site.run(arguments);
        assert_eq!(self.outside(), before, "{output}");
        let steers =
            |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!output.everything().contains(steers), "{output}");
        output
    }

    /// Takes everything of the org into the project.
    pub(super) fn pull(&self, more: &[&str]) -> CommandOutput {
        self.run(&[&["pull", "--all", "--force"], more].concat())
    }

    /// The files of the project with their texts.
    pub(super) fn written(&self) -> BTreeMap<String, String> {
        let is_file = |(_, (text, _)): &(String, (String, SystemTime))| text != "a directory";
        tree(&self.site.env.project()).into_iter().filter(is_file).map(|(name, (text, _))| (name, text)).collect()
    }

    /// What was written is a project, and says what the org has.
    #[track_caller]
    pub(super) fn expect_settled(&self) {
        self.site.env.lobu(["validate"]).expect_code(0);
        let plan = self.run(&["plan"]);
        assert!(plan.expect_code(0).stdout.contains("Nothing to apply"), "{plan}");
        let before = tree(&self.site.env.project());
        let again = self.pull(&[]);
        let nothing = ["Nothing to pull.", "Nothing that can be written."];
        assert!(nothing.into_iter().any(|text| again.stdout.contains(text)), "{again}");
        assert_eq!(tree(&self.site.env.project()), before);
    }
}

/// A pull that writes nothing at all.
#[track_caller]
pub(super) fn expect_nothing_written(hostile: &Hostile, arguments: &[&str], code: i32) -> CommandOutput {
    let before = tree(&hostile.site.env.project());
    let output = hostile.run(arguments);
    output.expect_code(code);
    assert_eq!(tree(&hostile.site.env.project()), before, "{output}");
    output
}

fn skill(name: &str) -> Value {
    let body = format!("Body of {}.", name.len());
    json!({"repo": format!("local/{name}"), "name": name, "description": "", "enabled": true, "content": body})
}

fn with_skills(names: &[&str]) -> Value {
    json!({"skillsConfig": {"skills": names.iter().map(|name| skill(name)).collect::<Vec<_>>()}})
}

/// Names that are no file names, or mean something else somewhere.
const NAMES: [&str; 15] = [
    "../../etc/x",
    "../../../home/x",
    "/etc/passwd",
    "..",
    ".",
    ".hidden",
    "a/b",
    "a\\b",
    "C:x",
    "CON",
    "nul.txt",
    " x",
    "a\nb",
    "a\u{1b}[31mb",
    "a\u{202e}b",
];

fn is_plain_name(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    starts && name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || "._ -".contains(c))
}

#[test]
fn names_of_skills_are_no_paths() {
    let hostile = Hostile::with_triage(&with_skills(&[&NAMES[..], &["fine"]].concat()));
    let output = hostile.pull(&[]);
    output.expect_code(0);
    let written = hostile.written();
    let skills: Vec<&str> = written.keys().filter_map(|path| path.strip_prefix("agents/triage/skills/")).collect();
    assert_eq!((skills.len(), written.len()), (NAMES.len() + 1, NAMES.len() + 2), "{written:?}");
    let made_up = |path: &&&str| path.strip_suffix("/SKILL.md").is_some_and(|name| name.starts_with("unnamed-"));
    assert_eq!(skills.iter().filter(made_up).count(), NAMES.len(), "{skills:?}");
    assert!(skills.iter().all(|path| is_plain_name(path.trim_end_matches("/SKILL.md"))), "{skills:?}");
    assert_eq!(
        output.stdout.matches("its name is not a valid file name, or is taken").count(),
        NAMES.len(),
        "{output}"
    );
    hostile.expect_settled();
}

#[test]
fn names_of_types_are_no_paths() {
    let hostile = Hostile::with_triage(&json!({}));
    for slug in NAMES.into_iter().chain(["con", "fine"]) {
        let mut state = hostile.site.server.state();
        state.add_entity_type("dev", slug, "Nasty\u{202e}\u{7}", Some("a\u{1b}[2Jb"));
        state.add_relationship_type("dev", slug, "Nasty\u{202e}\u{7}");
    }
    let output = hostile.pull(&["--full"]);
    output.expect_code(0);
    let written = hostile.written();
    let files: Vec<&str> = written.keys().filter_map(|path| path.strip_prefix("models/")).collect();
    assert!(files.iter().all(|path| is_plain_name(path.trim_end_matches(".yaml"))), "{files:?}");
    // The two entity types `con` and `fine`; relationship types keep what is no control character.
    assert_eq!(files.len(), 2 + NAMES.len() - 2 + 2, "{files:?}");
    assert_eq!(written.len(), files.len() + 1, "{written:?}");
    assert!(!written.values().any(|text| text.contains(['\u{202e}', '\u{7}', '\u{1b}'])), "{written:?}");
    for told in [
        "entity-type ../../etc/x slug: its slug would be read as a different one",
        "its slug is not valid in model files",
    ] {
        assert!(output.stdout.contains(told), "{told}: {output}");
    }
    hostile.expect_settled();
}

#[test]
fn names_that_differ_in_case_only_get_different_files() {
    let hostile = Hostile::with_triage(&with_skills(&["Ops", "oPS", "ops.md"]));
    for slug in ["Ops", "oPS"] {
        hostile.site.server.state().add_relationship_type("dev", slug, "Ops");
    }
    hostile.pull(&[]).expect_code(0);
    let folded: std::collections::BTreeSet<String> = hostile.written().keys().map(|path| path.to_lowercase()).collect();
    assert_eq!(folded.len(), hostile.written().len());
    assert_eq!(hostile.written().len(), 6);
    hostile.expect_settled();
}

#[test]
fn ids_of_agents_are_no_paths() {
    for id in ["../../etc/x", "..%2f..%2fx", "/etc/x", "CON", "con.txt", "Triage", "a\u{202e}bc"] {
        let hostile = Hostile::new(Options::g1_without_manager());
        hostile.agent(id, &json!({"soulMd": "Hostile."}));
        hostile.agent("fine", &json!({"soulMd": "Fine."}));
        // A server that answers whatever was asked.
        let settings = json!({"soulMd": "Hostile.", "updatedAt": 1});
        hostile.site.server.fail_every(|request| is_of_other(&request.path, "config"), Fault::json(200, &settings));
        let platforms = json!({"platforms": []});
        hostile.site.server.fail_every(|request| is_of_other(&request.path, "platforms"), Fault::json(200, &platforms));
        let output = hostile.pull(&[]);
        output.expect_code(0);
        let files = hostile.written();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["agents/fine/SOUL.md", "lobu.toml"], "{id}: {output}");
        assert!(output.stdout.contains("its id is not valid in lobu.toml"), "{id}: {output}");
        let paths = hostile.site.server.requests();
        assert!(paths.iter().all(|request| !request.path.contains("/../")), "{id}");
    }
}

fn is_of_other(path: &str, end: &str) -> bool {
    path.starts_with("/api/dev/agents/") && path.ends_with(end) && !path.contains("/fine/")
}

#[test]
fn a_name_of_a_megabyte_is_told_in_few_words() {
    let long = "x".repeat(1 << 20);
    let hostile = Hostile::with_triage(&with_skills(&[&long, "fine"]));
    hostile.site.server.state().add_relationship_type("dev", &"x".repeat(128), "Long");
    let output = hostile.pull(&[]);
    output.expect_code(0);
    assert!(flat(&output.stdout).contains("its file would be larger than the limit of 1 MiB"), "{output}");
    assert!(output.everything().len() < 20_000, "{}", output.everything().len());
    let files = hostile.written();
    assert!(files.contains_key("agents/triage/skills/fine/SKILL.md"), "{:?}", files.keys());
    hostile.expect_settled();
}

#[test]
fn what_steers_a_terminal_is_escaped_or_told() {
    let nasty = "a\u{1b}[31mb\u{202e}c\u{1}d\u{85}e";
    let hostile = Hostile::with_triage(&json!({
        "soulMd": nasty,
        "networkConfig": {"allowedDomains": [nasty]},
        "egressConfig": {"extraPolicy": nasty},
        "skillsConfig": {"skills": [{"repo": "local/s", "name": "s", "description": nasty, "content": nasty}]},
        "mcpServers": {nasty: {"url": "https://x.example", "args": [nasty]}},
    }));
    hostile.platform("triage-slack", "slack", &json!({"teamId": nasty, nasty: nasty}));
    for arguments in [&["pull", "--all", "--dry-run"][..], &["pull", "--all", "--dry-run", "--json"]] {
        hostile.run(&[arguments, &["--full"]].concat());
    }
    let output = hostile.pull(&["--full"]);
    for file in ["agents/triage/SOUL.md", "agents/triage/skills/s/SKILL.md"] {
        assert!(
            output.stdout.contains(&format!("note: {file} gets control or invisible characters")),
            "{file}: {output}"
        );
    }
    let written = hostile.written();
    assert_eq!(written.get("agents/triage/SOUL.md").map(String::as_str), Some(&*format!("{nasty}\n")));
    let toml = written.get("lobu.toml").expect("it is there");
    assert!(!toml.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{toml}");
    let head = written.get("agents/triage/skills/s/SKILL.md").and_then(|text| text.rsplit_once("---"));
    assert!(head.is_some_and(|(head, _)| !head.contains(['\u{1b}', '\u{202e}'])), "{written:?}");
    hostile.run(&["drift"]).expect_code(0);
    hostile.expect_settled();
}

#[test]
fn a_config_value_that_is_no_text_is_told_and_left_out() {
    let hostile = Hostile::with_triage(&json!({}));
    hostile.platform("triage-telegram", "telegram", &json!({"chatId": 5, "list": ["a"], "map": {}, "ok": "fine"}));
    let output = hostile.pull(&[]);
    output.expect_code(0);
    for told in ["config.chatId: it is a number", "config.list: it is a list"] {
        assert!(output.stdout.contains(&format!("platform triage/triage-telegram {told}")), "{output}");
    }
    let toml = hostile.site.env.read("lobu.toml");
    assert!(toml.contains("ok = \"fine\"") && !toml.contains("chatId"), "{toml}");
    hostile.expect_settled();
}

#[test]
fn platforms_whose_ids_derive_from_nothing_keep_their_ids() {
    let hostile = Hostile::with_triage(&json!({}));
    let ids = ["triage-slack-ops", "triage-slack-Ops", "triage-slack--ops", "../../x", "a b"];
    for id in ids {
        hostile.platform(id, "slack", &json!({"teamId": id}));
    }
    for (id, kind) in [("irc", "irc"), ("odd", "../x")] {
        hostile.platform(id, kind, &json!({}));
    }
    let output = hostile.pull(&[]);
    output.expect_code(0);
    let toml = hostile.site.env.read("lobu.toml");
    for line in ["name = \"ops\"", "id = \"triage-slack-Ops\"", "id = \"triage-slack--ops\""] {
        assert!(toml.contains(line), "{line}: {toml}");
    }
    assert_eq!(toml.matches("[[agents.triage.platforms]]").count(), 3, "{toml}");
    assert_eq!(output.stdout.matches("its id is not valid in lobu.toml").count(), 2, "{output}");
    assert_eq!(output.stdout.matches("lobu.toml does not support its platform type").count(), 2, "{output}");
    hostile.expect_settled();
}

type Edit<'edit> = &'edit dyn Fn(&Hostile);

#[test]
fn a_list_that_names_one_thing_twice_is_refused() {
    let twice: [(&str, Edit<'_>); 4] = [
        ("agents[1].agentId", &|hostile| hostile.agent("triage", &json!({"soulMd": "Another."}))),
        ("platforms[1].id", &|hostile| {
            (0..2).for_each(|_| hostile.platform("triage-slack", "slack", &json!({"teamId": "T"})));
        }),
        ("entity_types[1].slug", &|hostile| {
            (0..2).for_each(|_| hostile.site.server.state().add_entity_type("dev", "twice", "Twice", None));
        }),
        ("relationship_types[1].slug", &|hostile| {
            (0..2).for_each(|_| hostile.site.server.state().add_relationship_type("dev", "twice", "Twice"));
        }),
    ];
    for (place, add) in twice {
        let hostile = Hostile::with_triage(&json!({}));
        add(&hostile);
        let output = expect_nothing_written(&hostile, &["pull", "--all", "--force"], 3);
        assert!(
            flat(&output.stderr).contains(&format!("`{place}` should be listed once and is listed twice")),
            "{output}"
        );
    }
}

#[test]
fn a_skill_that_an_agent_has_twice_is_told() {
    let hostile = Hostile::with_triage(&with_skills(&["twice", "twice", "fine"]));
    let output = hostile.pull(&[]);
    assert!(output.stdout.contains("the org has skill twice of agent triage more than once"), "{output}");
    output.expect_code(0);
    hostile.expect_settled();
}

#[test]
fn an_agent_of_which_no_file_can_say_all_is_left_out() {
    let openai = json!({"providerId": "openai"});
    let hostile = Hostile::with_triage(&json!({"installedProviders": [openai, openai]}));
    hostile.agent("fine", &json!({"soulMd": "Fine."}));
    let output = hostile.pull(&[]);
    output.expect_code(6);
    let told = "! agent triage: lobu.toml would be refused: duplicate provider `openai`";
    assert!(output.stdout.contains(told), "{output}");
    assert_eq!(hostile.written().keys().collect::<Vec<_>>(), ["agents/fine/SOUL.md", "lobu.toml"]);
}
