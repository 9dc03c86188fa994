//! The JSON of `lobu explain`, version 1.

use schemars::JsonSchema;
use serde::Serialize;

use crate::explain::{Absent, Element, Empty, Entry, Guide, ProjectFile, Prune, Servers};
use crate::schema::Effect;

use super::write::{FORMAT_VERSION, version, written};

/// `lobu explain --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExplainDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// The path that was asked for, as `keys` has it; null for all keys.
    pub path: Option<String>,
    /// The key that was asked for and those below it, depth first; without a path all keys, file by file.
    pub keys: Vec<ExplainedKey>,
}

/// A key of a project's files.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member of a document")]
pub struct ExplainedKey {
    /// The names that lead to it; `<…>` where a name is free, `[]` for an element of a list.
    pub path: String,
    /// The file that has it.
    pub file: FileKindWord,
    /// What it is for.
    pub description: String,
    /// What it holds, in words.
    #[serde(rename = "type")]
    pub holds: String,
    /// Whether it is a table, or a list of tables, with keys of its own.
    pub is_table: bool,
    /// The words that it may be; empty where it may be others.
    pub choices: Vec<&'static str>,
    /// The platform types that usually have it; empty where that does not depend on the type.
    pub platform_types: Vec<&'static str>,
    /// Whether its table must have it.
    pub is_required: bool,
    /// Whether a whole value `$NAME` is a reference to a secret.
    pub reads_references: bool,
    /// What counts where nothing is said; null where that is nothing.
    pub default: Option<&'static str>,
    /// What it means that a file does not have it.
    pub absent: AbsentWord,
    /// What an empty value means.
    pub empty: EmptyWord,
    /// The value that clears it, as the file writes it; null where none does.
    pub clears_with: Option<&'static str>,
    /// What becomes of an element that a file has no longer; null where it has no elements.
    pub removed_element: Option<ElementWord>,
    /// What `--prune` does where no file has it; null where that can't be.
    pub prune: Option<PruneWord>,
    /// Whether clearing it under `--yes` needs `--allow-clear`.
    pub is_guarded: bool,
    /// Whether it is set when its resource is created, and never changed.
    pub is_create_only: bool,
    /// Where a target of the project says it otherwise; null where it is the same in all targets.
    pub path_in_target: Option<String>,
    /// What becomes of it.
    pub effect: EffectWord,
    /// Which servers do something with it; null for what only this program uses.
    pub servers: Option<ServersThatTakeIt>,
    /// The kind of resource of which it is a field.
    pub kind: Option<&'static str>,
    /// Where the org keeps it, from its kind on.
    pub org_path: Option<String>,
    /// How a file says it.
    pub example: Option<ExampleText>,
}

/// The files of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum FileKindWord {
    #[serde(rename = "lobu.toml")]
    LobuToml,
    /// A Markdown file of an agent or a skill.
    #[serde(rename = "agent-directory")]
    AgentDirectory,
    /// The frontmatter of a `SKILL.md`.
    #[serde(rename = "skill")]
    Skill,
    #[serde(rename = "model")]
    Model,
}

/// What it means that a file does not have a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AbsentWord {
    Error,
    /// The org keeps what it has, which shows as drift.
    Kept,
    /// The value without the target counts.
    Shared,
    /// The only agent of the project is meant.
    OnlyAgent,
    /// The default counts.
    Default,
    /// Nothing is said.
    Nothing,
}

/// What an empty value of a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyWord {
    Error,
    /// It clears what the org has.
    Clears,
    /// A blank file clears what the org has.
    BlankFileClears,
    /// A blank file is no skill.
    LeftOut,
    /// The same as absent, or what the description says.
    Nothing,
    /// There is no empty value.
    None,
}

/// What becomes of an element that a file has no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ElementWord {
    /// It is taken out of the org, too.
    TakenOut,
    /// It stays in the org, as drift.
    Stays,
}

/// What `--prune` does where no file has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PruneWord {
    Removes,
    /// It removes it on servers that remove single keys.
    RemovesWhereServersDo,
    Leaves,
}

/// What becomes of what a key says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EffectWord {
    /// The org gets it.
    Applied,
    /// Only this program uses it.
    Local,
    /// Only `lobu secrets push` sends it.
    Pushed,
    /// It is read and checked, and nothing else.
    Unused,
}

/// Which servers do something with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServersThatTakeIt {
    /// Servers until 2026-04-30.
    pub first_generation: bool,
    /// Servers of 2026-05 and 2026-06.
    pub second_generation: bool,
    /// `lobu dev`, and the org that is embedded in this program.
    pub lobu_dev: bool,
}

/// How a file says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExampleText {
    /// The path of a file that could have it.
    pub file: String,
    /// The lines.
    pub text: String,
}

/// Writes every key.
pub fn explain_all(guide: &Guide) -> String {
    document(None, &guide.entries())
}

/// Writes one key and those below it.
pub fn explain_key(entry: &Entry<'_>) -> String {
    let entries: Vec<Entry<'_>> = [entry.clone()].into_iter().chain(entry.below()).chain(entry.usual()).collect();
    document(Some(entry.path()), &entries)
}

fn document(path: Option<String>, entries: &[Entry<'_>]) -> String {
    let keys = entries.iter().map(explained).collect();
    written(&ExplainDocument { format_version: FORMAT_VERSION, lobu_version: version(), path, keys })
}

fn explained(entry: &Entry<'_>) -> ExplainedKey {
    let (empty, clears_with) = match entry.empty() {
        Empty::Error => (EmptyWord::Error, None),
        Empty::Clears(value) => (EmptyWord::Clears, Some(value)),
        Empty::BlankFile => (EmptyWord::BlankFileClears, None),
        Empty::LeftOut => (EmptyWord::LeftOut, None),
        Empty::Nothing | Empty::Means(_) => (EmptyWord::Nothing, None),
        Empty::None => (EmptyWord::None, None),
    };
    let kept = entry.kept_as();
    ExplainedKey {
        path: entry.path(),
        file: match entry.file {
            ProjectFile::LobuToml => FileKindWord::LobuToml,
            ProjectFile::AgentDirectory => FileKindWord::AgentDirectory,
            ProjectFile::Skill => FileKindWord::Skill,
            ProjectFile::Model => FileKindWord::Model,
        },
        description: entry.says().to_owned(),
        holds: entry.holds(),
        is_table: entry.is_table(),
        choices: entry.words().to_vec(),
        platform_types: entry.key().types.to_vec(),
        is_required: entry.key().required,
        reads_references: entry.reads_references(),
        default: entry.key().default,
        absent: match entry.absent() {
            Absent::Error => AbsentWord::Error,
            Absent::Kept => AbsentWord::Kept,
            Absent::Shared => AbsentWord::Shared,
            Absent::OnlyAgent => AbsentWord::OnlyAgent,
            Absent::Default(_) => AbsentWord::Default,
            Absent::Nothing => AbsentWord::Nothing,
        },
        empty,
        clears_with,
        removed_element: match entry.element() {
            Element::TakenOut => Some(ElementWord::TakenOut),
            Element::Stays => Some(ElementWord::Stays),
            Element::None => None,
        },
        prune: match entry.prune() {
            Prune::Removes => Some(PruneWord::Removes),
            Prune::RemovesWhereServersDo => Some(PruneWord::RemovesWhereServersDo),
            Prune::Leaves => Some(PruneWord::Leaves),
            Prune::Nothing => None,
        },
        is_guarded: entry.is_guarded(),
        is_create_only: entry.is_create_only(),
        path_in_target: entry.path_in_target(),
        effect: match entry.effect() {
            Effect::Applied => EffectWord::Applied,
            Effect::Local => EffectWord::Local,
            Effect::Pushed => EffectWord::Pushed,
            Effect::Unused => EffectWord::Unused,
        },
        servers: entry.servers().map(|Servers { first, second, ours }| ServersThatTakeIt {
            first_generation: first,
            second_generation: second,
            lobu_dev: ours,
        }),
        kind: kept.map(|(kind, _)| kind),
        org_path: kept.map(|(_, place)| place.to_owned()),
        example: entry.example().map(|example| ExampleText { file: example.file, text: example.lines.join("\n") }),
    }
}
