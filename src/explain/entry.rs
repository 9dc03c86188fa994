use crate::project::key_tree::{KeyField, Node, Repeats};
use crate::schema::{Effect, Key, KeyForm, TextForm};

/// Where a key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProjectFile {
    LobuToml,
    /// The Markdown files of agents and skills.
    AgentDirectory,
    /// The frontmatter of a `SKILL.md`.
    Skill,
    Model,
}

impl ProjectFile {
    pub const ALL: [Self; 4] = [Self::LobuToml, Self::AgentDirectory, Self::Skill, Self::Model];

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::LobuToml => "lobu.toml",
            Self::AgentDirectory => "agent directory",
            Self::Skill => "frontmatter of a SKILL.md",
            Self::Model => "model file",
        }
    }

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::LobuToml => "lobu.toml",
            Self::AgentDirectory => "agent-directory",
            Self::Skill => "skill",
            Self::Model => "model",
        }
    }
}

/// A key with its place.
#[derive(Debug, Clone)]
pub struct Entry<'g> {
    pub file: ProjectFile,
    /// The names that lead to it, in their own words: `<id>` where one is free, `[]` for an element.
    pub(super) steps: Vec<&'g str>,
    pub(super) node: &'g Node,
    /// What stands at the top of its path.
    pub(super) top: &'g Node,
}

impl<'g> Entry<'g> {
    pub(super) fn top(file: ProjectFile, node: &'g Node) -> Self {
        Self { file, steps: vec![node.name()], node, top: node }
    }

    /// The key of a member.
    pub(super) fn step(&self, node: &'g Node) -> Self {
        let mut steps = self.steps.clone();
        steps.push(node.name());
        Self { steps, node, ..self.clone() }
    }

    /// Its name in messages and in `lobu explain`: `agents.<id>.platforms[].type`.
    pub fn path(&self) -> String {
        joined(&self.steps)
    }

    /// Its name in a list of what a table has: of an element of a list, or of what has a free name, what follows.
    pub fn path_below(&self, table: &Self) -> String {
        let below = self.steps.get(table.steps.len()..).unwrap_or_default();
        match below.split_first() {
            Some((first, rest)) if first.starts_with(['[', '<']) && !rest.is_empty() => joined(rest),
            _ => joined(below),
        }
    }

    /// The same without the names that the reader chooses, which is enough to find it.
    pub fn short_path(&self) -> String {
        let steps: Vec<&str> = self.steps.iter().copied().filter(|step| !step.starts_with(['<', '['])).collect();
        steps.join(".")
    }

    pub fn key(&self) -> &'g Key {
        &self.node.key
    }

    /// The field of a kind that it is.
    pub fn field(&self) -> Option<&'g KeyField> {
        self.node.field.as_ref()
    }

    /// What it is for, one line without a period.
    pub fn says(&self) -> &'static str {
        self.node.key.says
    }

    /// Whether it has keys of its own.
    pub fn is_table(&self) -> bool {
        !self.node.members.is_empty()
    }

    /// Whether its values may be references to secrets.
    pub fn reads_references(&self) -> bool {
        matches!(self.node.key.form, KeyForm::Text(TextForm::Reference))
    }

    /// The words that it may be.
    pub fn words(&self) -> &'static [&'static str] {
        match self.node.key.form {
            KeyForm::Text(TextForm::Words(words) | TextForm::WordsOrEmpty(words)) => words,
            _ => &[],
        }
    }

    /// What kind of value it holds, in the words of the reference.
    pub fn holds(&self) -> String {
        let form = self.node.key.form;
        match form {
            KeyForm::Text(text) => text_word(text),
            KeyForm::Texts(TextForm::Called(called) | TextForm::Pattern { called, .. })
            | KeyForm::SomeTexts(TextForm::Called(called)) => {
                let called = if called.contains('/') { format!("`{called}`") } else { format!("{called}s") };
                format!("list of {called}")
            }
            KeyForm::Texts(_) | KeyForm::SomeTexts(_) => "list of strings".to_owned(),
            KeyForm::Flag => "boolean".to_owned(),
            KeyForm::Integer { least, .. } if least >= 0 => format!("integer from {least}"),
            KeyForm::Integer { .. } => "integer".to_owned(),
            KeyForm::TextOrNumber => "string or number".to_owned(),
            KeyForm::Table { .. } => "table".to_owned(),
            KeyForm::TextOrTable(_) => "string, or table".to_owned(),
            KeyForm::Map { .. } => match self.node.members.first().map(|entry| entry.members.is_empty()) {
                Some(true) => "table of strings".to_owned(),
                _ => "tables by name".to_owned(),
            },
            KeyForm::List { .. } => match self.node.members.first().map(|element| element.key.form) {
                Some(KeyForm::TextOrTable(_)) => "list of domains, or of `{domain, judge}`".to_owned(),
                _ => "list of tables".to_owned(),
            },
            KeyForm::Schema { is_object: true, .. } => "JSON Schema of an object".to_owned(),
            KeyForm::Schema { .. } => "JSON Schema".to_owned(),
            KeyForm::Mapping => "mapping".to_owned(),
            KeyForm::Mappings => "list of mappings".to_owned(),
            KeyForm::Json => "any value".to_owned(),
            KeyForm::Open => "any form".to_owned(),
        }
    }

    /// Whether a target says here otherwise what another key says.
    pub fn is_of_target(&self) -> bool {
        self.node.repeats == Repeats::Yes
    }

    /// Where a target says it otherwise; none if it is the same in all targets.
    pub fn path_in_target(&self) -> Option<String> {
        self.field().filter(|of| of.field.per_target && !self.is_of_target())?;
        let path = self.path();
        let path = match self.file {
            ProjectFile::Model => path.replacen("[]", ".<slug>", 1),
            _ => path,
        };
        Some(format!("targets.<name>.{path}"))
    }

    /// What becomes of it.
    pub fn effect(&self) -> Effect {
        if self.node.is_unused() { Effect::Unused } else { self.node.key.effect }
    }
}

fn joined(steps: &[&str]) -> String {
    let mut path = String::new();
    for step in steps {
        if !path.is_empty() && *step != "[]" {
            path.push('.');
        }
        path.push_str(step);
    }
    path
}

fn text_word(form: TextForm) -> String {
    match form {
        TextForm::Any | TextForm::NotEmpty | TextForm::NotBlank | TextForm::Length { .. } => "string".to_owned(),
        TextForm::Called(called) | TextForm::Pattern { called, .. } => called.to_owned(),
        TextForm::Slug(_) => "slug".to_owned(),
        TextForm::Reference => "string or `$VAR`".to_owned(),
        TextForm::Words(words) | TextForm::WordsOrEmpty(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            match words.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, others)) => format!("{} or {last}", others.join(", ")),
                None => "string".to_owned(),
            }
        }
    }
}
