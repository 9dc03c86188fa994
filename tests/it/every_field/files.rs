use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use lobu::desired::DesiredState;
use lobu::schema::kinds::{AGENT, PLATFORM, SETTINGS, WATCHER};
use lobu::schema::{ALL, Kind, ModelFiles};
use tempfile::TempDir;

use super::place::{Place, script};
use crate::support::project::desired_of;

/// Types that others can speak of.
const OTHERS: &str = "version: 2
entities:
  - {slug: a, name: A}
  - {slug: b, name: B}
relationships:
  - {slug: knows, name: Knows}
  - {slug: likes, name: Likes}
";

/// A project that says something at one place, and else only what must stand beside that.
pub(super) struct Files {
    directory: TempDir,
    /// The file that has the place.
    file: String,
}

impl Files {
    /// The project with a text at a place, as JSON has it; none for nothing.
    pub(super) fn with(place: &Place, text: Option<&str>) -> Self {
        let said = text.map(|text| (place.file, text));
        let (kind, mut lobu_toml) = (place.kind, toml(said.filter(|_| place.kind == AGENT)));
        let is_prompt = ALL.prompts().any(|prompt| prompt.file == place.file);
        let (file, text) = match kind.model_files {
            Some(of_files) => ("models/one.yaml".to_owned(), model(kind, of_files, said)),
            None if place.file.contains("SKILL.md") => ("agents/triage/skills/one/SKILL.md".to_owned(), skill(said)),
            None if is_prompt => (format!("agents/triage/{}", place.file), text.map(plain).unwrap_or_default()),
            None => ("lobu.toml".to_owned(), String::new()),
        };
        if kind == PLATFORM {
            lobu_toml.push_str(&platform(said));
        } else if kind == SETTINGS && file == "lobu.toml" {
            lobu_toml.push_str(&settings(place.file, said.map(|(_, text)| text)));
        }
        let files = Self { directory: tempfile::tempdir().expect("a directory"), file };
        files.write("models/others.yaml", OTHERS);
        for name in ["one", "other"] {
            files.write(&format!("models/reactions/{name}.ts"), &script(name));
        }
        // Another agent, so that a watcher can have either.
        files.write("agents/desk/SOUL.md", "");
        lobu_toml.push_str("\n[agents.desk]\ndir = \"./agents/desk\"\nname = \"Desk\"\n");
        files.write("lobu.toml", &format!("{lobu_toml}\n[memory]\nenabled = true\norg = \"dev\"\n"));
        if files.file != "lobu.toml" && !(is_prompt && said.is_none()) {
            files.write(&files.file, &text);
        }
        files
    }

    /// The text of the file that has the place; empty where it is not there.
    pub(super) fn text(&self) -> String {
        fs::read_to_string(self.path().join(&self.file)).unwrap_or_default()
    }

    /// The text of a file of the project.
    pub(super) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("a file")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.directory.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// What they declare.
    #[track_caller]
    pub(super) fn desired(&self) -> DesiredState {
        desired_of(self.path())
    }
}

/// Keys with what they are, one of them otherwise than by default.
fn keys<const N: usize>(defaults: [(&str, &str); N], said: Option<(&str, &str)>, between: &str) -> String {
    let mut keys: Vec<(&str, &str)> =
        defaults.into_iter().filter(|(key, _)| said.is_none_or(|(own, _)| own != *key)).collect();
    keys.extend(said);
    keys.iter().fold(String::new(), |mut lines, (key, text)| {
        writeln!(lines, "{key}{between}{text}").expect("a text takes all");
        lines
    })
}

/// What a text is without its quotes.
fn plain(text: &str) -> String {
    serde_json::from_str(text).expect("a text")
}

fn toml(said: Option<(&str, &str)>) -> String {
    let keys = keys([("dir", "\"./agents/triage\""), ("name", "\"Triage\"")], said, " = ");
    format!("[agents.triage]\n{keys}")
}

fn platform(said: Option<(&str, &str)>) -> String {
    let entry = said.filter(|(key, _)| *key == "config").map(|(_, text)| format!("{{ one = {text} }}"));
    let said = said.map(|(key, text)| (key, entry.as_deref().unwrap_or(text)));
    let keys = keys([("id", "\"own\""), ("type", "\"telegram\""), ("config", "{}")], said, " = ");
    format!("\n[[agents.triage.platforms]]\n{keys}")
}

fn settings(file: &str, text: Option<&str>) -> String {
    if let Some(key) = file.strip_prefix("providers[].") {
        let keys = keys([("id", "\"one\"")], text.map(|text| (key, text)), " = ");
        return format!("\n[[agents.triage.providers]]\n{keys}");
    }
    let place = ["<id>", "<name>", "<NAME>"].iter().fold(file.to_owned(), |place, free| place.replace(free, "one"));
    let Some((table, key)) = place.rsplit_once('.') else {
        return keys([], text.map(|text| (place.as_str(), text)), " = ");
    };
    let own = keys([], text.map(|text| (key, text)), " = ");
    let url = |key: &str| format!("{key} = \"https://one.example\"\n");
    let (outer, needed) = match table.strip_prefix("skills.mcp.one") {
        None => (String::new(), String::new()),
        Some("") if matches!(key, "url" | "command") => (String::new(), String::new()),
        Some("") if key == "args" => (String::new(), "command = \"run\"\n".to_owned()),
        Some("") => (String::new(), url("url")),
        Some(inner) => {
            let urls = ["auth_url", "token_url"].iter().filter(|other| inner == ".oauth" && **other != key);
            (format!("\n[agents.triage.skills.mcp.one]\n{}", url("url")), urls.map(|key| url(key)).collect())
        }
    };
    format!("{outer}\n[agents.triage.{table}]\n{needed}{own}")
}

fn skill(said: Option<(&str, &str)>) -> String {
    let (frontmatter, body) = match said {
        Some((file, text)) => match file.strip_prefix("skills/<name>/SKILL.md: ") {
            Some(place) => (nested(place, text), "Text".to_owned()),
            None => (String::new(), plain(text)),
        },
        None => (String::new(), "Text".to_owned()),
    };
    format!("---\nname: one\n{frontmatter}---\n{body}\n")
}

/// A line of YAML that says something at a place.
fn nested(place: &str, text: &str) -> String {
    let place = place.replace("<name>", "one");
    match place.split_once('.') {
        Some((outer, key)) => format!("{outer}: {{{key}: {text}}}\n"),
        None => format!("{place}: {text}\n"),
    }
}

fn model(kind: Kind, files: &ModelFiles, said: Option<(&str, &str)>) -> String {
    let schema = "{\"type\":\"object\",\"properties\":{}}";
    let of_watchers =
        [("agent", "triage"), ("schedule", "'@daily'"), ("prompt", "Look"), ("extraction_schema", schema)];
    let needed = if kind == WATCHER { keys(of_watchers, None, ": ") } else { String::new() };
    let is_said = |line: &&str| said.is_none_or(|(key, _)| !line.starts_with(&format!("{key}:")));
    let needed: String = needed.lines().filter(is_said).flat_map(|line| [line, "\n"]).collect();
    let keys = needed + &keys([("slug", "one"), ("name", "\"One\"")], said, ": ");
    let lines = keys.trim_end().replace('\n', "\n    ");
    format!("version: 2\n{}:\n  - {lines}\n", files.list)
}
